"""What the search for every engine's builds has in common: where programs lie, asking them, remembering the answers."""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from zordon_app.engines.base import Build

_SECONDS_TO_ANSWER = 60
_DEPTHS = ("", "*/", "*/*/")
"""As unpacked: ``managed/blender-4.5.15-linux-x64/blender``, perhaps below a folder for the engine."""


class _Known(Struct, frozen=True):
    stamp: tuple[int, int]
    build: Build


class KnownBuilds:
    """Remembers what an unchanged file (time and size) was. Safe from several threads."""

    def __init__(self) -> None:
        self._known: dict[Path, _Known] = {}
        self._lock = threading.Lock()

    def look(self, path: Path, ask: Callable[[Path], Build]) -> Build | None:
        """The build that ``path`` is, by ``ask`` if it is new or has changed; None if it is none."""
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            with self._lock:
                known = self._known.get(path)
            if known is not None and known.stamp == stamp:
                return known.build
            build = ask(path)
        except (OSError, subprocess.SubprocessError, ValueError):
            # A broken or foreign program is no build; the others still are.
            return None
        with self._lock:
            self._known[path] = _Known(stamp, build)
        return build


def first_of_each(builds: Iterable[Build | None]) -> list[Build]:
    """One build for each command: the first."""
    found: dict[tuple[str, ...], Build] = {}
    for build in builds:
        if build is not None:
            found.setdefault(build.command, build)
    return list(found.values())


def ask_program(*argv: str) -> str:
    """What a program writes to its output.

    Raises:
        OSError, subprocess.SubprocessError: it did not start, failed, or did not end within a minute.
    """
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


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def system_programs(name: str, places: Mapping[str, Sequence[str]]) -> Iterator[Path]:
    """The programs called ``name`` on the PATH and in ``places`` (by ``sys.platform``; ``~`` and wildcards too)."""
    on_path = shutil.which(name)
    candidates = [Path(on_path)] if on_path else []
    for pattern in places.get(sys.platform, ()):
        place = Path(pattern).expanduser()
        candidates += sorted(Path(place.anchor).glob(str(place.relative_to(place.anchor))))
    return distinct(candidates, name)


def find_in(folder: Path, patterns: Iterable[str]) -> Iterator[Path]:
    """What fits one of ``patterns`` in ``folder`` or up to two folders below."""
    return (path for pattern in patterns for depth in _DEPTHS for path in sorted(folder.glob(depth + pattern)))


def distinct(paths: Iterable[Path], name: str) -> Iterator[Path]:
    """Each program once, though several links lead to it.

    A link to another name is kept as it is: snap's ``blender`` leads to ``snap``, which acts by the name it is called.
    """
    seen: set[Path] = set()
    for path in paths:
        real = path.resolve()
        program = real if real.name.lower().startswith(name) else path
        if program not in seen and program.is_file() and os.access(program, os.X_OK):
            seen.add(program)
            yield program
