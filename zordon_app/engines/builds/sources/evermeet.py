"""FFmpeg for macOS on Intel, by evermeet.cx. Layout facts: engines.md, section 7.

``/ffmpeg/info/ffmpeg/release`` is JSON with the version and the address of a zip that holds the program alone. The
site signs with GPG and publishes no SHA-256.
"""

import re

import msgspec
from msgspec import Struct

from zordon_app.engines.builds.available import Available
from zordon_app.engines.builds.errors import SiteFailed
from zordon_app.engines.builds.sources.base import Pages

LISTING = "https://evermeet.cx/ffmpeg/info/ffmpeg/release"
_FILE = re.compile(r"ffmpeg-(?P<version>\d+(?:\.\d+)+)\.zip")


class _File(Struct):
    url: str
    size: int = 0


class _Info(Struct):
    version: str
    download: dict[str, _File]


class EvermeetBuilds:
    """The present release of FFmpeg."""

    name = "ffmpeg-evermeet"
    label = "evermeet.cx"
    engine = "ffmpeg"
    hosts = frozenset({"evermeet.cx"})
    redirects: frozenset[str] = frozenset()
    copies: tuple[str, ...] = ()

    def offers(self, pages: Pages) -> list[Available]:
        """One build."""
        try:
            info = msgspec.json.decode(pages.text(LISTING), type=_Info)
            archive = info.download["zip"]
        except (msgspec.MsgspecError, KeyError) as error:
            raise SiteFailed("evermeet.cx answered with something that is not about a build.") from error
        return [_build(info.version, url=archive.url, file_name=archive.url.rpartition("/")[2], size=archive.size)]

    def read_name(self, file_name: str) -> Available | None:
        """A build by the name of its archive."""
        match = _FILE.fullmatch(file_name)
        return _build(match["version"], url="", file_name=file_name, size=0) if match else None


def _build(version: str, *, url: str, file_name: str, size: int) -> Available:
    return Available(
        engine="ffmpeg",
        version=version,
        channel="stable",
        system_os="macos",
        cpu="x64",
        source=EvermeetBuilds.name,
        url=url,
        file_name=file_name,
        size=size,
    )
