"""What can go wrong when another Zordon is asked.

::

    ServerError                  base; ``status`` is the HTTP code, 0 when there was no answer; ``str()`` the sentence
      Unreachable                nothing answers there, or the connection broke
        TimedOut                 the answer did not come in time
        WrongCertificate         whoever answers there is not the machine that was pinned
      BadAnswer                  what came back is not what a Zordon answers, or is damaged
      Refused                    the server answered with an error; the sentence is the server's own
        BadRequest        400
          VersionMismatch 400    the two programs speak different versions of the API
        NotSignedIn       401
        Forbidden         403
        NotFound          404
        Conflict          409
        TooLarge          413
        ServerFailed      500
        Busy              503    ask again after ``retry_after`` seconds
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from zordon_app.errors import ZordonError

LONGEST_SENTENCE = 2000


class ServerError(ZordonError):
    """Asking the server did not work."""

    def __init__(self, sentence: str, /, *, status: int = 0, code: str = "", **values: object) -> None:
        """``status`` is the HTTP code, 0 when there was no answer."""
        super().__init__(sentence, code=code, **values)
        self.status = status


class Unreachable(ServerError):
    """Nothing answers there, or the connection broke."""


class TimedOut(Unreachable):
    """The answer did not come in time; whether the request was carried out is not known."""


class WrongCertificate(Unreachable):
    """Whoever answers there does not have the certificate that was expected."""


class BadAnswer(ServerError):
    """The answer is not what a Zordon gives, or it arrived damaged."""


class Refused(ServerError):
    """The server answered with an error."""


class BadRequest(Refused):
    """The request is wrong; also: there is no such job."""


class VersionMismatch(BadRequest):
    """The server serves another version of the API."""


class NotSignedIn(Refused):
    """The server does not know who asks."""


class Forbidden(Refused):
    """The server knows who asks, and the answer is no."""


class NotFound(Refused):
    """There is no such thing."""


class Conflict(Refused):
    """The idempotency key belongs to another request."""


class TooLarge(Refused):
    """The server does not take that much."""


class ServerFailed(Refused):
    """The server could not do what it was asked."""


class Busy(Refused):
    """The server can not now; it may be able to after ``retry_after`` seconds."""

    retry_after = 2.0


_BY_STATUS: Mapping[int, type[Refused]] = {
    400: BadRequest,
    401: NotSignedIn,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    500: ServerFailed,
    503: Busy,
}


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> Refused:
    """The error for an answer of 400 or more; only plain text is taken for a sentence of the server."""
    plain = headers.get("Content-Type", "").partition(";")[0].strip().lower() == "text/plain"
    text = body[:LONGEST_SENTENCE].decode("utf-8", "replace").strip() if plain else ""
    kind = _BY_STATUS.get(status, Refused)
    if kind is BadRequest and "API version" in text:
        kind = VersionMismatch
    error = kind(text or f"The server answered with status {status} and did not say why.", status=status)
    code, _, values = headers.get("X-Error", "")[:LONGEST_SENTENCE].partition("?")
    if code.isascii() and code.isidentifier():
        error.code, error.values = code, dict(parse_qsl(values))
    after = headers.get("Retry-After", "")
    if isinstance(error, Busy) and after.isdecimal():
        error.retry_after = float(after[:6])
    return error
