"""Finding the Blenders of this machine: programs, and Pythons that have the ``bpy`` module."""

import os
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from zordon_app.engines.base import Build
from zordon_app.engines.blender.choose import newest_first
from zordon_app.engines.programs import (
    KnownBuilds,
    ask_program,
    distinct,
    find_in,
    first_of_each,
    hash_file,
    system_programs,
)

BPY_PYTHONS = "ZORDON_BPY"
"""Environment variable: Pythons that have ``bpy``, separated as in PATH."""

_VERSION = re.compile(
    r"^Blender (\d+\.\d+(?:\.\d+)?(?: (?:alpha|beta|candidate|release candidate))?)", re.IGNORECASE | re.MULTILINE
)
_ASK_BPY = (
    "import importlib.metadata as m, importlib.util as u; print(m.version('bpy'), u.find_spec('bpy').origin, sep='\\n')"
)
_NAMES = ("blender", "blender.exe", "Blender.app/Contents/MacOS/Blender")
_USUAL_PLACES = {
    "linux": (
        "/usr/bin/blender",
        "/usr/local/bin/blender",
        "/snap/bin/blender",
        "/opt/blender*/blender",
        "~/blender*/blender",
        "~/.local/bin/blender",
    ),
    "darwin": (
        "/Applications/Blender*.app/Contents/MacOS/Blender",
        "~/Applications/Blender*.app/Contents/MacOS/Blender",
    ),
    "win32": (
        "C:/Program Files/Blender Foundation/Blender*/blender.exe",
        "C:/Program Files (x86)/Steam/steamapps/common/Blender/blender.exe",
    ),
}


class BuildFinder:
    """Finds builds, and starts none twice that has not changed."""

    def __init__(self) -> None:
        self._known = KnownBuilds()

    def find(self, folders: Sequence[Path]) -> list[Build]:
        """All builds, newest first; ``folders`` hold managed ones. Starts programs: seconds each the first time."""
        programs = [(path, "system") for path in system_programs("blender", _USUAL_PLACES)]
        programs += [(path, "managed") for folder in folders for path in distinct(find_in(folder, _NAMES), "blender")]
        pythons = [python for folder in folders for python in _pythons_in(folder)]
        pythons += _named_pythons(os.environ.get(BPY_PYTHONS, ""))
        builds = [self._known.look(path, partial(_ask_program, origin)) for path, origin in programs]
        builds += [self._known.look(python, _ask_module) for python in pythons]
        return newest_first(first_of_each(builds))


def _ask_program(origin: str, path: Path) -> Build:
    match = _VERSION.search(ask_program(str(path), "--version"))
    if match is None:
        raise ValueError(path)
    version = match[1].replace(" ", "-").lower()
    return Build(
        engine="blender",
        version=version,
        command=(str(path),),
        origin=origin,
        sha256=hash_file(path),
        path=str(path),
    )


def _ask_module(python: Path) -> Build:
    version, module = ask_program(str(python), "-I", "-c", _ASK_BPY).splitlines()[:2]
    library = Path(module)
    return Build(
        engine="blender",
        version=version.strip(),
        command=(str(python),),
        origin="bpy",
        sha256=hash_file(library),
        path=str(library.parent),
    )


def _pythons_in(folder: Path) -> Iterator[Path]:
    for layout, packages in (("bin/python", "lib/python3*/site-packages"), ("Scripts/python.exe", "Lib/site-packages")):
        for python in find_in(folder, [layout]):
            # Looking is cheaper than starting each Python there may be.
            if next(python.parent.parent.glob(f"{packages}/bpy/__init__*"), None):
                yield python


def _named_pythons(names: str) -> Iterator[Path]:
    return (Path(name) for name in names.split(os.pathsep) if name and Path(name).is_file())
