"""Failures on their way out: a plain sentence with the right status, and never a traceback."""

import logging
import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from bottle import Bottle, HTTPError, response

from zordon_app.errors import DiskFull, NotStarted, TooBusy, ZordonError

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

CALLER = "zordon.caller"
"""Where the access layer leaves the ``Caller`` in the WSGI environment."""

TEXT_TYPE = "text/plain; charset=utf-8"
RETRY_SECONDS = 5
LONGEST_CODE = 2000
"""Characters of a code with its values, percent-encoded, that fit into a header; longer ones stay at home."""

log = logging.getLogger(__name__)


class MisdirectedRequest(ZordonError):
    """The Host is not one of this node's names."""

    status = 421


class TooSlow(ZordonError):
    """The request's body did not arrive in time."""

    status = 408


def status_line(status: int) -> str:
    """``404 Not Found``; codes that Python does not know get no words."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Error"


def refuse(start_response: StartResponse, error: ZordonError) -> list[bytes]:
    """Answer with the sentence of ``error``; the header ``X-Error`` has what it is made of: ``no_file?path=%2Fa``."""
    body = (str(error) or type(error).__name__).encode("utf-8", "replace")
    headers = [("Content-Type", TEXT_TYPE), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    if 0 < len(error.about) <= LONGEST_CODE:
        headers.append(("X-Error", error.about))
    if isinstance(error, TooBusy | DiskFull | NotStarted):
        headers.append(("Retry-After", str(getattr(error, "retry_after", RETRY_SECONDS))))
    start_response(status_line(error.status), headers)
    return [body]


class ErrorBoundary:
    """The one place where exceptions of the application end."""

    def __init__(self, application: Application) -> None:
        """Wrap ``application``."""
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, whatever happens; what happens while a body streams breaks the connection instead."""
        try:
            return self._application(environ, start_response)
        except ZordonError as error:
            _note(environ, error)
            return refuse(start_response, error)
        except Exception:
            report = uuid.uuid4().hex[:12]
            log.exception("Report %s: %s %r failed", report, environ["REQUEST_METHOD"], environ["PATH_INFO"])
            unexpected = ZordonError(
                "Something went wrong in Zordon. Report id {report}; the log file has the details.",
                code="unexpected",
                report=report,
            )
            return refuse(start_response, unexpected)


def _note(environ: Environ, error: ZordonError) -> None:
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("%s %r: %s", environ["REQUEST_METHOD"], environ["PATH_INFO"], error)


class PlainBottle(Bottle):  # type: ignore[misc]  # Bottle has no types
    """Bottle whose own errors (no such route, wrong method) are plain text, and which lets exceptions through."""

    def __init__(self) -> None:
        """Without the JSON plugin: routes answer with what they encoded."""
        super().__init__()
        self.config.update({"catchall": False, "json.disable": True})

    def default_error_handler(self, error: HTTPError) -> str:
        """The sentence for an error that Bottle raised."""
        response.content_type = TEXT_TYPE
        response.set_header("Cache-Control", "no-store")
        if error.status_code == HTTPStatus.NOT_FOUND:
            return "There is nothing at this address. All routes are listed at /api/docs."
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return f"This address takes only {error.get_header('Allow')}."
        return f"The request was refused: {error.status_line}."
