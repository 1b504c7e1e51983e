"""Finding the Blenders of this machine: programs, and Pythons that have the ``bpy`` module."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from zordon_app.engines.base import Build
from zordon_app.engines.blender.choose import newest_first

BPY_PYTHONS = "ZORDON_BPY"
"""Environment variable: Pythons that have ``bpy``, separated as in PATH."""

_VERSION = re.compile(
    r"^Blender (\d+\.\d+(?:\.\d+)?(?: (?:alpha|beta|candidate|release candidate))?)", re.IGNORECASE | re.MULTILINE
)
_ASK_BPY = (
    "import importlib.metadata as m, importlib.util as u; print(m.version('bpy'), u.find_spec('bpy').origin, sep='\\n')"
)
_SECONDS_TO_ANSWER = 60
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


class _Known(Struct, frozen=True):
    stamp: tuple[int, int]
    build: Build


class BuildFinder:
    """Finds builds, and remembers what an unchanged file (time and size) was. Safe from several threads."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def find(self, folders: Sequence[Path]) -> list[Build]:
        """All builds, newest first; ``folders`` hold managed ones. Starts programs: seconds each the first time."""
        builds = [self._ask(path, "system", bpy=False) for path in _system_programs()]
        for folder in folders:
            builds += [self._ask(path, "managed", bpy=False) for path in _programs_in(folder)]
            builds += [self._ask(path, "bpy", bpy=True) for path in _pythons_in(folder)]
        builds += [self._ask(path, "bpy", bpy=True) for path in _named_pythons(os.environ.get(BPY_PYTHONS, ""))]
        found = {build.command: build for build in reversed(builds) if build is not None}
        return newest_first(list(found.values()))

    def _ask(self, path: Path, origin: str, *, bpy: bool) -> Build | None:
        try:
            stamp = _stamp(path)
            with self._lock:
                known = self._known.get(str(path))
            if known is not None and known.stamp == stamp:
                return known.build
            build = _ask_module(path) if bpy else _ask_program(path, origin)
        except (OSError, subprocess.SubprocessError, ValueError):
            # A broken or foreign program is no build; the others still are.
            return None
        with self._lock:
            self._known[str(path)] = _Known(stamp, build)
        return build


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ask_program(path: Path, origin: str) -> Build:
    match = _VERSION.search(_run(str(path), "--version"))
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
    version, module = _run(str(python), "-I", "-c", _ASK_BPY).splitlines()[:2]
    library = Path(module)
    return Build(
        engine="blender",
        version=version.strip(),
        command=(str(python),),
        origin="bpy",
        sha256=hash_file(library),
        path=str(library.parent),
    )


def _run(*argv: str) -> str:
    done = subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_SECONDS_TO_ANSWER,
        check=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    return done.stdout


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def _system_programs() -> Iterator[Path]:
    on_path = shutil.which("blender")
    candidates = [Path(on_path)] if on_path else []
    for pattern in _USUAL_PLACES.get(sys.platform, ()):
        place = Path(pattern).expanduser()
        candidates += sorted(Path(place.anchor).glob(str(place.relative_to(place.anchor))))
    return _distinct(candidates)


def _programs_in(folder: Path) -> Iterator[Path]:
    names = ("blender", "blender.exe", "Blender.app/Contents/MacOS/Blender")
    # As unpacked: managed/blender-4.5.15-linux-x64/blender, perhaps below a folder for the engine.
    return _distinct(path for name in names for depth in ("", "*/", "*/*/") for path in folder.glob(depth + name))


def _pythons_in(folder: Path) -> Iterator[Path]:
    for layout, packages in (("bin/python", "lib/python3*/site-packages"), ("Scripts/python.exe", "Lib/site-packages")):
        for depth in ("", "*/", "*/*/"):
            for python in sorted(folder.glob(depth + layout)):
                # Looking is cheaper than starting each Python there may be.
                if next(python.parent.parent.glob(f"{packages}/bpy/__init__*"), None):
                    yield python


def _named_pythons(names: str) -> Iterator[Path]:
    return (Path(name) for name in names.split(os.pathsep) if name and Path(name).is_file())


def _distinct(paths: Iterable[Path]) -> Iterator[Path]:
    """Each program once, though several links lead to it.

    A link of another name is kept as it is: snap's ``blender`` leads to ``snap``, which acts by the name it is called.
    """
    seen: set[Path] = set()
    for path in paths:
        real = path.resolve()
        program = real if real.name.lower().startswith("blender") else path
        if program not in seen and program.is_file() and os.access(program, os.X_OK):
            seen.add(program)
            yield program
