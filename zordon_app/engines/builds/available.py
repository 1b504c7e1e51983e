"""What can be downloaded, and how one of it is named."""

import platform
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from zordon_app.domain.messages import ManagedBuild
from zordon_app.errors import BadRequest, BuildNotFound

SystemOs = Literal["linux", "macos", "windows"]
Cpu = Literal["x64", "arm64"]
Channel = Literal["stable", "lts", "daily"]

_SYSTEMS: dict[str, SystemOs] = {"linux": "linux", "darwin": "macos", "windows": "windows"}
_CPUS: dict[str, Cpu] = {"x86_64": "x64", "amd64": "x64", "arm64": "arm64", "aarch64": "arm64"}
_NUMBERS = re.compile(r"\d+(?:\.\d+)*")


class Platform(Struct, frozen=True):
    """An operating system and a kind of processor, in the words of the API."""

    system_os: SystemOs
    cpu: Cpu


class Available(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One build that a site offers. ``url`` is the official address; mirrors stand in for its beginning.

    ``sha256`` is known, or published under ``sha256_url`` (a list of hashes with names, or one bare hash), or, with
    neither, not published by the site at all. ``size`` is in bytes, 0 when the site does not tell. ``released`` is an
    ISO date or empty.
    """

    engine: str
    version: str
    channel: Channel
    system_os: SystemOs
    cpu: Cpu
    source: str
    url: str
    file_name: str
    size: int = 0
    sha256: str = ""
    sha256_url: str = ""
    released: str = ""

    @property
    def is_verified(self) -> bool:
        """Whether its site publishes a hash for it."""
        return bool(self.sha256 or self.sha256_url)


def this_platform() -> Platform:
    """The machine we run on. Raises BadRequest: nobody publishes builds for it."""
    system, machine = platform.system().lower(), platform.machine().lower()
    if system not in _SYSTEMS or machine not in _CPUS:
        raise BadRequest(
            "No builds are published for {system} on {cpu}; install the program by hand.",
            code="no_builds",
            system=system,
            cpu=machine,
        )
    return Platform(_SYSTEMS[system], _CPUS[machine])


def wanted_platform(wanted: ManagedBuild) -> Platform:
    """The platform of a request; what is left out is this machine's."""
    if wanted.system_os and wanted.cpu:
        return Platform(wanted.system_os, wanted.cpu)
    here = this_platform()
    return Platform(wanted.system_os or here.system_os, wanted.cpu or here.cpu)


def version_key(version: str) -> tuple[tuple[int, ...], bool]:
    """For sorting: the first numbers of a version, and whether it is a finished one (``n8.1.2``, ``4.5.15``)."""
    match = _NUMBERS.search(version)
    numbers = tuple(int(part) for part in match[0].split(".")) if match else ()
    return numbers, re.search(r"alpha|beta|candidate|rc|master|git", version, re.IGNORECASE) is None


def newest_first(builds: Iterable[Available]) -> list[Available]:
    """By version, then by date; of equal ones those with a published hash first."""
    return sorted(
        builds, key=lambda build: (*version_key(build.version), build.released, build.is_verified), reverse=True
    )


def pick(builds: Sequence[Available], version: str) -> Available:
    """The newest of ``builds`` that ``version`` names; ``builds`` are of one engine and platform.

    Raises:
        BuildNotFound: none; the sentence says which come nearest.
    """
    ordered = newest_first(builds)
    exact = [build for build in ordered if build.version == version]
    named = exact or [build for build in ordered if _is_named(build, version)]
    if not named:
        known = ", ".join(dict.fromkeys(build.version for build in ordered if build.channel != "daily"))
        raise BuildNotFound(f"There is no download of version {version[:60]!r}. Newest known: {known[:200] or 'none'}.")
    return named[0]


def _is_named(build: Available, version: str) -> bool:
    match version:
        case "latest":
            return build.channel != "daily"
        case "lts" | "daily" | "stable":
            return build.channel == version
    prefix = _NUMBERS.fullmatch(version)
    numbers = version_key(build.version)[0]
    wanted = version_key(version)[0]
    return prefix is not None and build.channel != "daily" and numbers[: len(wanted)] == wanted
