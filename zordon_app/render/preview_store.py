"""Where previews are kept: one folder per job, files named after what they were made of, the oldest out first."""

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from zordon_app.domain.ids import is_id
from zordon_app.errors import PreviewFailed
from zordon_app.render.once import Once

LEFTOVER_SECONDS = 6 * 3600
"""A half-written file so old belongs to nobody."""
EMPTY_SECONDS = 600
"""A folder without files for so long waits for none; a younger one may have been made for a preview under way."""
SPARE = 0.9
"""What a sweep leaves, as part of the limit, so that it need not come back at once."""


class PreviewStore:
    """A cache of files; safe from several threads, and it may be deleted at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._once: Once[Path] = Once()

    def folder(self, job_id: str) -> Path:
        """Where the previews of a job are; it need not exist."""
        if not is_id(job_id):
            raise PreviewFailed(f"{job_id[:60]!r} is no id of a job.")
        return self._folder / job_id

    def get(self, job_id: str, kind: str, stamp: str, suffix: str, make: Callable[[Path], object]) -> Path:
        """The preview ``kind`` of what ``stamp`` names, made by ``make`` (given its path) unless it is there.

        An older one of the same kind is removed when the new one is there.

        Raises:
            PreviewFailed: it could not be made.
        """
        target = self.folder(job_id) / f"{kind}-{stamp}{suffix}"
        return self._once.do(target, lambda: self._find_or_make(target, kind, make))

    def find(self, job_id: str, kind: str, stamp: str, suffix: str) -> Path | None:
        """The preview if it is there; it counts as used now."""
        target = self.folder(job_id) / f"{kind}-{stamp}{suffix}"
        return target if _use(target) else None

    def find_older(self, job_id: str, kind: str) -> Path | None:
        """The preview of that kind made last, of whatever it was made."""
        made = [(_facts(path)[0], path) for path in self.folder(job_id).glob(f"{kind}-*")]
        return max(made)[1] if made else None

    def forget(self, job_id: str) -> None:
        """Delete the previews of a job."""
        shutil.rmtree(self.folder(job_id), ignore_errors=True)

    def sweep(self, limit_bytes: int) -> int:
        """Delete what was not asked for the longest until less than ``limit_bytes`` are left; bytes deleted."""
        files = sorted((*_facts(path), path) for path in self._folder.rglob("*") if path.is_file())
        total = sum(size for _used, size, _path in files)
        wanted = total - limit_bytes * SPARE if total > limit_bytes else 0.0
        gone = 0
        for used, size, path in files:
            is_leftover = path.suffix == ".part" and time.time() - used > LEFTOVER_SECONDS
            if is_leftover or (gone < wanted and path.suffix != ".part"):
                with contextlib.suppress(OSError):
                    path.unlink()
                    gone += size
        self._remove_empty_folders()
        return gone

    def _remove_empty_folders(self) -> None:
        for folder in self._folder.glob("*/"):
            with contextlib.suppress(OSError):
                if time.time() - folder.stat().st_mtime > EMPTY_SECONDS:
                    folder.rmdir()  # Only an empty one goes.

    def _find_or_make(self, target: Path, kind: str, make: Callable[[Path], object]) -> Path:
        if _use(target):
            return target
        make(target)
        for older in target.parent.glob(f"{kind}-*"):
            if older != target:
                with contextlib.suppress(OSError):
                    older.unlink()
        return target


def stamp_of(sources: list[Path], *parameters: object) -> str:
    """A short text that changes when a source does, or a parameter.

    Raises:
        OSError: a source is not there.
    """
    digest = hashlib.sha256(repr(parameters).encode())
    for source in sources:
        facts = source.stat()
        digest.update(f"{source}\0{facts.st_mtime_ns}\0{facts.st_size}\0".encode())
    return digest.hexdigest()[:16]


def _use(path: Path) -> bool:
    """Whether it is there. Access times are not kept on most volumes, so we note ourselves what is in use."""
    try:
        os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))
    except OSError:
        return False
    return True


def _facts(path: Path) -> tuple[float, int]:
    """When it was last used, and its size; nothing when it has gone."""
    try:
        found = path.stat()
    except OSError:
        return 0.0, 0
    return max(found.st_atime, found.st_mtime), found.st_size
