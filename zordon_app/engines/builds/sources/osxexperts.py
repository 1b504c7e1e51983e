"""FFmpeg for macOS on Apple silicon, by osxexperts.net. Layout facts: engines.md, section 7, and public scrapers.

One page: "Download ffmpeg 8.1 (Apple Silicon)" with a link to ``ffmpeg81arm.zip`` (the version without dots), then
"SHA256 checksum of FFmpeg file : <hex>". Whether that is the zip or the program in it the page does not say.
"""

import re
from urllib.parse import urljoin

from zordon_app.engines.builds.available import Available
from zordon_app.engines.builds.sources.base import Pages

PAGE = "https://www.osxexperts.net/"
_LINK = re.compile(r"""href=["']([^"']*?(ffmpeg(\d+)arm\.zip))["']""")
_SHA256 = re.compile(r"SHA256 checksum of FFmpeg file\s*:?\s*([0-9a-f]{64})", re.IGNORECASE)
_VERSION = re.compile(r"Download ffmpeg (\d+(?:\.\d+)+)", re.IGNORECASE)


class OsxExpertsBuilds:
    """Releases of FFmpeg."""

    name = "ffmpeg-osxexperts"
    label = "osxexperts.net"
    engine = "ffmpeg"
    hosts = frozenset({"www.osxexperts.net", "osxexperts.net"})
    redirects: frozenset[str] = frozenset()
    copies: tuple[str, ...] = ()

    def offers(self, pages: Pages) -> list[Available]:
        """What the page links to."""
        return read_page(pages.text(PAGE))

    def read_name(self, file_name: str) -> Available | None:  # noqa: ARG002 - other sites can tell
        """The names hold no version that can be read for certain (``ffmpeg711arm.zip``)."""
        return None


def read_page(html: str) -> list[Available]:
    """The builds on the page, whose version is told beside the link."""
    versions = {version.replace(".", ""): version for version in _VERSION.findall(html)}
    found: dict[str, Available] = {}
    for match in _LINK.finditer(html):
        link, file_name, digits = match.groups()
        if digits in versions:
            after = html[match.end() :].split("href=", 1)[0]
            found[file_name] = _build(versions[digits], urljoin(PAGE, link), file_name, after)
    return list(found.values())


def _build(version: str, url: str, file_name: str, after: str) -> Available:
    sha256 = _SHA256.search(re.sub(r"<[^>]*>", " ", after))
    return Available(
        engine="ffmpeg",
        version=version,
        channel="stable",
        system_os="macos",
        cpu="arm64",
        source=OsxExpertsBuilds.name,
        url=url,
        file_name=file_name,
        sha256=sha256[1].lower() if sha256 else "",
    )
