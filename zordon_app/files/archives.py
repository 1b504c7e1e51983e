"""Opening archives that strangers made: everything is checked before it is written, and bytes are counted meanwhile.

A zip is checked whole before its first byte is written. A tar is read in one pass (its list of files is only known
after unpacking all of it), so each entry is checked before it is written. Either way files go into a temporary folder
beside the target, which gets its name when everything is there, and is removed when anything is wrong.
"""

import bz2
import errno
import gzip
import lzma
import shutil
import stat
import struct
import tarfile
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from zordon_app.errors import BadRequest, DiskFull
from zordon_app.files.archive_checks import Checks, Entry, Kind, Limits, shown

__all__ = ["PROGRAM", "PROJECT", "Limits", "unpack"]

PROJECT = Limits()
PROGRAM = Limits(programs=True)
CHUNK = 256 * 1024
LARGEST_HEADER = 1024 * 1024
"""A tar's own headers (long names) are a few kB; more is an attempt to fill the memory."""
LONGEST_TAIL = 16 * 1024**2
"""Tars end with blocks of zeros, in all a few kB."""
SHARE_OF_FREE_SPACE = 0.8
# Layouts of the records at the end of a zip, from the format's description (APPNOTE 4.3.14–4.3.16).
_ZIP_END = struct.Struct("<4s4H2LH")
_ZIP64_LOCATOR = struct.Struct("<4sLQL")
_ZIP64_END = struct.Struct("<4sQ2H2L4Q")
_ZIP_ENTRY = b"PK\x01\x02"
_LONGEST_COMMENT = 65_535
_LARGEST_LIST = 64 * 1024**2

_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, zlib.error, gzip.BadGzipFile, EOFError, struct.error)
_UNREADABLE = (NotImplementedError, UnicodeError, ValueError, RuntimeError, MemoryError)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

OnBytes = Callable[[int], None]


def unpack(
    archive: Path, folder: Path, *, limits: Limits = PROJECT, on_bytes: OnBytes = lambda _count: None
) -> list[Path]:
    """Open a zip or a tar (xz, bzip2, gzip) into ``folder``, which must not exist or be empty; the files written.

    ``on_bytes`` is told how many bytes were written since it was last called; what it raises ends the unpacking.

    Raises:
        BadRequest: the archive is damaged or must not be opened; the sentence says why. Nothing is left behind.
        DiskFull: there is no room for what it holds.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:12]}.unpacking")
    temporary.mkdir()
    try:
        room = int(shutil.disk_usage(temporary).free * SHARE_OF_FREE_SPACE)
        with _plain_errors():
            checks = Checks(limits, packed=archive.stat().st_size, room=room)
            names = _open(archive, checks, _Writer(temporary, on_bytes, programs=limits.programs))
        if folder.exists():
            folder.rmdir()
        temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return [folder / name for name in names]


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn what the libraries raise about damaged archives into sentences."""
    try:
        yield
    except _DAMAGED as error:
        raise BadRequest(
            "The archive is damaged or incomplete ({why}). Pack or download it again.",
            code="archive_damaged",
            why=error,
        ) from error
    except _UNREADABLE as error:
        raise BadRequest(f"The archive cannot be read ({error}). Pack it in a plain way.") from error
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(
                "The disk became full while the archive was unpacked. Free some space, try again."
            ) from error
        raise BadRequest(f"The archive could not be unpacked ({error.strerror or error}).") from error


def _open(archive: Path, checks: Checks, writer: "_Writer") -> list[str]:
    with archive.open("rb") as file:
        start = file.read(6)
        file.seek(0)
        if start == b"\xfd7zXZ\0":
            return _open_tar(lzma.open(file), checks, writer)
        if start.startswith(b"BZh"):
            return _open_tar(bz2.open(file), checks, writer)
        if start.startswith(b"\x1f\x8b"):
            return _open_tar(gzip.open(file), checks, writer)
        return _open_zip(file, checks, writer)


