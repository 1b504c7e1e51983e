"""Puts the parts of managed builds together."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from zordon_app.domain.jobs import BuildRef
from zordon_app.engines.builds.downloads import Downloads
from zordon_app.engines.builds.giving import Giving
from zordon_app.engines.builds.handover import NoPeers, PeerBuilds
from zordon_app.engines.builds.index import BuildIndex
from zordon_app.engines.builds.installer import Installer
from zordon_app.engines.builds.open_downloads import OpenDownloads
from zordon_app.engines.builds.pages import CachedPages
from zordon_app.engines.builds.service import ManagedBuilds
from zordon_app.engines.builds.sources.base import Source
from zordon_app.engines.builds.sources.known import known_sources
from zordon_app.engines.builds.store import BuildStore
from zordon_app.engines.builds.task_making import TaskMaking
from zordon_app.engines.builds.web import Web
from zordon_app.engines.installed import InstalledBuilds
from zordon_app.engines.registry import EngineRegistry
from zordon_app.guard import Guard


def managed_builds(
    *,
    registry: EngineRegistry,
    installed: InstalledBuilds,
    builds_folder: Path,
    cache_folder: Path,
    mirrors: Callable[[], Mapping[str, str]],
    shortage: Callable[[Path], str],
    in_use: Callable[[BuildRef], str],
    on_change: Callable[[], None],
    now: Callable[[], datetime],
    monotonic: Callable[[], float],
    peers: PeerBuilds | None = None,
    sources: Sequence[Source] | None = None,
    web: Web | None = None,
    timescale: float = 1.0,
    guard: Guard | None = None,
) -> ManagedBuilds:
    """Builds kept in ``builds_folder``, lists and half downloads in ``cache_folder``.

    ``mirrors``: by name of a source, the addresses that stand in for its site (setting ``mirrors``). ``shortage``: that
    a folder's volume is below its reserve, else empty. ``in_use``: the name of a job that needs a build, else empty.
    ``on_change`` is called from any thread when downloads or installed builds changed.
    """
    opened = web or Web(mirrors)
    store = BuildStore(builds_folder)

    giving = Giving(store, installed, cache_folder / "packed", shortage)

    def placed() -> None:
        installed.refresh()
        giving.refresh()
        on_change()

    installer = Installer(store, registry, now=now, placed=placed)
    index = BuildIndex(
        [*known_sources(), *_sources_of(registry)] if sources is None else sources,
        lambda source: CachedPages(source, opened, cache_folder / "pages" / source.name),
        cache_folder / "lists",
        now,
        guard,
    )
    downloads_folder = cache_folder / "downloads"
    tasks = TaskMaking(
        registry=registry,
        index=index,
        installer=installer,
        web=opened,
        peers=peers or NoPeers(),
        folder=downloads_folder,
        shortage=shortage,
        now=now,
        pause_seconds=timescale,
    )
    left_open = OpenDownloads(cache_folder / "downloads.json")
    return ManagedBuilds(
        registry=registry,
        installed=installed,
        index=index,
        store=store,
        installer=installer,
        downloads=Downloads(monotonic=monotonic, on_change=on_change, keep=left_open.save, guard=guard),
        left_open=left_open.load(),
        web=opened,
        giving=giving,
        folder=downloads_folder,
        shortage=shortage,
        in_use=in_use,
        now=now,
        tasks=tasks,
    )


def _sources_of(registry: EngineRegistry) -> list[Source]:
    """The sites that third parties' engines bring along, in an attribute ``sources``."""
    return [source for engine in registry.all() for source in getattr(engine, "sources", ())]
