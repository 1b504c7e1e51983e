"""What the first bytes of a .blend tell: who saved it, and the frame range of its active scene.

The layout is Blender's own (``BLO_core_file_reader``): up to 4.x the file starts with twelve bytes ``BLENDER-v304``
(``_`` for 32 bit pointers, ``v`` little endian, ``V`` big), from 5.0 with seventeen, ``BLENDER17-01v0500``. Blocks
follow: ``REND`` first (frame range and name of the active scene), ``GLOB`` soon after (lowest version that may open
the file), ``ENDB`` last. The whole may be packed with gzip (to 2.9x) or Zstandard (from 3.0).
"""

import gzip
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import zstandard
from msgspec import Struct

from zordon_app.errors import BadRequest

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18", re.DOTALL)
_OLD = re.compile(rb"BLENDER([_-])([vV])(\d{3})")
_NEW = re.compile(rb"BLENDER(\d\d)-(\d\d)v(\d{4})")
_BLOCKS_TO_READ = 64
"""``REND`` and ``GLOB`` are among the first three or four; more is not looked at."""
_LARGEST_BLOCK_READ = 1 << 20


class Header(Struct, frozen=True, kw_only=True):
    """The start of a .blend. ``scene`` is the active scene; frames are None where the file is too old to tell.

    ``minimum`` is the lowest version that may open the file, as ``(major, minor)``; ``(0, 0)`` when unknown.
    """

    major: int
    minor: int
    pointer_bytes: int
    little_endian: bool
    new_style: bool
    packed: str = ""
    scene: str = ""
    start: int | None = None
    end: int | None = None
    minimum: tuple[int, int] = (0, 0)

    @property
    def saved_with(self) -> str:
        """The version that saved the file, ``major.minor``; old files count 2.79 as minor 79."""
        return f"{self.major}.{self.minor}"


class _Block(Struct, frozen=True):
    code: bytes
    size: int


def read_header(path: Path) -> Header:
    """Read the start of ``path``; about a millisecond.

    Raises:
        BadRequest: missing, empty, not a .blend, or cut off before the scene; the sentence says which.
    """
    with open_unpacked(path) as (stream, packed):
        header = _read_magic(stream, path)
        try:
            return _with_first_blocks(header, stream, packed)
        except EOFError:
            raise truncated(path) from None


def check_complete(path: Path) -> None:
    """Walk over all blocks to the last one.

    Raises:
        BadRequest: the file ends before its end block: it was cut off.
    """
    with open_unpacked(path) as (stream, _packed):
        header = _read_magic(stream, path)
        try:
            while (block := _read_block(header, stream)).code != b"ENDB":
                _skip(stream, block.size)
        except EOFError:
            raise truncated(path) from None


def truncated(path: Path) -> BadRequest:
    """The error for a .blend that ends too early."""
    return BadRequest(
        "{name} is cut off: it ends in the middle. Copy or save it again.", code="file_cut_off", name=path.name
    )


@contextmanager
def open_unpacked(path: Path) -> Iterator[tuple[BinaryIO, str]]:
    """The file's content unpacked, with the name of the packing (``gzip``, ``zstd`` or empty).

    Raises:
        BadRequest: it cannot be opened, is empty, or its packing is damaged.
    """
    try:
        with path.open("rb") as raw:
            yield _unpack(raw, path)
    except (gzip.BadGzipFile, zstandard.ZstdError, EOFError):
        raise truncated(path) from None
    except FileNotFoundError:
        raise BadRequest("There is no file {path}.", code="no_file", path=path) from None
    except OSError as error:
        raise BadRequest(
            "{path} cannot be read: {why}.", code="unreadable", path=path, why=error.strerror or error
        ) from error


def _unpack(raw: BinaryIO, path: Path) -> tuple[BinaryIO, str]:
    magic = raw.read(4)
    raw.seek(0)
    if not magic:
        raise BadRequest("{name} is empty (0 bytes). Copy or save it again.", code="file_empty", name=path.name)
    if magic.startswith(_GZIP):
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw)), "gzip"
    if magic == _ZSTD or _ZSTD_SKIPPABLE.match(magic):
        # Blender packs in many frames so that it can seek; the reader has to go on after the first.
        reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True, closefd=False)
        return cast("BinaryIO", reader), "zstd"
    return raw, ""


