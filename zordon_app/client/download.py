"""Files from a server: into a part first, resumed after a break, checked, then named; another file keeps its name."""

import base64
import binascii
import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct
from urllib3.exceptions import HTTPError

from zordon_app.client.errors import BadAnswer, Refused
from zordon_app.client.transport import BLOCK, Answer, Transport
from zordon_app.files.durable import put_in_place
from zordon_app.files.names import free_name, put_new

BREAKS = 4
"""Breaks of the connection in a row, without a byte between them, that a download survives."""

_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]{44}):")
_DRIVE = re.compile(r"[A-Za-z]:")


class OnBytes(Protocol):
    """Called with the bytes that are here and those there will be (0: not known)."""

    def __call__(self, done: int, total: int) -> None:
        """Show it."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What to ask for, and where it goes in the end; what is ``made_anew`` for each request cannot be continued.

    With ``replace`` a file that is there goes, else the new one gets a free name beside it: ``film (2).mp4``.
    """

    path: str
    query: Mapping[str, Any]
    target: Path
    made_anew: bool = False
    replace: bool = False

    @property
    def part(self) -> Path:
        """Where the bytes are kept until they are all there."""
        return self.target.with_name(f".{self.target.name}.zordon-part")


class Known(Struct, frozen=True):
    """What the server said of the file: size (-1: nothing), SHA-256 in hex and tag, both possibly empty."""

    size: int
    sha256: str
    tag: str


def target_for(folder: Path, name: str) -> Path:
    """Where a file that the server calls ``name`` goes below ``folder``; names from outside never leave it.

    Raises:
        BadAnswer: the name is no plain relative path.
    """
    parts = name.split("/")
    if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts) or _DRIVE.match(name):
        raise BadAnswer(f"The server names a file {name[:100]!r}, which is no name to save a file under.")
    return folder.joinpath(*parts)


def download(transport: Transport, wanted: Wanted, on_bytes: OnBytes | None = None) -> Path:
    """Fetch one file; where it is now. A part of an earlier try is continued; what is damaged is fetched anew, once.

    Raises:
        BadAnswer: the bytes do not have the hash that the server gave, twice.
        Unreachable: the connection broke too often; the part stays for the next try.
    """
    wanted.target.parent.mkdir(parents=True, exist_ok=True)
    if wanted.made_anew:
        wanted.part.unlink(missing_ok=True)
    else:
        here = _find_here(transport, wanted)
        if here is not None:
            return here
    try:
        known = _Fetch(transport, wanted, on_bytes).run()
        _check(wanted.part, known)
    except BadAnswer:
        wanted.part.unlink(missing_ok=True)
        known = _Fetch(transport, wanted, on_bytes).run()
        _check(wanted.part, known)
    return _name(wanted)


def _name(wanted: Wanted) -> Path:
    """Give what has come its name."""
    if wanted.replace:
        put_in_place(wanted.part, wanted.target)
        return wanted.target
    while True:
        target = free_name(wanted.target)
        with contextlib.suppress(FileExistsError):
            put_new(wanted.part, target)
            return target


def _find_here(transport: Transport, wanted: Wanted) -> Path | None:
    """The file, if it is here already, under its name or one that was free then."""
    if wanted.replace:
        return wanted.target if _is_here(transport, wanted, wanted.target) else None
    target = free_name(wanted.target, lambda path: not os.path.lexists(path) or _is_here(transport, wanted, path))
    return target if os.path.lexists(target) else None


def _is_here(transport: Transport, wanted: Wanted, path: Path) -> bool:
    """Whether that is the file; the server compares the hash, as browsers do."""
    if not path.is_file():
        return False
    headers = {"If-None-Match": f'"{_hash(path)}"'}
    answer = transport.send("GET", wanted.path, query=wanted.query, headers=headers, stream=True)
    # What comes when it differs is not read: it could be large, and a broken try may have left a beginning of it.
    answer.close()
    return answer.status == 304


class _Fetch:
    """Brings one ``.part`` to its full length."""

    def __init__(self, transport: Transport, wanted: Wanted, on_bytes: OnBytes | None) -> None:
        self._transport = transport
        self._wanted = wanted
        self._on_bytes: Callable[..., None] = on_bytes or _show_nothing
        self._known: Known | None = None

    def run(self) -> Known:
        """Ask again after each break, for what is missing."""
        breaks = 0
        while True:
            before = self._have()
            try:
                return self._ask(before)
            except (HTTPError, HTTPException, ConnectionError, TimeoutError) as error:
                breaks = breaks + 1 if self._have() <= before else 1
                if breaks > BREAKS:
                    self._transport.fail(error)

    def _have(self) -> int:
        try:
            return self._wanted.part.stat().st_size
        except FileNotFoundError:
            return 0

    def _ask(self, have: int) -> Known:
        answer = self._open(have)
        try:
            known = self._facts(answer, have)
            with self._wanted.part.open("ab" if answer.status == 206 else "wb") as file:
                done = file.tell() if answer.status == 206 else 0
                for chunk in answer.stream(BLOCK, decode_content=False):
                    file.write(chunk)
                    done += len(chunk)
                    self._on_bytes(done, max(known.size, 0))
                file.flush()
                os.fsync(file.fileno())
        finally:
            answer.release_conn()
        return known

    def _open(self, have: int) -> Answer:
        headers = {"Range": f"bytes={have}-"} if have else {}
        if have and self._known is not None:
            headers["If-Range"] = self._known.tag
        try:
            return self._send(headers)
        except Refused as error:
            if error.status != 416:
                raise
            # Longer than the file, or exactly as long: only the hash could tell, and asking again is as cheap.
            return self._send({})

    def _send(self, headers: dict[str, str]) -> Answer:
        return self._transport.send("GET", self._wanted.path, query=self._wanted.query, headers=headers, stream=True)

    def _facts(self, answer: Answer, have: int) -> Known:
        """What the server says; BadAnswer when a part of an earlier run cannot be shown to be of this file."""
        digest = _DIGEST.search(answer.headers.get("Repr-Digest", ""))
        known = Known(
            _size(answer.headers.get("Content-Length", ""), have if answer.status == 206 else 0),
            _hex(digest[1]) if digest else "",
            answer.headers.get("ETag", ""),
        )
        if answer.status == 206 and self._known is None and not known.sha256:
            raise BadAnswer("The rest of the file cannot be told from another file's.")
        self._known = known if known.tag else None
        return known


def _check(part: Path, known: Known) -> None:
    if known.size >= 0 and part.stat().st_size != known.size:
        raise BadAnswer(f"{part.stem[1:]!r} arrived with another size than announced. Fetch it again.")
    if not known.sha256:
        return
    if _hash(part) != known.sha256:
        raise BadAnswer(f"{part.stem[1:]!r} arrived damaged: its checksum differs from the server's. Fetch it again.")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(length: str, have: int) -> int:
    return have + int(length) if length.isdecimal() else -1


def _hex(digest: str) -> str:
    try:
        return base64.b64decode(digest, validate=True).hex()
    except binascii.Error:
        return ""


def _show_nothing(_done: int, _total: int) -> None:
    """Nobody watches."""
