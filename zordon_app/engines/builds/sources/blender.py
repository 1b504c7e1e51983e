"""Releases of Blender. Layout facts: engines.md, section 7, from public scrapers of download.blender.org.

``/release/`` is a plain index of folders ``BlenderX.Y/``; each holds the archives of its patches, sorted as text, and
per patch one ``blender-X.Y.Z.sha256`` with the hashes of all platforms.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from zordon_app.engines.blender.choose import LTS_LINES
from zordon_app.engines.builds.available import Available, Channel, Cpu, SystemOs
from zordon_app.engines.builds.sources.base import Pages

RELEASES = "https://download.blender.org/release/"
OLDEST = (2, 83)
"""The first long-term version. Our session script needs the Python 3.7 in it."""

# Rows of a plain index: <a href="Blender4.2/">Blender4.2/</a>   23-Jun-2026 10:19   -   (the size in bytes of a file)
_ROW = re.compile(
    r'<a href="(?P<name>[^"/?]+/?)">[^<]*</a>(?:\s+(?P<date>\d{1,2}-\w{3}-\d{4}\s+\d{2}:\d{2})\s+(?P<size>\d+|-))?'
)
_DATE = re.compile(r"(?P<day>\d{1,2})-(?P<month>\w{3})-(?P<year>\d{4})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SERIES = re.compile(r"Blender(\d+)\.(\d+)/")
# Since 2.93: blender-4.5.15-linux-x64.tar.xz, -windows-x64.zip, -windows-arm64.zip (4.3 on), -macos-arm64.dmg.
_FILE = re.compile(
    r"blender-(?P<version>\d+\.\d+\.\d+)-(?P<os>linux|windows|macos)-(?P<cpu>x64|arm64)\.(?:tar\.xz|tar\.bz2|zip|dmg)"
)
# 2.83 to 2.92: blender-2.83.20-linux64.tar.xz, -windows64.zip, -macOS.dmg.
_OLD_FILE = re.compile(r"blender-(?P<version>2\.\d+\.\d+)-(?P<os>linux64|windows64|macOS)\.(?:tar\.xz|zip|dmg)")
_SYSTEMS: dict[str, SystemOs] = {
    "linux": "linux",
    "windows": "windows",
    "macos": "macos",
    "linux64": "linux",
    "windows64": "windows",
    "macOS": "macos",
}
_CPUS: dict[str, Cpu] = {"x64": "x64", "arm64": "arm64"}


class Row(Struct, frozen=True):
    """One line of an index. ``date`` as the page writes it; ``size`` in bytes, 0 when it is not told."""

    name: str
    date: str
    size: int


class BlenderReleases:
    """Stable and long-term releases."""

    name = "blender"
    label = "blender.org"
    engine = "blender"
    hosts = frozenset({"download.blender.org"})
    redirects: frozenset[str] = frozenset()
    copies: tuple[str, ...] = ("https://mirrors.ocf.berkeley.edu/blender",)

    def offers(self, pages: Pages) -> list[Available]:
        """All releases since 2.83."""
        found: list[Available] = []
        for row in read_index(pages.text(RELEASES)):
            series = _SERIES.fullmatch(row.name)
            if series and (int(series[1]), int(series[2])) >= OLDEST:
                page = RELEASES + row.name
                found += read_series(page, pages.text(page, stamp=row.date))
        return found

    def read_name(self, file_name: str) -> Available | None:
        """A release by the name of its archive."""
        return _read_file(Row(file_name, "", 0), "")


def read_index(html: str) -> Iterator[Row]:
    """The rows of a plain index page."""
    for match in _ROW.finditer(html):
        size = match["size"] or "-"
        yield Row(match["name"], match["date"] or "", int(size) if size.isdecimal() else 0)


def read_series(page: str, html: str) -> list[Available]:
    """The releases in the folder of one series, whose address is ``page``."""
    builds = (_read_file(row, page) for row in read_index(html))
    return [build for build in builds if build is not None]


def _read_file(row: Row, page: str) -> Available | None:
    match = _FILE.fullmatch(row.name)
    old = _OLD_FILE.fullmatch(row.name)
    if match:
        return _build(row, page, match["version"], match["os"], match["cpu"])
    if old:
        return _build(row, page, old["version"], old["os"], "x64")
    return None


def _build(row: Row, page: str, version: str, system_os: str, cpu: str) -> Available:
    return Available(
        engine="blender",
        version=version,
        channel=_channel(version),
        system_os=_SYSTEMS[system_os],
        cpu=_CPUS[cpu],
        source=BlenderReleases.name,
        url=page + row.name if page else "",
        file_name=row.name,
        size=row.size,
        sha256_url=f"{page}blender-{version}.sha256" if page else "",
        released=_iso(row.date),
    )


def _channel(version: str) -> Channel:
    major, minor = (int(part) for part in version.split(".")[:2])
    return "lts" if (major, minor) in LTS_LINES else "stable"


def _iso(date: str) -> str:
    """``23-Jun-2026 10:19`` as ``2026-06-23``, whatever language this machine speaks."""
    match = _DATE.match(date)
    if match is None or match["month"] not in _MONTHS:
        return ""
    return f"{match['year']}-{_MONTHS.index(match['month']) + 1:02d}-{int(match['day']):02d}"
