"""Blender's daily builds. Layout facts: engines.md, section 7, from public launchers that read the builder's JSON.

Items tell version, ``risk_id`` (alpha, beta, candidate, stable), the commit's hash, platform (``darwin`` for macOS),
architecture (``amd64`` on Windows, ``x86_64`` elsewhere), time, size and extension. With ``v=1`` each archive has a
companion item with the extension ``sha256``: a file with its bare hash. Stale items of past years stay in the list.
"""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from zordon_app.engines.builds.available import Available, Cpu, SystemOs
from zordon_app.engines.builds.errors import SiteFailed
from zordon_app.engines.builds.sources.base import Pages

LISTING = "https://builder.blender.org/download/daily/?format=json&v=1"
_SYSTEMS: dict[str, SystemOs] = {"linux": "linux", "darwin": "macos", "windows": "windows"}
_CPUS: dict[str, Cpu] = {"x86_64": "x64", "amd64": "x64", "arm64": "arm64"}
_EXTENSIONS = frozenset({"xz", "zip", "dmg"})
# blender-5.3.0-alpha+main.425ab43ad645-linux.x86_64-release.tar.xz
_FILE = re.compile(
    r"blender-(?P<version>\d+\.\d+\.\d+)-(?P<risk>[a-z]+)\+[\w-]+\.(?P<hash>[0-9a-f]+)"
    r"-(?P<os>linux|darwin|windows)\.(?P<cpu>x86_64|amd64|arm64)-release\.(?:tar\.xz|zip|dmg)"
)


class Item(Struct, frozen=True):
    """One item of the listing; what else it holds is not needed."""

    url: str
    version: str
    risk_id: str
    hash: str
    platform: str
    architecture: str
    file_mtime: int
    file_name: str
    file_size: int
    file_extension: str


class BlenderDaily:
    """What was built of Blender in the last days."""

    name = "blender-daily"
    label = "builder.blender.org"
    engine = "blender"
    hosts = frozenset({"builder.blender.org", "cdn.builder.blender.org"})
    redirects: frozenset[str] = frozenset()
    copies: tuple[str, ...] = ()

    def offers(self, pages: Pages) -> list[Available]:
        """The newest build of each version and platform."""
        return read_listing(pages.text(LISTING))

    def read_name(self, file_name: str) -> Available | None:
        """A daily build by the name of its archive."""
        match = _FILE.fullmatch(file_name)
        if match is None:
            return None
        return Available(
            engine="blender",
            version=_version(match["version"], match["risk"], match["hash"]),
            channel="daily",
            system_os=_SYSTEMS[match["os"]],
            cpu=_CPUS[match["cpu"]],
            source=self.name,
            url="",
            file_name=file_name,
        )


def read_listing(text: str) -> list[Available]:
    """The newest item of each version, risk and platform.

    Raises:
        SiteFailed: this is not the builder's list.
    """
    try:
        raw: list[Any] = msgspec.json.decode(text, type=list[Any])
    except msgspec.MsgspecError as error:
        raise SiteFailed("builder.blender.org answered with something that is not its list of builds.") from error
    items = [item for item in map(_read_item, raw) if item is not None]
    hashes = {item.url for item in items if item.file_extension == "sha256"}
    newest: dict[tuple[str, ...], Item] = {}
    for item in sorted(items, key=lambda item: item.file_mtime):
        if item.file_extension in _EXTENSIONS and item.platform in _SYSTEMS and item.architecture in _CPUS:
            newest[item.version, item.risk_id, item.platform, item.architecture] = item
    return [_build(item, hashes) for item in newest.values()]


def _read_item(raw: Any) -> Item | None:
    try:
        return msgspec.convert(raw, Item)
    except msgspec.ValidationError:
        # One odd item must not hide the others.
        return None


def _build(item: Item, hashes: set[str]) -> Available:
    companion = f"{item.url}.sha256"
    return Available(
        engine="blender",
        version=_version(item.version, item.risk_id, item.hash),
        channel="daily",
        system_os=_SYSTEMS[item.platform],
        cpu=_CPUS[item.architecture],
        source=BlenderDaily.name,
        url=item.url,
        file_name=item.file_name,
        size=item.file_size,
        sha256_url=companion if companion in hashes else "",
        released=datetime.fromtimestamp(item.file_mtime, UTC).date().isoformat(),
    )


def _version(version: str, risk: str, commit: str) -> str:
    return f"{version}-{risk}.{commit}"
