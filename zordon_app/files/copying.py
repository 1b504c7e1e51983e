"""Copies that cost no room where the file system can share blocks, and are the writer's own in any case."""

import shutil
from pathlib import Path

_FICLONE = 0x40049409
"""Linux, ``ioctl_ficlone(2)``: the target gets the blocks of the source, and its own as soon as either is written."""


def copy_or_share(source: Path, target: Path) -> None:
    """Make ``target``, which is not there, a copy of ``source``. Never a hard link: what writes in place changes that.

    Raises:
        OSError: it cannot; nothing is left of it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if not _share(source, target):
            shutil.copyfile(source, target)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def _share(source: Path, target: Path) -> bool:
    try:
        import fcntl
    except ImportError:
        return False  # Windows.
    with source.open("rb") as old, target.open("xb") as new:
        try:
            fcntl.ioctl(new.fileno(), _FICLONE, old.fileno())
        except OSError:
            return False
    return True
