"""One request's body as it arrives: its kind, its length, who sends it, and pieces of it within limits."""

from collections.abc import Callable, Iterator
from typing import Any

from zordon_app.api.errors import CALLER, TooSlow
from zordon_app.api.framing import ChunkedBody, LengthBody
from zordon_app.domain.callers import Caller, Role
from zordon_app.errors import BadRequest, TooLarge

MB = 1_000_000
CHUNK = 128 * 1024

Read = Callable[[int], bytes]


def media(environ: dict[str, Any]) -> str:
    """The MIME type without what follows it, in small letters."""
    return str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()


def is_stranger(environ: dict[str, Any]) -> bool:
    """Whether nobody known sends it."""
    caller: Caller | None = environ.get(CALLER)
    return caller is not None and caller.role is Role.STRANGER


def set_time(environ: dict[str, Any], seconds: float, *, rate: float = 0.0) -> None:
    """Bound how long the body is waited for, as ``Incoming.within``."""
    body = environ["wsgi.input"]
    if isinstance(body, LengthBody | ChunkedBody):
        body.source.within(seconds, rate=rate)


def length(environ: dict[str, Any]) -> int:
    """Content-Length; -1 when the body comes in chunks, 0 when there is none."""
    if environ.get("wsgi.input_terminated"):
        return -1
    text = str(environ.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isdecimal() else 0


def reader(environ: dict[str, Any]) -> Read:
    """Reads the body; a connection that breaks or stalls meanwhile is the sender's trouble, not an error of ours."""

    def read(size: int) -> bytes:
        try:
            return bytes(environ["wsgi.input"].read(size))
        except TimeoutError as error:
            raise TooSlow("The rest of the body did not come in time.") from error
        except OSError as error:
            raise BadRequest("The connection broke before the whole body had come.") from error

    return read


def chunks(environ: dict[str, Any]) -> Iterator[bytes]:
    """The body as it arrives; one that ends early is never taken for a whole one."""
    read, left = reader(environ), length(environ)
    while left != 0:
        chunk = read(min(CHUNK, left) if left > 0 else CHUNK)
        if not chunk and left > 0:
            raise BadRequest("The connection ended before the whole body had come.")
        if not chunk:
            return
        left -= len(chunk) if left > 0 else 0
        yield chunk


def limited(pieces: Iterator[bytes], limit: int, what: str) -> Iterator[bytes]:
    """``pieces``, while they have at most ``limit`` bytes together. Raises TooLarge."""
    seen = 0
    for chunk in pieces:
        seen += len(chunk)
        if seen > limit:
            raise TooLarge(too_large(what, limit))
        yield chunk


def too_large(what: str, limit: int) -> str:
    """The sentence for ``what``, of which ``limit`` bytes are allowed."""
    allowed = f"{limit // MB} MB" if limit >= MB else f"{limit // 1024} KiB"
    return f"{what} is larger than the {allowed} that are allowed here."
