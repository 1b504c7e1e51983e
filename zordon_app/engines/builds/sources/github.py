"""Releases as GitHub's API lists them; two of our sites publish through it."""

import msgspec
from msgspec import Struct, field

from zordon_app.engines.builds.errors import SiteFailed

HOSTS = frozenset({"github.com", "api.github.com"})
REDIRECTS = frozenset({"objects.githubusercontent.com", "release-assets.githubusercontent.com"})
"""Where downloads of release assets are sent on to."""


class Asset(Struct, frozen=True):
    """One file of a release. ``digest`` is ``sha256:<hex>`` for files uploaded since 2025, else empty."""

    name: str
    browser_download_url: str
    size: int = 0
    digest: str | None = None

    @property
    def sha256(self) -> str:
        """The hash in hex, empty when GitHub has none."""
        kind, _, value = (self.digest or "").partition(":")
        return value if kind == "sha256" else ""


class Release(Struct, frozen=True):
    """A tag and its files."""

    tag_name: str
    published_at: str | None = None
    assets: list[Asset] = field(default_factory=list)


def read_releases(text: str) -> list[Release]:
    """A page of the releases API.

    Raises:
        SiteFailed: GitHub answered with something else, such as its complaint about too many requests.
    """
    try:
        return msgspec.json.decode(text, type=list[Release])
    except msgspec.MsgspecError as error:
        raise SiteFailed("GitHub answered with something that is not a list of releases. Try again later.") from error