class _Writer:
    """Writes checked entries below one folder."""

    def __init__(self, folder: Path, on_bytes: OnBytes, *, programs: bool) -> None:
        self._folder = folder
        self._on_bytes = on_bytes
        self._programs = programs
        self._links: list[tuple[str, str]] = []
        self.names: list[str] = []

    def make(self, name: str, entry: Entry, contents: IO[bytes] | None) -> None:
        """Write one entry under its checked name."""
        path = self._folder / name
        if entry.kind is Kind.LINK:
            self._links.append((name, entry.target))
        elif contents is None:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._copy(contents, path, entry)
            self.names.append(name)

    def finish(self) -> list[str]:
        """Make the links, which must come last, and give the names of all files."""
        for name, target in self._links:
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(target)
        return self.names

    def _copy(self, contents: IO[bytes], path: Path, entry: Entry) -> None:
        left = entry.size
        with path.open("xb") as out:
            # One byte more than promised is asked for, to find a header that lied.
            while chunk := contents.read(min(CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    break
                out.write(chunk)
                self._on_bytes(len(chunk))
        if left != 0:
            raise BadRequest(f"The archive is damaged: {shown(entry.name)} is not as long as it says.")
        if entry.executable and self._programs:
            path.chmod(path.stat().st_mode | 0o111)


# --- zip ---------------------------------------------------------------------------------------------------------


def _open_zip(file: IO[bytes], checks: Checks, writer: _Writer) -> list[str]:
    checks.count_entries(_count_in_list(file))
    with zipfile.ZipFile(file) as archive:
        entries = [(info, _zip_entry(info)) for info in archive.infolist()]
        admitted = [(info, entry, checks.admit(entry)) for info, entry in entries]
        for info, entry, name in admitted:
            if entry.kind is Kind.FOLDER:
                writer.make(name, entry, None)
            else:
                with archive.open(info) as contents:
                    writer.make(name, entry, contents)
    return writer.finish()


def _count_in_list(file: IO[bytes]) -> int:
    """Entries in the zip's list, counted without building it: a list of millions would take the memory of it."""
    size = file.seek(0, 2)
    tail = _read_at(file, max(0, size - _LONGEST_COMMENT - _ZIP_END.size), _LONGEST_COMMENT + _ZIP_END.size)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _ZIP_END.size:
        raise BadRequest("The file is not a zip archive, or its end is missing.", code="not_a_zip")
    end = max(0, size - _LONGEST_COMMENT - _ZIP_END.size) + at
    length = _ZIP_END.unpack_from(tail, at)[5]
    locator = _read_at(file, end - _ZIP64_LOCATOR.size, _ZIP64_LOCATOR.size)
    if locator.startswith(b"PK\x06\x07"):
        end -= _ZIP64_LOCATOR.size + _ZIP64_END.size
        record = _read_at(file, end, _ZIP64_END.size)
        if len(record) < _ZIP64_END.size or not record.startswith(b"PK\x06\x06"):
            raise BadRequest("The archive is damaged: its end is not where it says.", code="archive_cut_off")
        length = _ZIP64_END.unpack(record)[8]
    if length > _LARGEST_LIST:
        raise BadRequest("The archive's list of files is far too long.")
    return _read_at(file, end - length, length).count(_ZIP_ENTRY)


def _read_at(file: IO[bytes], position: int, length: int) -> bytes:
    if position < 0:
        return b""
    file.seek(position)
    return file.read(length)


def _zip_entry(info: zipfile.ZipInfo) -> Entry:
    if info.flag_bits & 0x41:
        raise BadRequest("The archive is encrypted. Pack it without a password.", code="archive_locked")
    # orig_filename, since zipfile itself cuts names at NUL and turns backslashes round on Windows.
    name, mode = info.orig_filename, info.external_attr >> 16
    # 0: made on Windows, which knows no kinds.
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise BadRequest(f"The archive holds a link or a device, {shown(name)}. Pack plain files.")
    is_folder = name.endswith("/") or stat.S_ISDIR(mode)
    return Entry(
        name=name, kind=Kind.FOLDER if is_folder else Kind.FILE, size=info.file_size, executable=bool(mode & 0o111)
    )


# --- tar ---------------------------------------------------------------------------------------------------------


class _Metered:
    """A decompressing file that refuses to read much at once: tarfile takes whole headers into memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """At most ``LARGEST_HEADER`` bytes."""
        if not 0 <= size <= LARGEST_HEADER:
            raise BadRequest("The archive's headers are far larger than those of real files.")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a position."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The present position."""
        return self._file.tell()


def _open_tar(file: Any, checks: Checks, writer: _Writer) -> list[str]:
    metered: Any = _Metered(file)
    with file, tarfile.open(fileobj=metered, mode="r:") as archive:
        for member in archive:
            entry = _tar_entry(member)
            name = checks.admit(entry)
            writer.make(name, entry, archive.extractfile(member) if entry.kind is Kind.FILE else None)
        _read_to_end(file)
    return writer.finish()


def _read_to_end(file: IO[bytes]) -> None:
    """What comes after the last entry: only there does the packing tell that all of it was whole."""
    left = LONGEST_TAIL
    while chunk := file.read(CHUNK):
        left -= len(chunk)
        if left < 0:
            raise BadRequest("The archive goes on long after its end; it looks like a bomb.")


def _tar_entry(member: tarfile.TarInfo) -> Entry:
    name, executable = member.name, bool(member.mode & 0o111)
    if member.issym():
        return Entry(name=name, kind=Kind.LINK, target=member.linkname)
    if member.isdir():
        return Entry(name=name, kind=Kind.FOLDER)
    if member.isreg() and not member.issparse():
        return Entry(name=name, kind=Kind.FILE, size=member.size, executable=executable)
    raise BadRequest(f"The archive holds something that is neither a file nor a folder: {shown(name)}.")
