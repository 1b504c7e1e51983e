"""Numbered images, by their names alone: which files are the frames of one sequence."""

import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import TypeVar

IMAGE_EXTENSIONS = frozenset({".png", ".jpg", ".jpeg", ".exr", ".tif", ".tiff", ".tga", ".bmp", ".dpx", ".webp"})

AnyPath = TypeVar("AnyPath", bound=PurePath)

_NUMBERED = re.compile(r"^(.*?)(\d{1,9})(\.[^.\d][^.]*)$", re.DOTALL)


def split_number(name: str) -> tuple[str, str, str] | None:
    """``shot_0012.png`` as ``("shot_", "0012", ".png")``; None for a name without a number before its extension."""
    match = _NUMBERED.match(name)
    return None if match is None else (match[1], match[2], match[3])


def by_sequence(paths: Iterable[AnyPath]) -> dict[AnyPath, list[AnyPath]]:
    """``paths`` with the images of each numbered sequence together, under the first of them; other files are alone."""
    groups: dict[tuple[object, ...], list[AnyPath]] = {}
    for path in sorted(paths, key=_by_number):
        groups.setdefault(_key(path), []).append(path)
    return {group[0]: group for group in groups.values()}


def first_of_each(paths: Iterable[AnyPath]) -> list[AnyPath]:
    """``paths`` with only the first image of each numbered sequence; other files stay as they are. Sorted."""
    return sorted(by_sequence(paths))


def is_numbered_image(path: PurePath) -> bool:
    """Whether a file looks like a frame of a sequence."""
    return path.suffix.lower() in IMAGE_EXTENSIONS and split_number(path.name) is not None


def _key(path: PurePath) -> tuple[object, ...]:
    parts = split_number(path.name) if is_numbered_image(path) else None
    return (path,) if parts is None else (path.parent, parts[0], parts[2])


def _by_number(path: PurePath) -> tuple[str, int, str]:
    parts = split_number(path.name)
    return (str(path.parent), int(parts[1]) if parts else 0, path.name)
