"""What can go wrong, one class per thing a caller can do something about.

::

    ZordonError                    base; ``status`` is the HTTP code, ``str()`` the sentence for the person
      BadRequest            400    the request is wrong; the sentence says how
        JobNotFound         400    no such job (the API contract says 400)
        IllegalChange       400    the job's or unit's state does not allow that
        WouldReplace        400    a file that is not Zordon's would be lost
      NotSignedIn           401
      Forbidden             403
      NotFound              404    an engine, build, file or unit that does not exist
        EngineNotFound      404
        BuildNotFound       404
      Conflict              409    the same idempotency key with another body
      TooLarge              413
      EngineFailed          500    an engine could not do what was asked; carries its last lines
      PreviewFailed         500
      DiskFull              503    not enough room; goes away when there is
      TooBusy               503    ask again later
      NotStarted            503    the service is starting or stopping
      PeerGone              503    another node of the farm does not answer at present
      AlreadyRunning               another Zordon uses the data folder
"""

from urllib.parse import urlencode


class ZordonError(Exception):
    """Something went wrong that Zordon foresaw; ``str(error)`` is a sentence for a person.

    With a ``code`` the sentence has fields, as in ``There is no file {path}``, which ``values`` fill. Both travel
    beside it, so that the window can say the same in another language: its words are in ``web/i18n/server``.
    """

    status = 500

    def __init__(self, sentence: str = "", /, *, code: str = "", **values: object) -> None:
        """``sentence`` is taken as it is where there is no ``code``."""
        super().__init__(sentence.format(**values) if code else sentence)
        self.code = code
        self.values = {name: str(value) for name, value in values.items()}

    @property
    def about(self) -> str:
        """The code and the values as they travel beside the sentence, ``no_file?path=%2Fa``; empty without a code."""
        return f"{self.code}?{urlencode(self.values, errors='replace')}" if self.code else ""

    def rename(self, old: str, new: str) -> None:
        """Call something by another name, in the sentence and in its values."""
        self.args = (str(self).replace(old, new),)
        self.values = {name: value.replace(old, new) for name, value in self.values.items()}


class BadRequest(ZordonError):
    """The request is wrong."""

    status = 400


class JobNotFound(BadRequest):
    """There is no job with that id."""

    def __init__(self, job_id: str) -> None:
        """Name the id, shortened: it came from outside."""
        super().__init__(
            "There is no job {id!r}. It may have been deleted; list the jobs to see those there are.",
            code="no_job",
            id=job_id[:60],
        )


class IllegalChange(BadRequest):
    """The job or unit is in a state that does not allow the change."""


class WouldReplace(BadRequest):
    """A file that somebody owns has the name of a result."""


class NotSignedIn(ZordonError):
    """The caller has to sign in first."""

    status = 401


class Forbidden(ZordonError):
    """The caller may not do that."""

    status = 403


class NotFound(ZordonError):
    """The thing asked for does not exist."""

    status = 404


class EngineNotFound(NotFound):
    """There is no engine of that name."""

    def __init__(self, name: str, known: list[str]) -> None:
        """Name the engine asked for and those there are."""
        engines = ", ".join(known) or "none"
        super().__init__(
            "There is no engine {name!r}. Engines here: {engines}.", code="no_engine", name=name[:60], engines=engines
        )


class BuildNotFound(NotFound):
    """No installed build of the engine fits."""


class Conflict(ZordonError):
    """The request contradicts an earlier one."""

    status = 409


class TooLarge(ZordonError):
    """The body is larger than this server takes."""

    status = 413


class EngineFailed(ZordonError):
    """An engine could not do what was asked of it."""


class PreviewFailed(ZordonError):
    """A preview could not be made."""


class DiskFull(ZordonError):
    """There is not enough room on a volume."""

    status = 503


class TooBusy(ZordonError):
    """Too many are waiting already; ask again after ``retry_after`` seconds."""

    status = 503
    retry_after = 2


class NotStarted(ZordonError):
    """The service is starting or stopping."""

    status = 503


class PeerGone(ZordonError):
    """Another node of the farm does not answer at present; ask again later."""

    status = 503


class AlreadyRunning(ZordonError):
    """Another Zordon uses the same data folder."""
