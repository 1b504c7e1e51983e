"""Results that wait to be sent to a parent: a file and a note beside it, both durable before the engine goes on."""

import contextlib
import errno
import logging
import shutil
import threading
import time
from pathlib import Path

import msgspec

from zordon_app.domain.sharing import Parcel
from zordon_app.errors import DiskFull
from zordon_app.files.durable import sync_file, write_durably

log = logging.getLogger(__name__)

KEPT_DAYS = 7.0
"""How long a parent may be away before what was rendered for it is given up (reliability.md, R3)."""


class ParcelFolder:
    """Meets ``ParcelBox``: one folder per child job."""

    def __init__(self, folder: Path) -> None:
        """Keep parcels under ``folder``; what a kill in the middle of ``put`` has left there goes."""
        self._folder = folder
        self._lock = threading.Lock()
        """A folder goes with its last parcel, but not between its making and the first one."""
        for path in folder.glob("*/*"):
            if path.suffix != ".json" and not _note(path).exists():
                path.unlink()
                with contextlib.suppress(OSError):
                    path.parent.rmdir()

    def put(self, parcel: Parcel, source: Path) -> Parcel:
        """Move a checked file into the box.

        Raises:
            DiskFull: there is no room; ``source`` stays.
        """
        path = self.path(parcel)
        try:
            with self._lock:
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(source, path)
            sync_file(path)
            write_durably(_note(path), msgspec.json.encode(parcel))
        except OSError as error:
            _undo(path, source)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(f"The disk of {self._folder} is full; results for other machines do not fit.") from error
            raise
        return parcel

    def children(self) -> list[str]:
        """Child jobs of which something waits."""
        return [path.name for path in self._folder.iterdir()] if self._folder.is_dir() else []

    def of_job(self, child: str) -> list[Parcel]:
        """What waits for the parent of a child job, oldest first; what is too old is dropped."""
        found: list[tuple[float, Parcel]] = []
        for note in self._notes(child):
            with contextlib.suppress(OSError, msgspec.DecodeError):
                written = note.stat().st_mtime
                parcel = msgspec.json.decode(note.read_bytes(), type=Parcel)
                if time.time() - written > KEPT_DAYS * 86_400:
                    log.warning("A result for job %s was given up after %.0f days", parcel.job, KEPT_DAYS)
                    self.remove(parcel)
                else:
                    found.append((written, parcel))
        return [parcel for _, parcel in sorted(found, key=lambda item: item[0])]

    def _notes(self, child: str) -> list[Path]:
        # Not by glob: the folder goes with its last parcel, at any moment.
        try:
            return [path for path in (self._folder / child).iterdir() if path.suffix == ".json"]
        except FileNotFoundError:
            return []

    def path(self, parcel: Parcel) -> Path:
        """Its file."""
        return self._folder / parcel.child / f"{parcel.unit}-{parcel.attempt}"

    def remove(self, parcel: Parcel) -> None:
        """It has arrived, or nobody wants it."""
        path = self.path(parcel)
        with self._lock:
            _note(path).unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                path.parent.rmdir()


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _undo(path: Path, source: Path) -> None:
    """A file without its note would lie there for ever."""
    with contextlib.suppress(OSError):
        if path.exists() and not source.exists():
            shutil.move(path, source)
        path.unlink(missing_ok=True)
        path.parent.rmdir()
