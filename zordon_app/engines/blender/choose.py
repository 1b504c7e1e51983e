"""Which build renders a file: the version that saved it, or a newer one; never an older (engines.md, section 3)."""

import re
from collections.abc import Sequence

from zordon_app.engines.base import Build
from zordon_app.errors import BuildNotFound

LTS_LINES = frozenset({(2, 83), (2, 93), (3, 3), (3, 6), (4, 2), (4, 5), (5, 2)})
"""Lines that blender.org keeps mending for two years."""

_ORIGINS = ("managed", "system", "embedded", "bpy")
"""Of two builds of one version the full program comes before the module."""

Version = tuple[int, ...]


def parse_version(text: str) -> Version:
    """``"4.5.15"`` as ``(4, 5, 15)``; what follows the numbers (``-alpha``) is left out, no number gives ``()``."""
    match = re.match(r"\s*(\d+(?:\.\d+)*)", text)
    return tuple(int(part) for part in match[1].split(".")) if match else ()


def choose_build(builds: Sequence[Build], saved_with: str, wanted: str | None) -> Build:
    """The build to render a file of ``saved_with`` (``major.minor`` or empty) with.

    ``wanted`` is a version or its beginning (``4``, ``4.5``, ``4.5.15``). Without it: the newest patch of the file's
    own version, else a newer version of the same major (LTS lines first), else of a later major.

    Raises:
        BuildNotFound: none fits.
    """
    file = parse_version(saved_with)[:2]
    named = [build for build in builds if _starts_with(build, wanted)]
    if wanted and not named:
        raise BuildNotFound(
            "Blender {version} is asked for, {here}.",
            code="no_such_blender",
            version=wanted[:20],
            here=_what_is_here(builds),
        )
    fitting = [build for build in named if _line(build) >= file]
    if not fitting:
        raise BuildNotFound(_too_old(saved_with, wanted, builds))
    return min(fitting, key=lambda build: _rank(build, file))


def newest_first(builds: Sequence[Build]) -> list[Build]:
    """Builds by version, newest first; of one version the full program first."""
    ordered = sorted(builds, key=_origin_rank)
    return sorted(ordered, key=lambda build: (parse_version(build.version), _is_released(build)), reverse=True)


def _starts_with(build: Build, wanted: str | None) -> bool:
    if not wanted or build.version == wanted:
        return True
    prefix = parse_version(wanted)
    return bool(prefix) and parse_version(build.version)[: len(prefix)] == prefix


def _line(build: Build) -> Version:
    return parse_version(build.version)[:2]


def _rank(build: Build, file: Version) -> tuple[object, ...]:
    version = parse_version(build.version)
    line = version[:2]
    patch = version[2] if len(version) > 2 else 0
    if not file:
        return (not _is_released(build), tuple(-part for part in version), _origin_rank(build))
    nearness = (line != file, line[0] != file[0], not _is_released(build), line not in LTS_LINES, line)
    return (*nearness, -patch, _origin_rank(build))


def _is_released(build: Build) -> bool:
    return re.search(r"alpha|beta|candidate|rc", build.version, re.IGNORECASE) is None


def _origin_rank(build: Build) -> int:
    return _ORIGINS.index(build.origin) if build.origin in _ORIGINS else len(_ORIGINS)


def _what_is_here(builds: Sequence[Build]) -> str:
    versions = list(dict.fromkeys(build.version for build in newest_first(builds)))
    return f"this machine has {', '.join(versions)}" if versions else "no Blender is installed here"


def _too_old(saved_with: str, wanted: str | None, builds: Sequence[Build]) -> str:
    if not saved_with:
        return "No Blender is installed here. Install one under Engines, or put blender on the PATH."
    needs = f"The project was saved with Blender {saved_with} and needs that version or a newer one"
    if wanted:
        return f"{needs}; Blender {wanted[:20]} is older and may crash on it."
    return f"{needs}; {_what_is_here(builds)}."
