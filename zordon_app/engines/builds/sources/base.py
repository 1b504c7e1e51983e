"""What a site that publishes builds is to the rest."""

from typing import Protocol

from zordon_app.engines.builds.available import Available


class Pages(Protocol):
    """The pages of a site, from the network or the cache."""

    def text(self, url: str, *, stamp: str = "") -> str:
        """A page by its official address.

        With ``stamp`` (what a listing says of the page, such as its date) it is fetched again only when that changed.

        Raises:
            SiteFailed: it cannot be had, and is not in the cache.
        """


class Source(Protocol):
    """One site: where its pages are and how to read them. ``name`` is what settings call it under ``mirrors``."""

    name: str
    label: str
    engine: str
    hosts: frozenset[str]
    """Its official hosts: its listings may name files on these only."""
    redirects: frozenset[str]
    """More hosts that it sends downloads on to."""
    copies: tuple[str, ...]
    """Public copies of the site, tried after it; official paths are appended to these addresses."""

    def offers(self, pages: Pages) -> list[Available]:
        """Everything that it offers now, for all platforms."""

    def read_name(self, file_name: str) -> Available | None:
        """What an archive is by its name, without ``url``; None: not one of this site's."""
