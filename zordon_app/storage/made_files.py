"""What Zordon has put into a folder, written beside it: only that may be replaced later.

One line of JSON a file, written before the file has its name, so that no crash leaves a file of ours that is nobody's.
Lines are only added: what a name held earlier stays known, for it may be there still.
"""

import hashlib
import logging
import os
import threading
from pathlib import Path

import msgspec

from zordon_app.domain.claims import MadeFile
from zordon_app.files.names import folded

log = logging.getLogger(__name__)

NAME = ".zordon-files"
_MOST_FOLDERS = 100
_EMPTY = hashlib.sha256().hexdigest()

_Stamp = tuple[int, int]


class MadeFiles:
    """Reads and writes such lists. Safe from several threads."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._lock = threading.Lock()
        self._known: dict[Path, tuple[_Stamp, dict[str, list[MadeFile]]]] = {}
        self._hashes: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def add(self, folder: Path, made: MadeFile) -> None:
        """Write that a file is about to get its name. Raises OSError."""
        # The line before may have been cut off by a crash: each begins anew.
        line = b"\n" + msgspec.json.encode(made)
        with self._lock:
            handle = os.open(folder / NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                os.write(handle, line)
                os.fsync(handle)
            finally:
                os.close(handle)

    def of(self, folder: Path, name: str) -> list[MadeFile]:
        """All that was ever put into a folder under a name, or one that some file system takes for it; oldest first."""
        return self._read(folder).get(folded(name), [])

    def find(self, path: Path) -> MadeFile | None:
        """The line of a file that is as Zordon made it; read whole where a glance does not tell."""
        about = path.lstat()
        lines = self.of(path.parent, path.name)
        for made in reversed(lines):
            if (made.bytes, made.mtime_ns) == (about.st_size, about.st_mtime_ns):
                return made
        if not any(made.bytes == about.st_size for made in lines):
            # Nobody loses an empty one: a crash where files have one name only leaves it.
            return lines[-1] if lines and about.st_size == 0 else None
        return self.find_exactly(path)

    def find_exactly(self, path: Path) -> MadeFile | None:
        """The same by its hash alone."""
        lines = self.of(path.parent, path.name)
        sha256 = self.hash(path) if lines else ""
        if sha256 == _EMPTY:
            return lines[-1]
        return next((made for made in reversed(lines) if made.sha256 == sha256), None)

    def hash(self, path: Path) -> str:
        """SHA-256 of a file, which is read once while it stays the same."""
        about = path.stat()
        stamp = (about.st_ino, about.st_size, about.st_mtime_ns)
        with self._lock:
            known = self._hashes.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        with self._lock:
            if len(self._hashes) > _MOST_FOLDERS:
                self._hashes.clear()
            self._hashes[path] = (stamp, sha256)
        return sha256

    def _read(self, folder: Path) -> dict[str, list[MadeFile]]:
        try:
            about = (folder / NAME).stat()
        except OSError:
            return {}
        stamp = (about.st_size, about.st_mtime_ns)
        with self._lock:
            known = self._known.get(folder)
        if known is not None and known[0] == stamp:
            return known[1]
        found = _lines(folder / NAME)
        with self._lock:
            if len(self._known) > _MOST_FOLDERS:
                self._known.clear()
            self._known[folder] = (stamp, found)
        return found


def _lines(path: Path) -> dict[str, list[MadeFile]]:
    found: dict[str, list[MadeFile]] = {}
    decode = msgspec.json.Decoder(MadeFile).decode
    for line in path.read_bytes().split(b"\n"):
        if line.strip():
            try:
                made = decode(line)
            except msgspec.MsgspecError:
                log.info("A line of %s cannot be read; the file that it names is nobody's", path)
                continue
            found.setdefault(folded(made.file), []).append(made)
    return found
