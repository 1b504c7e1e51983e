"""Files that a crash leaves old or new, never half; on Windows too, where an open file is in everybody's way."""

import contextlib
import os
import time
from pathlib import Path

_PRIVATE, _USUAL = 0o600, 0o666

_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8) if os.name == "nt" else ()
"""Seconds between the tries to replace a file. Windows refuses while anybody has the old one open: a browser that
plays it, a virus scanner that looks at it."""


def write_durably(path: Path, data: bytes, *, private: bool = False) -> None:
    """Put ``data`` into ``path``, in a folder that is made where there is none.

    ``private``: only this person may read it, from the first byte on.

    Raises:
        OSError: it cannot be written; the old file is as it was, and nothing of the new one is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o777)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(part, flags, _PRIVATE if private else _USUAL), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(part, path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def put_in_place(part: Path, path: Path) -> None:
    """Give ``part``, which is whole and on the disk, the name ``path`` in one step; an older file there goes.

    Raises:
        OSError: it cannot; ``part`` stays.
    """
    for pause in _PAUSES:
        try:
            part.replace(path)
            break
        except PermissionError:
            time.sleep(pause)
    else:
        part.replace(path)
    sync_folder(path.parent)


def set_aside(path: Path) -> Path:
    """Rename a file that cannot be read, so that it can be looked at later; its new path."""
    broken = path.with_name(f"{path.name}.broken")
    path.replace(broken)
    return broken


def sync_file(path: Path) -> None:
    """Have the bytes of a file on the disk. Windows does that only for files that are open for writing."""
    handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    if os.name == "nt":
        return  # Windows cannot open folders; NTFS journals the names itself.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
