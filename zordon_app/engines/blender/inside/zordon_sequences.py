"""Numbered files as Blender counts them: the last digits of a name are its number."""

from __future__ import annotations

import os
import re
from typing import Any

import bpy

_NUMBERED = re.compile(r"^(?P<head>.*?)(?P<digits>\d+)(?P<tail>\D*)$")


def whole(item: Any, stored: str) -> str:
    """A stored path of a data-block as an absolute one."""
    path: str = bpy.path.abspath(stored, library=getattr(item, "library", None))
    return os.path.normpath(path.replace("\\", "/") if os.sep == "/" else path)


def split(stored: str) -> tuple[str, str]:
    """Folder (with its last separator) and name of a stored path."""
    cut = max(stored.rfind("/"), stored.rfind("\\")) + 1
    return stored[:cut], stored[cut:]


def parts(name: str) -> tuple[str, str, str] | None:
    """What stands before the number, its digits, and what follows; None: the name has no number."""
    stem, extension = os.path.splitext(name)
    found = _NUMBERED.match(stem)
    return (found["head"], found["digits"], found["tail"] + extension) if found else None


def with_number(stored: str, number: int) -> str:
    """The same path with another number of as many digits."""
    folder, name = split(stored)
    found = parts(name)
    return stored if found is None else f"{folder}{found[0]}{number:0{len(found[1])}d}{found[2]}"


def siblings_of(item: Any, stored: str) -> list[str]:
    """Stored paths of all files numbered alike that are there."""
    return [with_number(stored, number) for number in sorted(numbers_of(item, stored))]


def gaps_of(item: Any, stored: str) -> list[str]:
    """Stored paths that lack between the first and the last of them."""
    there = numbers_of(item, stored)
    lacking = set(range(min(there), max(there))) - there if there else set()
    return [with_number(stored, number) for number in sorted(lacking)]


def numbers_of(item: Any, stored: str) -> set[int]:
    """The numbers that are there."""
    folder, name = split(stored)
    wanted = parts(name)
    place = whole(item, folder) if folder else ""
    if wanted is None or not os.path.isdir(place):
        return set()
    found = [parts(other) for other in os.listdir(place)]
    return {int(other[1]) for other in found if other and (other[0], other[2]) == (wanted[0], wanted[2])}
