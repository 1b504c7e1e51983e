"""Managed builds as the rest of Zordon uses them: what there is, installing it, and removing it."""

import logging
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from zordon_app.domain.jobs import BuildRef
from zordon_app.domain.messages import ManagedBuild
from zordon_app.engines.base import Build
from zordon_app.engines.builds.available import Available, Platform, newest_first, pick, this_platform, wanted_platform
from zordon_app.engines.builds.downloads import DownloadRecord, Downloads
from zordon_app.engines.builds.giving import Giving
from zordon_app.engines.builds.index import BuildIndex
from zordon_app.engines.builds.installer import Installer, from_archive, unnamed_build
from zordon_app.engines.builds.open_downloads import OpenDownload
from zordon_app.engines.builds.steps import DownloadState
from zordon_app.engines.builds.store import BuildStore, Kind, Managed
from zordon_app.engines.builds.task_making import TaskMaking
from zordon_app.engines.builds.tasks import FROM_PEER, Archive, platform_of
from zordon_app.engines.builds.web import Web
from zordon_app.engines.installed import InstalledBuilds
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BadRequest, BuildNotFound, DiskFull, ZordonError

log = logging.getLogger(__name__)

UNPACKED_TIMES = 5
"""Blender's archives grow to four times their size; the archive itself is there meanwhile."""

KEPT_SECONDS = 14 * 24 * 3600.0
"""Half downloads are kept so long, to be gone on with."""


