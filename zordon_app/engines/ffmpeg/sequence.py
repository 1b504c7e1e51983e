"""Numbered images: which belong together, which are missing, what they are."""

import os
import re
from collections.abc import Collection
from pathlib import Path

from msgspec import structs

from zordon_app.domain.frames import MAX_FRAMES, format_frames
from zordon_app.domain.sequences import IMAGE_EXTENSIONS, split_number
from zordon_app.engines.ffmpeg.film import Film, ImageSequence
from zordon_app.engines.ffmpeg.look import check_file
from zordon_app.engines.ffmpeg.shape import is_lying
from zordon_app.errors import BadRequest

_PATTERN = re.compile(r"^(?P<prefix>[^%#]*)(?:%(?:0(?P<width>\d))?d|(?P<hashes>#+))(?P<suffix>[^%#]*)$")
_CODECS = {"png": "png", "jpeg": "mjpeg", "openexr": "exr", "tiff": "tiff", "targa": "targa", "bmp": "bmp"}


def is_image(project: Path) -> bool:
    """Whether a path names an image or a pattern of images, by its extension."""
    return project.suffix.lower() in IMAGE_EXTENSIONS


def look_at_sequence(project: Path) -> Film:
    """The images that ``project`` names: ``shot_%04d.png``, ``shot_####.exr``, or any one of them.

    Raises:
        BadRequest: there are none, one alone, or the first cannot be read.
    """
    sequence = find_sequence(project)
    first = project.parent / sequence.name(sequence.numbers()[0])
    check_file(first)
    return _describe(first, sequence)


def find_sequence(project: Path) -> ImageSequence:
    """The numbers of all images that belong to ``project``.

    Raises:
        BadRequest: there are none, or it is one image alone.
    """
    # A file may have a # or % in its name and yet be no pattern.
    prefix, suffix, padding = _read_name(project.name) if project.is_file() else _read_pattern(project.name)
    numbers = _numbers_in(project.parent, prefix, suffix, padding)
    if not numbers:
        raise BadRequest(
            "There are no images {name!r} in {folder}.", code="no_images", name=project.name, folder=project.parent
        )
    if len(numbers) == 1:
        raise BadRequest(
            "There is only one image {name!r}; a film needs several, numbered one after the other.",
            code="one_image",
            name=project.name,
        )
    if numbers[-1] - numbers[0] >= MAX_FRAMES:
        raise BadRequest(
            "The images run from {first} to {last}; more than {most:,} frames.",
            code="sequence_long",
            first=numbers[0],
            last=numbers[-1],
            most=MAX_FRAMES,
        )
    return ImageSequence(prefix=prefix, suffix=suffix, padding=padding, frames=format_frames(numbers))


def with_coming(film: Film, names: Collection[str]) -> Film:
    """Images with those of ``names`` that belong to them, as if they were there; a film as it is."""
    sequence = film.sequence
    if sequence is None:
        return film
    coming = [int(parts[1]) for name in names if (parts := split_number(name)) and sequence.name(int(parts[1])) == name]
    numbers = sorted({*sequence.numbers(), *coming})
    return structs.replace(
        film, frame_count=len(numbers), sequence=structs.replace(sequence, frames=format_frames(numbers))
    )


def missing_numbers(numbers: list[int]) -> list[int]:
    """The gaps between the first and the last number."""
    return sorted(set(range(numbers[0], numbers[-1] + 1)) - set(numbers))


def _read_pattern(name: str) -> tuple[str, str, int]:
    match = _PATTERN.match(name)
    if match is not None:
        width = len(match["hashes"]) if match["hashes"] else int(match["width"] or 1)
        return match["prefix"], match["suffix"], width
    return _read_name(name)


def _read_name(name: str) -> tuple[str, str, int]:
    parts = split_number(name)
    if parts is None:
        raise BadRequest(
            "{name!r} is one image; a film needs several, numbered as in shot_0001.png.", code="one_image", name=name
        )
    prefix, digits, suffix = parts
    # Without a leading zero both 9 and 10 may follow each other; with one, all have as many digits.
    return prefix, suffix, len(digits) if digits.startswith("0") else 1


def _numbers_in(folder: Path, prefix: str, suffix: str, padding: int) -> list[int]:
    found: set[int] = set()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                parts = split_number(entry.name)
                if parts is None or parts[0] != prefix or parts[2] != suffix:
                    continue
                number = int(parts[1])
                if parts[1] == f"{number:0{padding}d}" and entry.is_file():
                    found.add(number)
    except OSError as error:
        raise BadRequest(
            "The folder {path} cannot be read: {why}.", code="unreadable", path=folder, why=error.strerror
        ) from error
    return sorted(found)


def _describe(first: Path, sequence: ImageSequence) -> Film:
    # Loading OpenImageIO takes 30 MB; an idle node does without.
    import OpenImageIO as oiio

    image = oiio.ImageInput.open(str(first))
    if image is None:
        reason = " ".join(str(oiio.geterror()).split())[:200].rstrip(".")
        raise BadRequest("{name} is not a readable image: {why}.", code="image_unreadable", name=first.name, why=reason)
    try:
        spec, kind = image.spec(), image.format_name()
        channels = list(spec.channelnames)
        orientation = int(spec.get_int_attribute("Orientation", 1))
        size = (spec.full_width, spec.full_height)
        return Film(
            orientation=orientation,
            container=kind,
            codec=_CODECS.get(kind, kind),
            width=size[is_lying(orientation)],
            height=size[not is_lying(orientation)],
            pixel_format=_pixel_format(str(spec.format), channels),
            is_linear=kind == "openexr",
            layer=find_layer(channels) if kind == "openexr" else "",
            frame_count=len(sequence.numbers()),
            sequence=sequence,
        )
    finally:
        image.close()


def _pixel_format(kind: str, channels: list[str]) -> str:
    has_alpha = any(name.split(".")[-1] in {"A", "alpha"} for name in channels)
    if kind in {"half", "float"}:
        return "gbrapf32le" if has_alpha else "gbrpf32le"
    if kind == "uint8":
        return "rgba" if has_alpha else "rgb24"
    return "rgba64be" if has_alpha else "rgb48be"


def find_layer(channels: list[str]) -> str:
    """The layer of a multilayer OpenEXR to show: none where there are plain channels, else the combined one."""
    if "R" in channels or "Y" in channels:
        return ""
    layers = [name[:-2] for name in channels if name.endswith(".R")]
    combined = [name for name in layers if name.endswith("Combined")]
    return (combined or layers or [""])[0]
