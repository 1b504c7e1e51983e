"""Engines as the API tells of them."""

import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from zordon_app.domain.messages import ArchiveOrder, DownloadOrder, ManagedBuild
from zordon_app.domain.validation import checked
from zordon_app.engines.base import Build, Engine, RunProgram
from zordon_app.engines.builds.available import Platform, this_platform, wanted_platform
from zordon_app.engines.builds.downloads import DownloadRecord
from zordon_app.engines.builds.service import ManagedBuilds, failure
from zordon_app.engines.installed import InstalledBuilds
from zordon_app.engines.limits import limited
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BuildNotFound

INSTALLED, DOWNLOADING = "installed", "downloading"
LONGEST_WAIT = 6 * 3600.0
"""Seconds that an installation may take while somebody waits for the answer."""


class EngineDirectory:
    """What is known of engines and their builds on this machine, and of builds that can be had."""

    def __init__(
        self,
        registry: EngineRegistry,
        builds: InstalledBuilds,
        run: Callable[[], RunProgram],
        managed: ManagedBuilds,
        *,
        measure: Callable[[Build, RunProgram], Any],
        threads: Callable[[], int],
    ) -> None:
        """``run`` makes a runner for commands; ``measure`` is the benchmark, on at most ``threads`` (0: all)."""
        self._registry = registry
        self._builds = builds
        self._run = run
        self._managed = managed
        self._measure = measure
        self._threads = threads

    # Installed

    def overview(self, *, full: bool) -> dict[str, Any]:
        """Data of every engine that has a build, by name."""
        return {name: self.one(name, full=full) for name in self.names()}

    def names(self) -> list[str]:
        """Engines with at least one build here."""
        return [name for name in self._registry.names() if self._builds.of(name)]

    def for_filename(self, filename: str) -> str:
        """Engine name for a file name."""
        return self._registry.for_filename(filename).name

    def one(self, name: str, *, full: bool) -> dict[str, Any]:
        """Label and installed builds; ``full`` adds extensions, formats, system and options."""
        engine = self._registry.get(name)
        data: dict[str, Any] = {"name": engine.name, "label": engine.label, "versions": self._versions(engine.name)}
        if full:
            data |= {
                "supported_extensions": sorted(engine.extensions),
                "supported_export_formats": list(engine.export_formats),
                "system_info": _system(),
                "options": self.arguments(name),
            }
        return data

    def availability(self, name: str) -> dict[str, Any]:
        """Whether this machine takes jobs of the engine."""
        versions = [build.version for build in self._builds.of(self._registry.get(name).name)]
        return {
            "engine": name,
            "available": bool(versions),
            "reason": "" if versions else f"No build of {self._registry.get(name).label} is installed here.",
            "cpu_count": os.cpu_count() or 1,
            "versions": versions,
            "hostname": platform.node(),
        }

    def arguments(self, name: str) -> list[dict[str, Any]]:
        """The allow-list of an engine."""
        return [msgspec.to_builtins(argument) for argument in self._registry.get(name).arguments]

    def help(self, name: str) -> str:
        """The program's own help text, of the newest build."""
        engine: Engine = self._registry.get(name)
        builds = self._builds.of(name)
        if not builds:
            raise BuildNotFound(f"No build of {engine.label} is installed here, so there is no help text to show.")
        return engine.help(builds[0], self._run())

    def benchmark(self, name: str, version: str | None) -> dict[str, Any]:
        """Measure a build, by default the one that jobs get; see ``render.benchmarks.Benchmark``."""
        engine = self._registry.get(name)
        build = engine.choose_build(self._builds.of(name), "", version)
        run = limited(engine, self._run(), self._threads())
        measured: dict[str, Any] = msgspec.to_builtins(self._measure(build, run))
        return measured

    def states(self) -> dict[str, dict[str, str]]:
        """By engine and version: ``installed``, or ``downloading`` for what is on its way; without waiting."""
        found = {
            name: dict.fromkeys((build.version for build in builds), INSTALLED)
            for name, builds in self._builds.known().items()
        }
        for record in self._managed.downloads.all():
            if record.state.is_active:
                found.setdefault(record.engine, {}).setdefault(record.version, DOWNLOADING)
        return found

    def live(self) -> list[dict[str, Any]]:
        """For each engine what may change: its installed builds and its downloads.

        One whose builds are looked for the first time is left out, so that nobody waits for the programs it starts.
        """
        records, known = self.downloads(), self._builds.known()
        return [
            {
                "name": engine.name,
                "label": engine.label,
                "versions": self._versions(engine.name),
                "downloads": [record for record in records if record["engine"] == engine.name],
            }
            for engine in self._registry.all()
            if engine.name in known
        ]

    # Downloads

    def download_available(self, wanted: ManagedBuild) -> dict[str, Any]:
        """Whether a build can be downloaded, and what is known of it."""
        try:
            build = self._managed.find(wanted)
        except BuildNotFound as error:
            return {"available": False, "reason": str(error)}
        return {"available": True, "reason": "", **msgspec.to_builtins(build)}

    def most_recent_version(self, engine: str, *, system_os: str | None, cpu: str | None) -> dict[str, Any]:
        """The newest release."""
        wanted = {"engine": engine, "version": "latest", "system_os": system_os, "cpu": cpu}
        found: dict[str, Any] = msgspec.to_builtins(self._managed.find(checked(wanted, ManagedBuild)))
        return found

    def available(self, engine: str, *, system_os: str | None, cpu: str | None) -> list[dict[str, Any]]:
        """Every download, newest first; of this machine's platform, or of the one that is named."""
        wanted = {"engine": engine, "version": "latest", "system_os": system_os, "cpu": cpu}
        return self._managed.available(engine, wanted_platform(checked(wanted, ManagedBuild)))

    def sources(self, engine: str | None) -> list[dict[str, Any]]:
        """The sites that builds come from."""
        return self._managed.sources(self._registry.get(engine).name if engine else None)

    def refresh(self, engine: str | None) -> list[dict[str, Any]]:
        """Ask the sites now."""
        self._managed.refresh(self._registry.get(engine).name if engine else None, force=True)
        return self.sources(engine)

    def download(self, order: DownloadOrder) -> dict[str, Any]:
        """Begin to install a build, and with ``wait`` stay until the end."""
        return self._answer(self._managed.download(order), wait=order.wait)

    def install_archive(self, order: ArchiveOrder, path: Path, file_name: str, *, owned: bool) -> dict[str, Any]:
        """Begin to install an archive, and with ``wait`` stay until the end."""
        record = self._managed.install_archive(
            path, file_name=file_name, engine=order.engine, sha256=order.sha256, owned=owned
        )
        return self._answer(record, wait=order.wait)

    def downloads(self) -> list[dict[str, Any]]:
        """What is being installed, and what was lately; oldest first."""
        return [_record_data(record) for record in self._managed.downloads.all()]

    def download_record(self, download_id: str) -> dict[str, Any]:
        """One of them."""
        return _record_data(self._managed.downloads.get(download_id))

    def act_on_download(self, download_id: str, action: str) -> dict[str, Any]:
        """``pause``, ``resume`` or ``cancel``."""
        downloads = self._managed.downloads
        actions = {"pause": downloads.pause, "resume": downloads.resume, "cancel": downloads.cancel}
        return _record_data(actions[action](download_id))

    def delete_download(self, wanted: ManagedBuild) -> dict[str, Any]:
        """Remove a managed build; what it was."""
        removed: dict[str, Any] = msgspec.to_builtins(self._managed.remove(wanted))
        return removed

    def _answer(self, record: DownloadRecord, *, wait: bool) -> dict[str, Any]:
        if wait:
            record = self._managed.downloads.wait(record.id, LONGEST_WAIT)
            if error := failure(record):
                raise error
        return _record_data(record)

    def _versions(self, name: str) -> list[dict[str, Any]]:
        managed = {folder.resolve(): about for about, folder in self._managed.managed()}
        return [_build_data(build, managed) for build in self._builds.of(name)]


def _record_data(record: DownloadRecord) -> dict[str, Any]:
    return {**msgspec.to_builtins(record), "fraction": record.fraction}


def _build_data(build: Build, managed: dict[Path, Any]) -> dict[str, Any]:
    program = Path(build.command[0]).absolute()
    about = next((about for folder, about in managed.items() if program.is_relative_to(folder)), None)
    data = {
        "version": build.version,
        "origin": build.origin,
        "path": build.path or build.command[0],
        "sha256": build.sha256,
        **_system(),
        "managed": about is not None,
    }
    if about is not None:
        data |= {"published_as": about.version, "channel": about.channel, "installed_at": about.installed_at}
    return data


def _system() -> dict[str, str]:
    here: Platform = this_platform()
    return {"system_os": here.system_os, "cpu": here.cpu}
