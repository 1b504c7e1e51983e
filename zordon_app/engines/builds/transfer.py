"""Fetching one large file: resumed where it broke off, from several addresses, never more than it can be."""

import errno
import logging
import re
from collections.abc import Callable, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct
from urllib3.exceptions import HTTPError

from zordon_app.engines.builds.errors import CutOff, NoAnswer, NoLongerOffered, SiteFailed, TooMuch
from zordon_app.engines.builds.steps import Steps
from zordon_app.engines.builds.web import BLOCK, Address, Answer, Web, is_challenge, raise_challenge
from zordon_app.errors import DiskFull
from zordon_app.files.durable import write_durably

log = logging.getLogger(__name__)

LARGEST_ARCHIVE = 4 * 1024**3
"""When neither the list nor the answer tells a size; Blender has about 400 MB."""
TRIES_WITHOUT_PROGRESS = 4
_SLACK = 1024 * 1024
_CHECK_ROOM_EVERY = 64 * 1024**2
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class _Kept(Struct):
    """Beside a part: which file it is the beginning of."""

    url: str
    validator: str
    total: int


class Transfer:
    """Fetches a file into ``part``, beside which a note tells how to go on with it."""

    def __init__(
        self,
        web: Web,
        steps: Steps,
        *,
        shortage: Callable[[Path], str],
        pause_seconds: float = 1.0,
    ) -> None:
        """``shortage``: a sentence when a folder's volume is below its reserve; ``pause_seconds`` before a new try."""
        self._web = web
        self._steps = steps
        self._shortage = shortage
        self._pause_seconds = pause_seconds

    def fetch(self, addresses: Sequence[Address], part: Path, *, size: int = 0) -> None:
        """Fill ``part``; ``size`` is what the list says, 0 when it says nothing.

        Raises:
            Stopped: ``part`` is kept, to go on later.
            SiteFailed, NoLongerOffered, DiskFull: with the sentence; of several addresses the first one's.
        """
        part.parent.mkdir(parents=True, exist_ok=True)
        first: SiteFailed | NoLongerOffered | None = None
        for address in addresses:
            try:
                self._fetch_from(address, part, size)
            except (SiteFailed, NoLongerOffered) as error:
                log.info("No success with %s: %s", address.url, error)
                first = first or error
            else:
                forget(part, keep_file=True)
                return
        raise first or SiteFailed("There is no address to download from.")

    def _fetch_from(self, address: Address, part: Path, size: int) -> None:
        tries = 0
        while tries < TRIES_WITHOUT_PROGRESS:
            before = _length(part)
            try:
                if self._go_on(address, part, size):
                    return
            except NoAnswer:
                if tries + 1 >= TRIES_WITHOUT_PROGRESS:
                    raise
            tries = 0 if _length(part) > before else tries + 1
            self._steps.wait(self._pause_seconds * 2**tries)
        done = f" after {_length(part) / 1024**2:.0f} MB" if _length(part) else ""
        raise CutOff(
            "The connection to {host} broke{after}, several times. Start it again to go on from there.",
            code="site_broke",
            host=address.host,
            after=done,
        )

    def _go_on(self, address: Address, part: Path, size: int) -> bool:
        """Take what one answer gives; whether the file is whole."""
        kept, start = _read_note(part), _length(part)
        resumes = kept is not None and kept.url == address.url and bool(start and kept.validator)
        if resumes and kept is not None and kept.total == start:
            return True
        headers = {"Range": f"bytes={start}-", "If-Range": kept.validator} if resumes and kept is not None else {}
        answer = self._web.open(address, headers)
        try:
            start, total = _extent(answer, start)
            if start < 0:
                forget(part)
                return False
            limit = _limit(address, total, size)
            note = _Kept(address.url, _validator(answer), total)
            write_durably(_note(part), msgspec.json.encode(note))
            self._steps.begin(start, total or size)
            with self._steps.interrupted_by(answer.shutdown):
                is_at_end = self._take(answer, address, part, start=start, limit=limit)
        finally:
            answer.close()
        return is_at_end and _length(part) == (total or _length(part))

    def _take(self, answer: Answer, address: Address, part: Path, *, start: int, limit: int) -> bool:
        """Append the body to the part; False when the connection broke."""
        try:
            with part.open("ab" if start else "wb") as file:
                return self._copy(answer, address, file, start, limit)
        except TooMuch:
            forget(part)
            raise
        except OSError as error:
            if error.errno not in _FULL:
                raise
            forget(part)
            raise DiskFull(
                "The disk became full during the download. Free some space and start it again.", code="download_full"
            ) from error

    def _copy(self, answer: Answer, address: Address, file: IO[bytes], written: int, limit: int) -> bool:
        room_checked = -_CHECK_ROOM_EVERY
        while True:
            try:
                chunk = answer.read1(BLOCK)
            except (HTTPError, HTTPException, OSError) as error:
                self._steps.check()
                log.info("The connection to %s broke after %d bytes: %s", address.host, written, error)
                return False
            self._steps.check()
            if not chunk:
                return True
            if written == 0:
                _check_start(chunk, answer, address)
            if written - room_checked >= _CHECK_ROOM_EVERY:
                self._check_room(Path(file.name))
                room_checked = written
            written += len(chunk)
            if written > limit:
                raise TooMuch(
                    "{host} sends more than the file can have; the download was broken off.",
                    code="site_more",
                    host=address.host,
                )
            file.write(chunk)
            self._steps.advance(len(chunk))

    def _check_room(self, part: Path) -> None:
        if shortage := self._shortage(part.parent):
            raise DiskFull("The download was stopped. {why}", code="download_misfit", why=shortage)


def forget(part: Path, *, keep_file: bool = False) -> None:
    """Remove a part with its note, or the note alone."""
    _note(part).unlink(missing_ok=True)
    if not keep_file:
        part.unlink(missing_ok=True)


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _read_note(part: Path) -> _Kept | None:
    try:
        return msgspec.json.decode(_note(part).read_bytes(), type=_Kept)
    except (OSError, msgspec.MsgspecError):
        return None


def _length(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _extent(answer: Answer, asked: int) -> tuple[int, int]:
    """Where the body begins in the file, and the file's size (0: not told); -1: what we have fits nothing there."""
    if answer.status == 416:
        return -1, 0
    if answer.status == 206:
        match = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        return (int(match[1]), int(match[2])) if match and int(match[1]) == asked else (-1, 0)
    length = answer.headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else 0


def _limit(address: Address, total: int, size: int) -> int:
    allowed = size + _SLACK if size else LARGEST_ARCHIVE
    if total > allowed:
        raise TooMuch(f"{address.host} announces {total / 1024**2:.0f} MB, more than the file can have.")
    return total or allowed


def _validator(answer: Answer) -> str:
    """What tells the same file again later: a strong tag, else a date."""
    etag = answer.headers.get("ETag", "")
    return etag if etag and not etag.startswith("W/") else answer.headers.get("Last-Modified", "")


def _check_start(chunk: bytes, answer: Answer, address: Address) -> None:
    if is_challenge(chunk):
        raise_challenge(address)
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        raise SiteFailed(
            "{host} sent a web page instead of the file. A sign-in of this network, perhaps?",
            code="site_page",
            host=address.host,
        )
