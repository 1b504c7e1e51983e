"""Where a request ends and how its body is cut into pieces (RFC 9112): read strictly, and in bounded pieces.

Two programs that read one odd head differently (a proxy in front of us, and we) take one request for two.
"""

import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from cheroot.server import HeaderReader

from zordon_app.errors import BadRequest

PIECE = 64 * 1024
"""Bytes that are read at once at most."""
CHUNK_LINE = 32
EXTENSION = 1024
MOST_TRAILERS = 8 * 1024

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(;[^\r\n]*)?\r\n")
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_ONCE = (b"Host", b"Content-Length", b"Transfer-Encoding")


class BadFraming(BadRequest):
    """What came is no HTTP: where the next request begins is not known."""


class Heads(HeaderReader):
    """Reads the lines of a head; what says twice what may be said once, or in two ways, is refused."""

    def __call__(self, rfile: Any, hdict: dict[bytes, bytes] | None = None) -> dict[bytes, bytes]:
        """``hdict`` with the headers.

        Raises:
            ValueError: the sentence for the sender.
        """
        lines = _CheckedLines(rfile)
        headers: dict[bytes, bytes] = super().__call__(lines, hdict)
        _check_once(lines.names)
        _check_length(headers)
        return headers

    def _allow_header(self, key_name: bytes) -> bool:
        # WSGI makes one name of X-A and X_A: what a proxy watches could be written over.
        return b"_" not in key_name


class _CheckedLines:
    """The lines of a head on their way to cheroot's reader."""

    def __init__(self, rfile: Any) -> None:
        self._rfile = rfile
        self.names: Counter[bytes] = Counter()

    def readline(self) -> bytes:
        line = bytes(self._rfile.readline())
        if line.strip(b"\r\n"):
            name = line.partition(b":")[0]
            if _NAME.fullmatch(name) is None or _CONTROL.search(line.removesuffix(b"\r\n")):
                raise ValueError("A line of the request's head does not begin with a name and a colon.")
            self.names[name.title()] += 1
        return line


def _check_once(names: Counter[bytes]) -> None:
    for name in _ONCE:
        if names[name] > 1:
            raise ValueError(f"The request has more than one {name.decode()}.")
    if names[b"Content-Length"] and names[b"Transfer-Encoding"]:
        raise ValueError("The request has both Content-Length and Transfer-Encoding; send one of them.")


def _check_length(headers: dict[bytes, bytes]) -> None:
    if _LENGTH.fullmatch(headers.get(b"Content-Length", b"0")) is None:
        raise ValueError("Content-Length must be a number of bytes, in digits only.")
    if headers.get(b"Transfer-Encoding", b"chunked").lower() != b"chunked":
        raise ValueError("Transfer-Encoding may be 'chunked' only.")


class Incoming:
    """The bytes of a connection, as they come."""

    def __init__(self, connection: socket.socket, file: Any) -> None:
        """``file`` is cheroot's buffered reader of ``connection``."""
        self._connection = connection
        self._file = file
        self._silence = connection.gettimeout()
        self._left: float | None = None
        self._most, self._rate = 0.0, 0.0

    def within(self, seconds: float, *, rate: float = 0.0) -> None:
        """All that is still read may be waited for that long, however often a byte comes.

        With a ``rate`` (bytes a second) what comes at that rate or faster may take as long as it needs.
        """
        self._left, self._most, self._rate = seconds, seconds, rate

    def some(self, most: int) -> bytes:
        """1 to ``most`` bytes, none at the connection's end; waits once at most. Raises OSError."""
        most = min(most, PIECE)
        if self._file.has_data():
            return bytes(self._file.read1(most))
        with self._waiting():
            data = bytes(self._file.raw.read(most) or b"")
        if self._left is not None and self._rate:
            self._left = min(self._most, self._left + len(data) / self._rate)
        return data

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """Raises TimeoutError: no time is left."""
        if self._left is None:
            yield
            return
        if self._left <= 0:
            raise TimeoutError("The time for the body is over.")
        began = time.monotonic()
        self._connection.settimeout(min(self._left, self._silence or self._left))
        try:
            yield
        finally:
            self._connection.settimeout(self._silence)
            self._left -= time.monotonic() - began

    def line(self, most: int) -> bytes:
        """Up to and with the next line feed; without one where the line is longer or the connection ends."""
        line = bytearray()
        while len(line) < most and not line.endswith(b"\n"):
            with self._waiting():
                ready = bytes(self._file.peek(1))
            if not ready:
                break
            here = ready.find(b"\n") + 1 or len(ready)
            line += self._file.read(min(here, most - len(line)))
        return bytes(line)


class Body(Protocol):
    """A body as WSGI wants it."""

    source: Incoming

    @property
    def is_over(self) -> bool:
        """Whether all of it was read, so that the next request can follow."""

    def read(self, size: int) -> bytes:
        """``size`` bytes, fewer only at the end. Raises BadFraming, OSError."""


class LengthBody:
    """A body whose length was said."""

    def __init__(self, source: Incoming, length: int) -> None:
        """``length`` bytes of ``source``."""
        self.source = source
        self._left = length

    @property
    def is_over(self) -> bool:
        """Whether all of it was read."""
        return self._left == 0

    def read(self, size: int) -> bytes:
        """``size`` bytes, fewer only at the end of the body or of the connection."""
        data = bytearray()
        while self._left and len(data) < size:
            piece = self.source.some(min(size - len(data), self._left))
            if not piece:
                break
            data += piece
            self._left -= len(piece)
        return bytes(data)


class ChunkedBody:
    """A body in chunks; trailers are read and forgotten."""

    def __init__(self, source: Incoming) -> None:
        """Of ``source``."""
        self.source = source
        self._left = 0
        self._is_first = True
        self.is_over = False

    def read(self, size: int) -> bytes:
        """``size`` bytes, fewer only at the end of the body."""
        data = bytearray()
        while not self.is_over and len(data) < size:
            if self._left == 0:
                self._next_chunk()
                continue
            piece = self.source.some(min(size - len(data), self._left))
            if not piece:
                raise BadFraming("The connection ended before the whole body had come.")
            data += piece
            self._left -= len(piece)
        return bytes(data)

    def _next_chunk(self) -> None:
        if not self._is_first and self.source.line(2) != b"\r\n":
            raise BadFraming("A chunk of the body is longer than it says.")
        self._is_first = False
        line = self.source.line(CHUNK_LINE + EXTENSION + 2)
        match = _SIZE.fullmatch(line)
        if match is None or len(match[1]) > CHUNK_LINE or len(match[2] or b"") > EXTENSION:
            raise BadFraming("The size of a chunk of the body cannot be read.")
        self._left = int(match[1], 16)
        if self._left == 0:
            self._drop_trailers()
            self.is_over = True

    def _drop_trailers(self) -> None:
        left = MOST_TRAILERS
        while (line := self.source.line(left)) != b"\r\n":
            left -= len(line)
            if left <= 0 or not line.endswith(b"\r\n"):
                raise BadFraming("What follows the body is too long, or no header.")
