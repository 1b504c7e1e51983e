"""Finding the FFmpegs of this machine: the one that came with Zordon, those of the system, and managed ones."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from zordon_app.engines.base import Build
from zordon_app.engines.ffmpeg.versions import parse_version
from zordon_app.engines.programs import (
    KnownBuilds,
    ask_program,
    distinct,
    find_in,
    first_of_each,
    hash_file,
    system_programs,
)
from zordon_app.errors import BuildNotFound

ORIGINS = ("embedded", "managed", "system")
"""Which build is taken where none is asked for: the embedded one is the same on every machine."""

_VERSION = re.compile(r"^ffmpeg version (\S+)", re.MULTILINE)
_ENCODER = re.compile(r"^ [ASV][A-Z.]{5} (\S+)", re.MULTILINE)
_NAMES = ("ffmpeg", "bin/ffmpeg", "ffmpeg.exe", "bin/ffmpeg.exe")
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


class BuildFinder:
    """Finds builds, and starts none twice that has not changed."""

    def __init__(self) -> None:
        self._known = KnownBuilds()

    def find(self, folders: Sequence[Path]) -> list[Build]:
        """All builds, newest first; ``folders`` hold managed ones. Starts each program the first time: 0.3 s."""
        programs = [(path, "embedded") for path in _embedded_programs()]
        programs += [(path, "managed") for folder in folders for path in distinct(find_in(folder, _NAMES), "ffmpeg")]
        programs += [(path, "system") for path in system_programs("ffmpeg", _USUAL_PLACES)]
        builds = [self._known.look(path, partial(_ask_program, origin)) for path, origin in programs]
        return newest_first(first_of_each(builds))


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
        raise BuildNotFound(
            "FFmpeg {version} is asked for, but {here}.", code="no_such_ffmpeg", version=wanted[:40], here=here
        )
    raise BuildNotFound(
        "No FFmpeg is installed here. Install one under Engines, or put ffmpeg on the PATH.", code="no_ffmpeg"
    )


def _fits(build: Build, wanted: str | None) -> bool:
    if not wanted or build.version == wanted:
        return True
    prefix = parse_version(wanted) if wanted[0].isdigit() else ()
    return bool(prefix) and parse_version(build.version)[: len(prefix)] == prefix


def _origin_rank(build: Build) -> int:
    return ORIGINS.index(build.origin) if build.origin in ORIGINS else len(ORIGINS)


def _ask_program(origin: str, path: Path) -> Build:
    match = _VERSION.search(ask_program(str(path), "-version"))
    if match is None:
        raise ValueError(path)
    encoders = _ENCODER.findall(ask_program(str(path), "-hide_banner", "-encoders"))
    return Build(
        engine="ffmpeg",
        version=short_version(match[1]),
        command=(str(path),),
        origin=origin,
        sha256=hash_file(path),
        path=str(path),
        details={"full_version": match[1], "encoders": sorted(set(encoders) - {"="})},
    )


def short_version(text: str) -> str:
    """``n9.0.2-17-g2a571b6068-20260930`` and ``5.1.9-0+deb12u1`` as people say them; others stay."""
    match = re.match(r"n?(\d{1,3}(?:\.\d+)+)", text)
    return match[1] if match else text


def _embedded_programs() -> Iterator[Path]:
    # The package's own search would also try the PATH and a variable; what it ships lies in one folder.
    import imageio_ffmpeg

    folder = Path(imageio_ffmpeg.__file__).parent / "binaries"
    return distinct(sorted(folder.glob("ffmpeg*")), "ffmpeg")
