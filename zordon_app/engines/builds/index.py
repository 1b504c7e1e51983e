"""What can be downloaded: the last known list of every site, kept on disk, so that it is there offline too."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from zordon_app.engines.builds.available import Available, Platform, newest_first
from zordon_app.engines.builds.errors import SiteFailed
from zordon_app.engines.builds.sources.base import Pages, Source
from zordon_app.errors import ZordonError
from zordon_app.files.durable import write_durably
from zordon_app.guard import Guard

log = logging.getLogger(__name__)

FRESH_SECONDS = 6 * 3600.0
"""For so long a list is not asked for again by itself."""
SECONDS_AFTER_FAILURE = 300.0
"""For so long a site that failed is not asked again by itself."""


class Listing(Struct, kw_only=True, omit_defaults=True):
    """What a site offered at ``checked_at``; ``problem`` says why the last try, at ``tried_at``, found nothing new."""

    source: str
    label: str
    engine: str
    checked_at: datetime | None = None
    tried_at: datetime | None = None
    problem: str = ""
    about: str = ""
    """Code and values of the problem (``ZordonError.about``)."""
    builds: list[Available] = msgspec.field(default_factory=list)


class BuildIndex:
    """Lists of all sources. Safe to share by threads."""

    def __init__(
        self,
        sources: Sequence[Source],
        pages: Callable[[Source], Pages],
        folder: Path,
        now: Callable[[], datetime],
        guard: Guard | None = None,
    ) -> None:
        """Keep lists in ``folder``."""
        self.sources = {source.name: source for source in sources}
        self._pages = pages
        self._folder = folder
        self._now = now
        self._guard = guard or Guard()
        self._refreshing = threading.Lock()
        """One refresh at a time; who waits for it finds fresh lists."""
        self._lock = threading.Lock()
        self._listings: dict[str, Listing] = {}

    def builds(self, engine: str, platform: Platform | None = None) -> list[Available]:
        """What is known for one engine, newest first; of one platform, or of all."""
        found = [build for listing in self.listings(engine) for build in listing.builds]
        if platform is not None:
            found = [build for build in found if (build.system_os, build.cpu) == (platform.system_os, platform.cpu)]
        return newest_first(found)

    def listings(self, engine: str | None = None) -> list[Listing]:
        """The lists of one engine's sites, or of all."""
        wanted = [source for source in self.sources.values() if engine in {None, source.engine}]
        return [self._listing(source) for source in wanted]

    def refresh(self, engine: str | None = None, *, force: bool = False) -> list[Listing]:
        """Ask the sites whose list is old (all with ``force``), at the same time; the lists afterwards."""
        with self._refreshing:
            due = [self.sources[old.source] for old in self.listings(engine) if force or self._is_due(old)]
            if due:
                with self._guard.pool("build lists", len(due)) as threads:
                    list(threads.map(self._ask, due))
        return self.listings(engine)

    def _is_due(self, listing: Listing) -> bool:
        return self._older(listing.checked_at, FRESH_SECONDS) and self._older(listing.tried_at, SECONDS_AFTER_FAILURE)

    def _older(self, moment: datetime | None, seconds: float) -> bool:
        # A clock that was set back makes ages negative: then it is old too.
        return moment is None or not 0 <= (self._now() - moment).total_seconds() < seconds

    def _ask(self, source: Source) -> None:
        old = self._listing(source)
        now = self._now()
        try:
            builds = self._offers(source)
            new = structs.replace(old, checked_at=now, tried_at=now, problem="", about="", builds=builds)
        except ZordonError as error:
            log.info("The list of %s was not renewed: %s", source.label, error)
            new = structs.replace(old, tried_at=now, problem=str(error), about=error.about)
        self._keep(source, new)

    def _offers(self, source: Source) -> list[Available]:
        empty = SiteFailed("The list of {site} is empty or cannot be read.", code="site_empty", site=source.label)
        try:
            builds = source.offers(self._pages(source))
        except ZordonError:
            raise
        except Exception as error:  # A site may send anything; the other sites' lists are wanted all the same.
            self._guard.meet("build lists", error)
            raise empty from error
        if not builds:
            raise empty
        return builds

    def _keep(self, source: Source, listing: Listing) -> None:
        with self._lock:
            self._listings[source.name] = listing
        try:
            write_durably(self._path(source), msgspec.json.encode(listing))
        except OSError as error:
            log.warning("The list of %s could not be kept on disk: %s", source.label, error)

    def _listing(self, source: Source) -> Listing:
        with self._lock:
            if source.name not in self._listings:
                self._listings[source.name] = self._load(source)
            return self._listings[source.name]

    def _load(self, source: Source) -> Listing:
        empty = Listing(source=source.name, label=source.label, engine=source.engine)
        try:
            kept = msgspec.json.decode(self._path(source).read_bytes(), type=Listing)
        except (OSError, msgspec.MsgspecError):
            return empty
        return structs.replace(kept, label=source.label, engine=source.engine)

    def _path(self, source: Source) -> Path:
        return self._folder / f"{source.name}.json"
