"""Names of files in one step, and never from under a file that nobody meant to lose."""

import ctypes
import errno
import functools
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from zordon_app.files.durable import put_in_place, sync_folder

_NO_REPLACE, _EXCHANGE = 1, 2
_NOT_HERE = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM, errno.EMLINK, errno.EXDEV})
"""What a file system answers that cannot do it."""


def folded(name: str) -> str:
    """The same for names that some file system takes for one: they differ in case or in their form of Unicode only."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def place(path: str) -> str:
    """Where a file is, however it is written, also where names differ in their case only."""
    folder, name = os.path.split(path)
    return folded(f"{os.path.realpath(folder)}{os.sep}{name}")


def folder_place(folder: Path) -> str:
    """Where a folder is, whatever links lead there."""
    return folded(os.path.realpath(folder))


def places(paths: Iterable[Path]) -> frozenset[str]:
    """The places of files, and of what they are links to."""
    return frozenset(place(way) for path in paths for way in (str(path), os.path.realpath(path)))


def free_name(path: Path, is_free: Callable[[Path], bool] = lambda path: not os.path.lexists(path)) -> Path:
    """``path``, else ``film (2).mp4``, ``film (3).mp4`` …: the first that is free."""
    candidate, number = path, 2
    while not is_free(candidate):
        candidate, number = path.with_name(f"{path.stem} ({number}){path.suffix}"), number + 1
    return candidate


def put_new(part: Path, path: Path) -> None:
    """Give ``part``, which is whole and on the disk, the name ``path``, if no file has it.

    Raises:
        FileExistsError: one has; both are as they were.
    """
    if os.name == "nt":
        part.rename(path)  # Never replaces there.
    elif not _rename(part, path, _NO_REPLACE):
        _link(part, path)
    sync_folder(path.parent)


def put_for(part: Path, path: Path, known: os.stat_result) -> None:
    """Give ``part`` the name ``path`` in place of the file there, if that is still the ``known`` one.

    Raises:
        FileExistsError: it is another one by now; that stays, and ``part`` too.
    """
    if not is_same(path.lstat(), known):
        raise FileExistsError(errno.EEXIST, "It was changed meanwhile", str(path))
    if not _rename(part, path, _EXCHANGE):
        put_in_place(part, path)
        return
    if not is_same(part.lstat(), known):
        _rename(part, path, _EXCHANGE)
        raise FileExistsError(errno.EEXIST, "It was changed meanwhile", str(path))
    part.unlink()
    sync_folder(path.parent)


def is_same(one: os.stat_result, other: os.stat_result) -> bool:
    """Whether nobody wrote a file between two looks, or put another in its place."""
    return (one.st_dev, one.st_ino, one.st_size, one.st_mtime_ns) == (
        other.st_dev,
        other.st_ino,
        other.st_size,
        other.st_mtime_ns,
    )


def _link(part: Path, path: Path) -> None:
    """A second name is never given to what is there; where there are no second names, an empty file holds the place."""
    try:
        os.link(part, path, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NOT_HERE:
            raise
    else:
        part.unlink()
        return
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    put_in_place(part, path)


def _rename(old: Path, new: Path, how: int) -> bool:
    """Whether the system could do it. Raises OSError: it could, and something else is wrong."""
    call = _system_call()
    if call is None:
        return False
    at = -100  # AT_FDCWD: paths are taken as they are.
    if call(at, os.fsencode(old), at, os.fsencode(new), how) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_HERE:
        return False
    raise OSError(code, os.strerror(code), str(old), None, str(new))


@functools.cache
def _system_call() -> Callable[..., int] | None:
    """Linux's ``renameat2`` (2014), which Python does not have."""
    if not sys.platform.startswith("linux"):
        return None
    found: Callable[..., int] | None = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return found