def _read_magic(stream: BinaryIO, path: Path) -> Header:
    start = _read_up_to(stream, 12)
    if match := _OLD.fullmatch(start):
        number = int(match[3])
        return Header(
            major=number // 100,
            minor=number % 100,
            pointer_bytes=4 if match[1] == b"_" else 8,
            little_endian=match[2] == b"v",
            new_style=False,
        )
    if start.startswith(b"BLENDER"):
        return _read_new_magic(start, stream, path)
    if b"BLENDER".startswith(start[:7]) and len(start) < 12:
        raise truncated(path)
    raise BadRequest("{name} is not a Blender file.", code="not_blender", name=path.name)


def _read_new_magic(start: bytes, stream: BinaryIO, path: Path) -> Header:
    start += _read_up_to(stream, 5)
    match = _NEW.fullmatch(start)
    if match is None:
        if len(start) < 12:
            raise truncated(path)
        raise BadRequest(
            "{name} is a Blender file of a kind that Zordon does not know yet.", code="unknown_blender", name=path.name
        )
    number = int(match[3])
    _read_exactly(stream, int(match[1]) - len(start))
    return Header(major=number // 100, minor=number % 100, pointer_bytes=8, little_endian=True, new_style=True)


def _with_first_blocks(header: Header, stream: BinaryIO, packed: str) -> Header:
    found: dict[bytes, bytes] = {}
    for _ in range(_BLOCKS_TO_READ):
        block = _read_block(header, stream)
        if block.code in {b"REND", b"GLOB"} and block.size <= _LARGEST_BLOCK_READ:
            found[block.code] = _read_exactly(stream, block.size)
        elif block.code == b"ENDB" or {b"REND", b"GLOB"} <= found.keys():
            break
        else:
            _skip(stream, block.size)
    return _with_contents(header, packed, found.get(b"REND", b""), found.get(b"GLOB", b""))


def _with_contents(header: Header, packed: str, rend: bytes, glob: bytes) -> Header:
    order = "<" if header.little_endian else ">"
    start, end = struct.unpack_from(f"{order}ii", rend) if len(rend) >= 8 else (None, None)
    lowest = struct.unpack_from(f"{order}h", glob, 6)[0] if len(glob) >= 8 else 0
    return Header(
        major=header.major,
        minor=header.minor,
        pointer_bytes=header.pointer_bytes,
        little_endian=header.little_endian,
        new_style=header.new_style,
        packed=packed,
        scene=rend[8:].split(b"\0", 1)[0].decode("utf-8", "replace"),
        start=start,
        end=end,
        minimum=divmod(max(lowest, 0), 100),
    )


def _read_block(header: Header, stream: BinaryIO) -> _Block:
    order = "<" if header.little_endian else ">"
    if header.new_style:
        # code, type, old address, length, count
        code, _type, _old, size, _count = struct.unpack("<4siQqq", _read_exactly(stream, 32))
    else:
        layout = f"{order}4si{'I' if header.pointer_bytes == 4 else 'Q'}ii"
        head = _read_exactly(stream, 8)
        if head.startswith(b"ENDB"):
            return _Block(b"ENDB", 0)
        rest = _read_exactly(stream, struct.calcsize(layout) - 8)
        code, size, _old, _type, _count = struct.unpack(layout, head + rest)
    if size < 0:
        raise EOFError
    return _Block(code.rstrip(b"\0"), size)


def _read_up_to(stream: BinaryIO, count: int) -> bytes:
    parts = b""
    while len(parts) < count and (part := stream.read(count - len(parts))):
        parts += part
    return parts


def _read_exactly(stream: BinaryIO, count: int) -> bytes:
    data = _read_up_to(stream, count)
    if len(data) < count:
        raise EOFError
    return data


def _skip(stream: BinaryIO, count: int) -> None:
    # Seeking past the end raises nothing, so the last byte is read: a cut shows.
    if count:
        try:
            stream.seek(count - 1, 1)
        except OSError:
            raise EOFError from None
        _read_exactly(stream, 1)
