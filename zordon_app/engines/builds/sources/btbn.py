"""FFmpeg for Linux and Windows by BtbN. Layout facts: engines.md, section 7.

Every day has a tag ``autobuild-YYYY-MM-DD-HH-MM`` with archives of each living series; 14 days and the month ends of
two years are kept. The tag ``latest`` holds moving files, whose version nobody knows before running them, so only
dated tags are listed. Which series there are changes: they come from the list, never from the code. ``gpl`` without
``shared`` is one program with x264 and x265 in it. Each release has ``checksums.sha256``.
"""

import re
from collections.abc import Iterator

from zordon_app.engines.builds.available import Available, Cpu, SystemOs
from zordon_app.engines.builds.sources import github
from zordon_app.engines.builds.sources.base import Pages

LISTING = "https://api.github.com/repos/BtbN/FFmpeg-Builds/releases?per_page=100"
CHECKSUMS = "checksums.sha256"
# ffmpeg-n9.0.1-11-ge47273f4d9-linux64-gpl-9.0.tar.xz; ffmpeg-n8.1-latest-win64-gpl-8.1.zip under ``latest``.
_FILE = re.compile(
    r"ffmpeg-n(?P<version>\d+\.\d+(?:\.\d+)?(?:-\d+-g[0-9a-f]+)?)-(?P<target>linux64|linuxarm64|win64|winarm64)"
    r"-gpl-\d+\.\d+\.(?:tar\.xz|zip)"
)
_TARGETS: dict[str, tuple[SystemOs, Cpu]] = {
    "linux64": ("linux", "x64"),
    "linuxarm64": ("linux", "arm64"),
    "win64": ("windows", "x64"),
    "winarm64": ("windows", "arm64"),
}


class BtbnBuilds:
    """Release series of FFmpeg, built daily."""

    name = "ffmpeg-btbn"
    label = "BtbN/FFmpeg-Builds on GitHub"
    engine = "ffmpeg"
    hosts = github.HOSTS
    redirects = github.REDIRECTS
    copies: tuple[str, ...] = ()

    def offers(self, pages: Pages) -> list[Available]:
        """Every dated build that is still there."""
        return list(_newest(read_releases(pages.text(LISTING))))

    def read_name(self, file_name: str) -> Available | None:
        """A build by the name of its archive."""
        match = _FILE.fullmatch(file_name)
        if match is None:
            return None
        system_os, cpu = _TARGETS[match["target"]]
        return Available(
            engine="ffmpeg",
            version=match["version"],
            channel="stable",
            system_os=system_os,
            cpu=cpu,
            source=self.name,
            url="",
            file_name=file_name,
        )


def read_releases(text: str) -> list[Available]:
    """The builds in a page of GitHub's list of releases; of one version those of the newest tag come first."""
    found: list[Available] = []
    for release in github.read_releases(text):
        sums = next((asset.browser_download_url for asset in release.assets if asset.name == CHECKSUMS), "")
        for asset in release.assets:
            build = BtbnBuilds().read_name(asset.name)
            if build is not None and release.tag_name.startswith("autobuild-"):
                found.append(_build(build, asset, sums, released=(release.published_at or "")[:10]))
    return found


def _build(named: Available, asset: github.Asset, sums: str, *, released: str) -> Available:
    return Available(
        engine=named.engine,
        version=named.version,
        channel=named.channel,
        system_os=named.system_os,
        cpu=named.cpu,
        source=named.source,
        url=asset.browser_download_url,
        file_name=asset.name,
        size=asset.size,
        sha256=asset.sha256,
        sha256_url="" if asset.sha256 else sums,
        released=released,
    )


def _newest(builds: list[Available]) -> Iterator[Available]:
    """The same commit is built again each day; one of them is enough."""
    seen: set[tuple[str, SystemOs, Cpu]] = set()
    for build in sorted(builds, key=lambda build: build.released, reverse=True):
        key = (build.version, build.system_os, build.cpu)
        if key not in seen:
            seen.add(key)
            yield build