class ManagedBuilds:
    """Lists, installs and removes builds. Safe from several threads."""

    def __init__(
        self,
        *,
        registry: EngineRegistry,
        installed: InstalledBuilds,
        index: BuildIndex,
        store: BuildStore,
        installer: Installer,
        downloads: Downloads,
        left_open: Sequence[OpenDownload],
        web: Web,
        giving: Giving,
        folder: Path,
        shortage: Callable[[Path], str],
        in_use: Callable[[BuildRef], str],
        now: Callable[[], datetime],
        tasks: TaskMaking,
    ) -> None:
        """``folder`` is for what is half downloaded; ``left_open`` are the downloads that an earlier run did not end.

        ``shortage`` says that a folder's volume is below its reserve (else empty); ``in_use`` names a job that is
        bound to a build (else empty).
        """
        self._registry = registry
        self._installed = installed
        self._index = index
        self._store = store
        self._installer = installer
        self.downloads = downloads
        self._left_open = left_open
        self._web = web
        self.giving = giving
        self._folder = folder
        self._shortage = shortage
        self._in_use = in_use
        self._now = now
        self._tasks = tasks

    # What there is

    def available(self, engine: str, platform: Platform | None = None) -> list[dict[str, Any]]:
        """Every download, newest first; ``installed`` says that it is here."""
        self._registry.get(engine)
        self._index.refresh(engine)
        here = self._programs()
        of_peers = self._tasks.offered_by_peers(engine, platform or this_platform())
        builds = [*self._index.builds(engine, platform), *of_peers]
        return [
            {
                **msgspec.to_builtins(build),
                # What a peer hands over is compared with the hash of its program.
                "verified": build.is_verified or build.source == FROM_PEER,
                "installed": (build.engine, build.version, platform_of(build)) in here,
            }
            for build in builds
        ]

    def sources(self, engine: str | None = None) -> list[dict[str, Any]]:
        """The sites: when each was asked last, how old its list is (s), and what went wrong then."""
        return [
            {
                "name": listing.source,
                "label": listing.label,
                "engine": listing.engine,
                "checked_at": listing.checked_at,
                "age_seconds": self._age(listing.checked_at),
                "problem": listing.problem,
                "about": listing.about,
                "count": len(listing.builds),
            }
            for listing in self._index.listings(engine)
        ]

    def find(self, wanted: ManagedBuild) -> Available:
        """The download that is meant.

        Raises:
            EngineNotFound, BuildNotFound: with the sentence, and with what went wrong with the lists.
        """
        engine = self._registry.get(wanted.engine)
        self._index.refresh(engine.name)
        platform = wanted_platform(wanted)
        try:
            return pick(self._index.builds(engine.name, platform), wanted.version)
        except BuildNotFound as error:
            raise BuildNotFound(
                f"{engine.label} for {platform.system_os} {platform.cpu}: {error}{self._troubles(engine.name)}"
            ) from error

    def offers(self, engine: str) -> list[Build]:
        """What can be downloaded for this machine, as builds that are not there yet (no command).

        Builds of sites without a published hash are left out: a person may choose those, a job does not.
        """
        self._index.refresh(engine)
        known = self._index.builds(engine, this_platform())
        of_peers = self._tasks.offered_by_peers(engine, this_platform())
        builds = [*(build for build in known if build.is_verified), *of_peers]
        return [
            Build(engine=engine, version=build.version, command=(), origin="download")
            for build in newest_first(builds)
            if build.channel != "daily"
        ]

    def refresh(self, engine: str | None = None, *, force: bool = False) -> None:
        """Ask the sites whose lists are old; all of them with ``force``."""
        self._index.refresh(engine, force=force)

    def managed(self) -> list[tuple[Managed, Path]]:
        """The installed managed builds and their folders."""
        return self._store.all()

    def fetching(self, engine: str, version: str) -> DownloadRecord | None:
        """The last download of a build; None: there was none."""
        return self.downloads.latest(engine, version)

    def arrived(self, engine: str, version: str) -> Build | None:
        """The installed build that was published as ``version``, for this machine; its program may call itself else."""
        found = self._store.find(engine, version, this_platform())
        return self._build_in(found[1]) if found is not None else None

    def _programs(self) -> set[tuple[str, str, Platform]]:
        """Engines, published versions and platforms of the managed builds that are no modules."""
        return {
            (found.engine, found.version, found.platform) for found, _ in self._store.all() if found.kind == "program"
        }

    # Installing

    def download(self, wanted: ManagedBuild) -> DownloadRecord:
        """Begin the installation of a build; of one that is here already only a record that says so.

        Raises:
            EngineNotFound, BuildNotFound, DiskFull, BadRequest: it cannot begin.
        """
        if wanted.from_pip:
            return self._install_bpy(wanted)
        peer = self._tasks.from_peer(wanted)
        task = peer or self._tasks.download(self.find(wanted))
        if (task.build.engine, task.build.version, platform_of(task.build)) in self._programs():
            return self.downloads.add_needless(task)
        if peer is None:
            self._check_can_be_unpacked(task.build)
            self._check_room(task.build)
        return self.downloads.add(task)

    def take_up(self) -> None:
        """At start: go on with what an earlier run left open, from where it was; what a person held stays held."""
        for left in self._left_open:
            try:
                task = self._tasks.again(left.build)
                if task is not None:
                    self.downloads.add(task, paused=left.paused)
            except ZordonError as error:
                log.warning("%s %s is not gone on with: %s", left.build.engine, left.build.version, error)

    def install_archive(
        self, path: Path, *, file_name: str, engine: str | None, sha256: str = "", owned: bool = False
    ) -> DownloadRecord:
        """Begin the installation of an archive that a person has; ``owned`` files are removed afterwards.

        ``sha256`` is what its site published, when the person knows it; else the kept lists may.
        """
        build = self._build_of_name(file_name)
        if build is None and engine is None:
            raise BadRequest(
                "{name} has no name that tells what it is; name its engine.",
                code="archive_nameless",
                name=file_name[:100],
            )
        if build is None:
            build = unnamed_build(self._registry.get(engine or "").name, file_name, this_platform())
        known = next((known for known in self._index.builds(build.engine) if known.file_name == file_name), None)
        expected = sha256 or (known.sha256 if known is not None else "")
        # An upload is removed with its request; the queue may come to it later.
        path = self._store.adopt(path) if owned else path
        return self.downloads.add(Archive(from_archive(build), path, self._installer, sha256=expected, owned=owned))

    def remove(self, wanted: ManagedBuild) -> Managed:
        """Delete a managed build. Raises BuildNotFound, BadRequest."""
        engine = self._registry.get(wanted.engine)
        kind: Kind | None = "module" if wanted.from_pip else None
        removed = self._store.remove(engine.name, wanted.version, wanted_platform(wanted), self._job_using, kind=kind)
        self._installed.refresh()
        self.giving.refresh()
        return removed

    def clean(self) -> None:
        """At start: remove what an earlier run left half unpacked, and half downloads that nobody went on with."""
        self._store.clean()
        self.giving.clean()
        kept_since = self._now().timestamp() - KEPT_SECONDS
        for part in self._folder.glob("*"):
            if part.stat().st_mtime < kept_since:
                part.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop what is being installed, keeping what is here, and close connections."""
        self.downloads.close()
        self._web.close()

    def _job_using(self, _managed: Managed, folder: Path) -> str:
        build = self._build_in(folder)
        return self._in_use(build.ref) if build is not None else ""

    def _build_in(self, folder: Path) -> Build | None:
        inside = folder.resolve()
        builds = [build for engine in self._registry.names() for build in self._installed.of(engine)]
        return next((build for build in builds if Path(build.command[0]).absolute().is_relative_to(inside)), None)

    def _install_bpy(self, wanted: ManagedBuild) -> DownloadRecord:
        if wanted.engine != "blender":
            raise BadRequest(f"Only Blender comes from pip, as the module bpy; not {wanted.engine[:60]}.")
        task = self._tasks.from_pip(wanted.version)
        if self._store.find(wanted.engine, wanted.version, this_platform(), kind="module") is not None:
            return self.downloads.add_needless(task)
        return self.downloads.add(task)

    def _build_of_name(self, file_name: str) -> Available | None:
        found = (source.read_name(file_name) for source in self._index.sources.values())
        return next((build for build in found if build is not None), None)

    def _check_can_be_unpacked(self, build: Available) -> None:
        if build.file_name.endswith(".dmg") and this_platform().system_os != "macos":
            raise BadRequest(
                "Builds for macOS are disk images, which only a Mac can open. Download it there.", code="mac_only"
            )

    def _check_room(self, build: Available) -> None:
        for folder, size in ((self._folder, build.size), (self._store.folder, build.size * UNPACKED_TIMES)):
            shortage = self._shortage(folder) or _lack(folder, size)
            if shortage:
                raise DiskFull(
                    "{engine} {version} does not fit. {why}",
                    code="build_misfit",
                    engine=build.engine,
                    version=build.version,
                    why=shortage,
                )

    def _troubles(self, engine: str) -> str:
        problems = [
            f" {listing.label}: {listing.problem}" for listing in self._index.listings(engine) if listing.problem
        ]
        return "".join(problems)

    def _age(self, moment: datetime | None) -> float | None:
        return max(0.0, (self._now() - moment).total_seconds()) if moment is not None else None


def failure(record: DownloadRecord) -> ZordonError | None:
    """What ended an installation, as it was raised; None when it did not fail."""
    if record.state != DownloadState.FAILED:
        return None
    error = ZordonError(record.reason)
    error.status = record.status
    return error


def _lack(folder: Path, size: int) -> str:
    free = shutil.disk_usage(existing_part(folder)).free
    return "" if free > size else f"{folder} has {free / 1024**2:.0f} MB free, {size / 1024**2:.0f} MB are needed."


def existing_part(folder: Path) -> Path:
    """The nearest folder above that is there."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
