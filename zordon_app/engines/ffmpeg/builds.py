"""Finding the FFmpegs of this machine: the one that came with Zordon, those of the system, and managed ones."""

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
from zordon_app.engines.ffmpeg.versions import parse_version
from zordon_app.errors import BuildNotFound

ORIGINS = ("embedded", "managed", "system")
"""Which build is taken where none is asked for: the embedded one is the same on every machine."""

_VERSION = re.compile(r"^ffmpeg version (\S+)", re.MULTILINE)
_ENCODER = re.compile(r"^ [ASV][A-Z.]{5} (\S+)", re.MULTILINE)
_SECONDS_TO_ANSWER = 60
_USUAL_PLACES = {
    "linux": (
        "/usr/bin/ffmpeg",
        "/usr/local/bin/ffmpeg",
        "/snap/bin/ffmpeg",
        "/opt/ffmpeg*/ffmpeg",
        "/opt/ffmpeg*/bin/ffmpeg",
    ),
    "darwin": ("/opt/homebrew/bin/ffmpeg", "/usr/local/bin/ffmpeg", "/opt/local/bin/ffmpeg"),
    "win32": ("C:/ffmpeg*/bin/ffmpeg.exe", "C:/Program Files/ffmpeg*/bin/ffmpeg.exe"),
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
        """All builds, newest first; ``folders`` hold managed ones. Starts each program the first time: 0.3 s."""
        programs = [(path, "embedded") for path in _embedded_programs()]
        programs += [(path, "managed") for folder in folders for path in _programs_in(folder)]
        programs += [(path, "system") for path in _system_programs()]
        builds = [self._ask(path, origin) for path, origin in programs]
        found = {build.command: build for build in reversed(builds) if build is not None}
        return newest_first(list(found.values()))

    def _ask(self, path: Path, origin: str) -> Build | None:
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            with self._lock:
                known = self._known.get(str(path))
            if known is not None and known.stamp == stamp:
                return known.build
            build = _ask_program(path, origin)
        except (OSError, subprocess.SubprocessError, ValueError):
            # A broken or foreign program is no build; the others still are.
            return None
        with self._lock:
            self._known[str(path)] = _Known(stamp, build)
        return build


def newest_first(builds: Sequence[Build]) -> list[Build]:
    """Builds by version, newest first; of one version the embedded first."""
    ordered = sorted(builds, key=_origin_rank)
    return sorted(ordered, key=lambda build: parse_version(build.version), reverse=True)


def choose_build(builds: Sequence[Build], wanted: str | None) -> Build:
    """The build of version ``wanted`` (or a beginning of it), else the embedded, else the newest.

    Raises:
        BuildNotFound: none fits.
    """
    fitting = [build for build in newest_first(builds) if _fits(build, wanted)]
    if fitting:
        return min(fitting, key=_origin_rank) if not wanted else fitting[0]
    versions = ", ".join(dict.fromkeys(build.version for build in newest_first(builds)))
    here = f"this machine has {versions}" if versions else "no FFmpeg is installed here"
    if wanted:
        raise BuildNotFound(f"FFmpeg {wanted[:40]} is asked for, but {here}.")
    raise BuildNotFound("No FFmpeg is installed here. Install one under Engines, or put ffmpeg on the PATH.")


def _fits(build: Build, wanted: str | None) -> bool:
    if not wanted or build.version == wanted:
        return True
    prefix = parse_version(wanted) if wanted[0].isdigit() else ()
    return bool(prefix) and parse_version(build.version)[: len(prefix)] == prefix


def _origin_rank(build: Build) -> int:
    return ORIGINS.index(build.origin) if build.origin in ORIGINS else len(ORIGINS)


def _ask_program(path: Path, origin: str) -> Build:
    match = _VERSION.search(_run(str(path), "-version"))
    if match is None:
        raise ValueError(path)
    encoders = _ENCODER.findall(_run(str(path), "-hide_banner", "-encoders"))
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Build(
        engine="ffmpeg",
        version=short_version(match[1]),
        command=(str(path),),
        origin=origin,
        sha256=sha256,
        path=str(path),
        details={"full_version": match[1], "encoders": sorted(set(encoders) - {"="})},
    )


def short_version(text: str) -> str:
    """``n9.0.2-17-g2a571b6068-20260930`` and ``5.1.9-0+deb12u1`` as people say them; others stay."""
    match = re.match(r"n?(\d{1,3}(?:\.\d+)+)", text)
    return match[1] if match else text


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


def _embedded_programs() -> Iterator[Path]:
    # The package's own search would also try the PATH and a variable; what it ships lies in one folder.
    import imageio_ffmpeg

    folder = Path(imageio_ffmpeg.__file__).parent / "binaries"
    return _distinct(sorted(folder.glob("ffmpeg*")))


def _system_programs() -> Iterator[Path]:
    on_path = shutil.which("ffmpeg")
    candidates = [Path(on_path)] if on_path else []
    for pattern in _USUAL_PLACES.get(sys.platform, ()):
        place = Path(pattern)
        candidates += sorted(Path(place.anchor).glob(str(place.relative_to(place.anchor))))
    return _distinct(candidates)


def _programs_in(folder: Path) -> Iterator[Path]:
    names = ("ffmpeg", "bin/ffmpeg", "ffmpeg.exe", "bin/ffmpeg.exe")
    # As unpacked: managed/ffmpeg-n9.0-linux64-gpl/bin/ffmpeg, perhaps below a folder for the engine.
    return _distinct(path for name in names for depth in ("", "*/", "*/*/") for path in folder.glob(depth + name))


def _distinct(paths: Iterable[Path]) -> Iterator[Path]:
    """Each program once, though several links lead to it.

    A link of another name is kept as it is: snap's ``ffmpeg`` leads to ``snap``, which acts by the name it is called.
    """
    seen: set[Path] = set()
    for path in paths:
        real = path.resolve()
        program = real if real.name.lower().startswith("ffmpeg") else path
        if program not in seen and program.is_file() and os.access(program, os.X_OK):
            seen.add(program)
            yield program
