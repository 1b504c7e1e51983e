"""Answers that send a file: ranges, tags, attachment names; links are never followed."""

import base64
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from email.utils import formatdate
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from bottle import HTTPResponse
from msgspec import Struct

from zordon_app.api.exchange import Ask
from zordon_app.errors import NotFound

CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".mp4": "video/mp4",
    ".zip": "application/zip",
}
"""Types by extension. Python's own table reads the Windows registry, where programs break it (.js as text/plain)."""


def media_type(name: str) -> str:
    """The MIME type for a file name, from our table only; else ``application/octet-stream``."""
    return TYPES.get(Path(name).suffix.lower(), "application/octet-stream")


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; a link in the last place is not followed. Raises NotFound."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise NotFound(f"The file {path.name!r} cannot be read.") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotFound(f"{path.name!r} is not a file.")
    return os.fdopen(handle, "rb", buffering=0)


class FileBody:
    """Part of an open file as a response body. The server sends it without copying where it can."""

    def __init__(self, file: BinaryIO, offset: int, count: int, on_close: Callable[[], None]) -> None:
        """``count`` bytes from ``offset``; ``on_close`` is called once, when it was sent or given up."""
        self.file = file
        self.offset = offset
        self.count = count
        self._left = count
        self._on_close = on_close
        file.seek(offset)

    def read(self, size: int = CHUNK) -> bytes:
        """The next bytes, for servers that know no better."""
        data = self.file.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(data)
        return data

    def __iter__(self) -> Iterator[bytes]:
        """Chunks until the end of the part."""
        while data := self.read(CHUNK):
            yield data

    def close(self) -> None:
        """Close the file and give back what was taken for it."""
        if not self.file.closed:
            self.file.close()
            self._on_close()


class Part(Struct, frozen=True):
    """Bytes ``start`` up to, not including, ``end``; ``partial`` when a range was asked for."""

    start: int
    end: int
    partial: bool


def wanted_part(asked: str, size: int) -> Part | None:
    """The part that a Range header asks for; the whole for anything but one plain range; None: outside the file."""
    match = _RANGE.fullmatch(asked.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return Part(0, size, False)
    first, last = match.groups()
    if not first:
        return Part(max(size - int(last), 0), size, True) if int(last) and size else None
    start = int(first)
    end = min(int(last), size - 1) + 1 if last else size
    if last and int(last) < start:
        return Part(0, size, False)
    return Part(start, end, True) if start < size else None


class Sending(Struct, frozen=True, kw_only=True):
    """How a file goes out. ``sha256`` (hex) is its known hash; ``attachment`` the name to save it under."""

    media: str
    attachment: str = ""
    sha256: str = ""
    cache: str = "no-cache"


def send_file(ask: Ask, path: Path, sending: Sending, take: Callable[[], Callable[[], None]]) -> HTTPResponse:
    """Answer with the file at ``path``: 200, 206 for a range, 304 when the asker has it, 416.

    ``take`` takes a place among the streams. Raises NotFound, TooBusy.
    """
    file = open_regular(path)
    try:
        return _answer(ask, file, sending, take)
    except BaseException:
        file.close()
        raise


def _answer(ask: Ask, file: BinaryIO, sending: Sending, take: Callable[[], Callable[[], None]]) -> HTTPResponse:
    about = os.fstat(file.fileno())
    headers = _headers(about, sending)
    if ask.header("If-None-Match") in (headers["ETag"], "*"):
        file.close()
        return HTTPResponse(status=304, headers={name: headers[name] for name in ("ETag", "Cache-Control")})
    unchanged = ask.header("If-Range") in ("", headers["ETag"])
    part = wanted_part(ask.header("Range") if unchanged else "", about.st_size)
    if part is None:
        file.close()
        text = b"The file is shorter than that."
        outside = {"Content-Range": f"bytes */{about.st_size}", "Content-Type": "text/plain; charset=utf-8"}
        return HTTPResponse(body=text, status=416, headers=outside)
    return _send_part(file, part, about.st_size, headers, take)


def _send_part(
    file: BinaryIO, part: Part, size: int, headers: dict[str, str], take: Callable[[], Callable[[], None]]
) -> HTTPResponse:
    headers["Content-Length"] = str(part.end - part.start)
    if part.partial:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    body = FileBody(file, part.start, part.end - part.start, take())
    return HTTPResponse(body=body, status=206 if part.partial else 200, headers=headers)


def _headers(about: os.stat_result, sending: Sending) -> dict[str, str]:
    headers = {
        "Content-Type": sending.media,
        "Accept-Ranges": "bytes",
        "Cache-Control": sending.cache,
        "Last-Modified": formatdate(about.st_mtime, usegmt=True),
        "ETag": f'"{sending.sha256 or f"{about.st_mtime_ns:x}-{about.st_size:x}"}"',
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    }
    if sending.sha256:
        # RFC 9530: the hash of the whole file, also when only a part is sent.
        digest = base64.b64encode(bytes.fromhex(sending.sha256)).decode("ascii")
        headers["Repr-Digest"] = f"sha-256=:{digest}:"
    if sending.attachment:
        headers["Content-Disposition"] = attachment(sending.attachment)
    return headers


def attachment(name: str) -> str:
    """A Content-Disposition that every browser reads: ASCII for old ones, UTF-8 for the rest (RFC 6266)."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\%' else "_" for char in last)
    encoded = quote(last.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
