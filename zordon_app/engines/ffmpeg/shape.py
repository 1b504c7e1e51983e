"""The shape of a picture as players show it: turned, and cropped as its file says. The one place for all sources.

Films that are turned FFmpeg turns by itself, in all versions. Images it turns, and films it crops, in new ones only:
there it is told not to, and filters do it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from zordon_app.engines.base import Build
from zordon_app.engines.ffmpeg.film import Film
from zordon_app.engines.ffmpeg.versions import parse_version

_TURNS: dict[int, tuple[str, ...]] = {
    2: ("hflip",),
    3: ("hflip", "vflip"),
    4: ("vflip",),
    5: ("transpose=cclock_flip",),
    6: ("transpose=clock",),
    7: ("transpose=clock_flip",),
    8: ("transpose=cclock",),
}
"""What makes an image upright, by its orientation (EXIF 2.32, tag 0x0112)."""

_CROPS_BY_ITSELF = (7, 1)
"""The version from which FFmpeg applies the crop of a container."""

Crop = tuple[int, int, int, int]
"""Pixels off the left, top, right and bottom."""

NO_CROP: Crop = (0, 0, 0, 0)


def is_lying(orientation: int) -> bool:
    """Whether width and height of an image change places when it is made upright."""
    return orientation in {5, 6, 7, 8}


def shape_filters(film: Film, *, is_resized: bool) -> list[str]:
    """From the picture as it is decoded to the one whose size ``film`` tells."""
    left, top, right, bottom = film.crop
    width, height = film.width + left + right, film.height + top + bottom
    chain = [*_TURNS.get(film.orientation, ())]
    chain += [f"scale={width}:{height}"] if is_resized else []
    return chain + ([f"crop={film.width}:{film.height}:{left}:{top}"] if film.crop != NO_CROP else [])


def shape_options(film: Film, build: Build) -> tuple[str, ...]:
    """Options of the input, so that no version does by itself what ``shape_filters`` do."""
    if film.sequence is not None:
        return ("-noautorotate",)
    is_able = parse_version(build.version) >= _CROPS_BY_ITSELF
    return ("-apply_cropping", "codec") if film.crop != NO_CROP and is_able else ()


def turned(crop: Crop, rotation: int) -> Crop:
    """A crop of the stored picture as one of the upright picture; ``rotation`` is counter-clockwise, degrees."""
    left, top, right, bottom = crop
    match rotation % 360:
        case 90:
            return top, right, bottom, left
        case 180:
            return right, bottom, left, top
        case 270:
            return bottom, left, top, right
    return crop


# Matroska's elements (RFC 9559)
_SEGMENT, _CLUSTER, _TRACKS, _TRACK, _VIDEO = 0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE, 0xE0
_EDGES = (0x54CC, 0x54BB, 0x54DD, 0x54AA)
"""PixelCropLeft, …Top, …Right, …Bottom."""
_MOST = 1 << 20
"""Bytes of the largest list of tracks that is read."""


def matroska_crop(project: Path, index: int) -> Crop:
    """What the track at place ``index`` has cropped off the stored picture."""
    try:
        with project.open("rb") as file:
            tracks = _find_tracks(file)
    except (OSError, IndexError, ValueError):
        return NO_CROP
    entries = [body for name, body in _elements(tracks) if name == _TRACK]
    video = (
        next((body for name, body in _elements(entries[index]) if name == _VIDEO), b"") if index < len(entries) else b""
    )
    found = {name: int.from_bytes(body) for name, body in _elements(video) if name in _EDGES}
    left, top, right, bottom = (found.get(name, 0) for name in _EDGES)
    return left, top, right, bottom


def _find_tracks(file: BinaryIO) -> bytes:
    """The list of tracks, which stands before the first pictures."""
    while head := _read_head(file):
        name, size = head
        if name == _SEGMENT:
            continue
        if name == _TRACKS:
            return file.read(min(size, _MOST))
        if name == _CLUSTER:
            break
        file.seek(size, 1)
    return b""


def _read_head(file: BinaryIO) -> tuple[int, int] | None:
    first = file.read(1)
    if not first or not first[0]:
        return None
    name = first + file.read(8 - first[0].bit_length())
    start = file.read(1)
    length = 9 - start[0].bit_length()
    size = start + file.read(length - 1)
    return int.from_bytes(name), int.from_bytes(size) - (1 << (7 * length))


def _elements(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Names and contents of the elements in another one."""
    at = 0
    while at < len(body) and body[at]:
        end = at + 9 - body[at].bit_length()
        if end >= len(body) or not body[end]:
            return
        length = 9 - body[end].bit_length()
        start = end + length
        size = int.from_bytes(body[end:start]) - (1 << (7 * length))
        yield int.from_bytes(body[at:end]), body[start : start + size]
        at = start + size
