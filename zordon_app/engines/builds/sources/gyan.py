"""FFmpeg for Windows by Gyan Doshi. Layout facts: engines.md, section 7, and public installers.

``release-version`` is the version in plain text; ``ffmpeg-release-essentials.zip`` is that version, and the same
address with ``.sha256`` its bare hash. The zip's one folder is ``ffmpeg-<version>-essentials_build``.
"""

import re

from zordon_app.engines.builds.available import Available
from zordon_app.engines.builds.errors import SiteFailed
from zordon_app.engines.builds.sources.base import Pages

BUILDS = "https://www.gyan.dev/ffmpeg/builds/"
ARCHIVE = "ffmpeg-release-essentials.zip"
_VERSION = re.compile(r"\d+(?:\.\d+)+")
_FILE = re.compile(r"ffmpeg-(?P<version>\d+(?:\.\d+)+)-(?:essentials|full)_build\.zip")


class GyanBuilds:
    """The present release of FFmpeg."""

    name = "ffmpeg-gyan"
    label = "gyan.dev"
    engine = "ffmpeg"
    hosts = frozenset({"www.gyan.dev"})
    # The site's builds are also releases on GitHub (GyanD/codexffmpeg); it may send downloads on to them.
    redirects = frozenset({"github.com", "objects.githubusercontent.com", "release-assets.githubusercontent.com"})
    copies: tuple[str, ...] = ()

    def offers(self, pages: Pages) -> list[Available]:
        """One build."""
        version = pages.text(f"{BUILDS}release-version").strip()
        if _VERSION.fullmatch(version) is None:
            raise SiteFailed("gyan.dev answered with something that is not a version.")
        return [_build(version, url=BUILDS + ARCHIVE, file_name=ARCHIVE)]

    def read_name(self, file_name: str) -> Available | None:
        """A build by the name of its archive, when that holds the version."""
        match = _FILE.fullmatch(file_name)
        return _build(match["version"], url="", file_name=file_name) if match else None


def _build(version: str, *, url: str, file_name: str) -> Available:
    return Available(
        engine="ffmpeg",
        version=version,
        channel="stable",
        system_os="windows",
        cpu="x64",
        source=GyanBuilds.name,
        url=url,
        file_name=file_name,
        sha256_url=f"{url}.sha256" if url else "",
    )
