"""What a node is made of below the farm: engines, storage, rendering, other nodes."""

import logging
import os
import platform
from collections.abc import Callable

from zordon_app.app.basis import Basis
from zordon_app.domain.holds import Hold
from zordon_app.domain.jobs import BuildRef
from zordon_app.domain.peering import BuildToGive
from zordon_app.domain.views import NodeView
from zordon_app.engines.base import Build, Engine, RunProgram
from zordon_app.engines.blender.engine import BlenderEngine
from zordon_app.engines.builds.assembly import managed_builds
from zordon_app.engines.ffmpeg.engine import FfmpegEngine
from zordon_app.engines.installed import InstalledBuilds
from zordon_app.engines.presets import Presets
from zordon_app.engines.registry import EngineRegistry, load_third_party_engines
from zordon_app.farm.intake.watch_folders import Known
from zordon_app.farm.ledger.feed import ChangeFeed
from zordon_app.peers.builds import BuildsOfPeers
from zordon_app.peers.identity.keys import load_identity
from zordon_app.peers.machines import PeerMachines
from zordon_app.peers.service import PeerService
from zordon_app.render.disk import DiskReserve
from zordon_app.render.folders import NodeFolders
from zordon_app.render.idle.watch import IdleWatch
from zordon_app.render.joblog import JobLogs
from zordon_app.render.machine import Machine
from zordon_app.render.processes import ProcessOwner
from zordon_app.render.programs import ProgramRunner
from zordon_app.render.settings import RenderSettings
from zordon_app.storage.ballast import Ballast
from zordon_app.storage.database import BackupFailed, Database
from zordon_app.storage.manifests import ManifestFiles
from zordon_app.storage.outputs import OutputFolders
from zordon_app.storage.parcels import ParcelFolder
from zordon_app.storage.projects import ProjectStore
from zordon_app.storage.records import RecordFile
from zordon_app.storage.store import JobStore

log = logging.getLogger(__name__)


class EngineParts:
    """Engines, their builds on this machine, and presets."""

    def __init__(self, basis: Basis, engines: list[Engine] | None) -> None:
        """``engines`` replaces ours (tests)."""
        ours: list[Engine] = [BlenderEngine(), FfmpegEngine(), *load_third_party_engines()]
        self.registry = EngineRegistry(engines if engines is not None else ours)
        self.builds = InstalledBuilds(self.registry, [basis.paths.builds])
        self.presets = Presets(basis.paths.config / "presets.yaml", self.registry)


class StorageParts:
    """What survives a restart."""

    def __init__(self, basis: Basis) -> None:
        """Open the data of the node."""
        paths = basis.paths
        self.ballast = Ballast(paths.data / "ballast")
        self.database = Database(paths.database, paths.backups, self.ballast)
        self.store = JobStore(self.database)
        self.manifests = ManifestFiles(paths.jobs)
        self.outputs = OutputFolders()
        self.parcels = ParcelFolder(paths.data / "parcels")
        self.projects = ProjectStore(paths.data / "projects")
        self.hold = RecordFile(paths.data / "pause.json", Hold)
        self.watched = RecordFile(paths.data / "watched.json", Known)

    def look_after(self) -> None:
        """Back up, and take up again the room that a full disk made us give away."""
        try:
            self.database.back_up()
        finally:
            self.ballast.fill()

    def close(self) -> None:
        """Back up, where that is possible, and close."""
        self.projects.close()
        try:
            self.database.back_up()
        except BackupFailed as error:
            log.warning("%s", error)
        self.database.close()


class RenderParts:
    """Running engines on this machine."""

    def __init__(self, basis: Basis) -> None:
        """Nothing runs yet."""
        self._basis = basis
        self.identity = load_identity(basis.paths.data / "identity", platform.node())
        self.processes = ProcessOwner(self.identity.id, is_nice=lambda: basis.settings.current.nice)
        self.folders = NodeFolders(jobs=basis.paths.jobs, work=basis.paths.work)
        self.logs = JobLogs(self.folders.logs)
        self.disk = DiskReserve(basis.reserve, basis.clock.monotonic)
        self.idle = IdleWatch(lambda: basis.settings.current.idle_minutes > 0, basis.clock.monotonic)
        self.machine = Machine(basis.paths, clock=basis.clock, output=basis.output_root)

    def settings(self) -> RenderSettings:
        """Timers of the worker and the limit of engines, as they are set now."""
        return RenderSettings(
            threads=self._basis.settings.current.threads,
            renew_seconds=1.0 * self._basis.scale,
            hang_seconds=self._basis.settings.current.hang_minutes * 60 * self._basis.scale,
            idle_session_seconds=60.0 * self._basis.scale,
        )

    def runner(self) -> RunProgram:
        """Runs short commands."""
        return ProgramRunner(self.processes, self._basis.paths.work / "commands")

    def job_runner(self, job_id: str) -> RunProgram:
        """Runs commands whose output belongs to a job's log."""
        folder = self._basis.paths.work / job_id / "commands"
        return ProgramRunner(self.processes, folder, log_line=self.logs.line_writer(job_id))


class PeerParts:
    """The other nodes, and the feed that tells of them too."""

    def __init__(
        self,
        basis: Basis,
        storage: StorageParts,
        render: RenderParts,
        *,
        lan: bool | None,
        discovery: bool | None,
        port: Callable[[], int],
        describe: Callable[[], NodeView],
        builds: Callable[[], list[BuildToGive]],
    ) -> None:
        """``port`` is that of the LAN listener; others are shown what ``describe`` says, and can have ``builds``."""
        settings = basis.settings.current
        self.has_lan = settings.lan if lan is None else lan
        self.feed = ChangeFeed(basis.boot)
        self.service = PeerService(
            basis.paths.data / "peers",
            render.identity,
            basis.clock,
            boot=basis.boot,
            name=basis.name,
            port=port,
            describe=describe,
            builds=builds,
            manual=lambda: basis.settings.current.peers,
            extra_names=lambda: basis.settings.current.extra_names,
            is_always_open=lambda: basis.settings.current.door == "open",
            keep_always_open=basis.keep_door_open,
            forced_open=os.environ.get("ZORDON_FARM_OPEN") == "1",
            lan=self.has_lan,
            discovery=settings.discovery if discovery is None else discovery,
            scale=basis.scale,
            on_change=lambda: self.feed.touch([]),
            guard=basis.guard,
        )
        self.machines = PeerMachines(self.service.directory, storage.projects)


class DownloadParts:
    """Engine builds that Zordon fetches."""

    def __init__(
        self,
        basis: Basis,
        engines: EngineParts,
        render: RenderParts,
        in_use: Callable[[BuildRef], str],
        peers: PeerParts,
    ) -> None:
        """``in_use`` names the job that needs a build, or is empty; ``peers`` may have what no site gives."""
        self._basis = basis
        self.managed = managed_builds(
            registry=engines.registry,
            installed=engines.builds,
            builds_folder=basis.paths.builds,
            cache_folder=basis.paths.cache / "builds",
            mirrors=lambda: basis.settings.current.mirrors,
            shortage=render.disk.shortage,
            in_use=in_use,
            on_change=peers.feed.touch_engines,
            now=basis.clock.now,
            monotonic=basis.clock.monotonic,
            timescale=basis.scale,
            peers=BuildsOfPeers(peers.service.directory, peers.machines),
            guard=basis.guard,
        )

    def offers(self, engine: str) -> list[Build]:
        """Builds that a job may have downloaded."""
        return [] if self._basis.settings.current.engine_downloads == "never" else self.managed.offers(engine)
