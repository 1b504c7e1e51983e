"""The composition root: builds every service of a node, starts and stops it. Read it from top to bottom."""

import json
import logging
import os
import platform
import shutil
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from zordon_app import __version__
from zordon_app.api.access import Access, identify_remote
from zordon_app.api.application import make_application
from zordon_app.api.server import HttpServer
from zordon_app.api.services import Services
from zordon_app.archives import unpack
from zordon_app.clock import SystemClock
from zordon_app.config import SettingsFile
from zordon_app.domain.ids import JobId
from zordon_app.domain.views import NodeView
from zordon_app.engines.base import Build, Engine, RunProgram
from zordon_app.engines.blender.engine import BlenderEngine
from zordon_app.engines.builds.assembly import managed_builds
from zordon_app.engines.directory import EngineDirectory
from zordon_app.engines.ffmpeg.engine import FfmpegEngine
from zordon_app.engines.installed import InstalledBuilds
from zordon_app.engines.presets import Presets
from zordon_app.engines.registry import EngineRegistry, load_third_party_engines
from zordon_app.errors import AlreadyRunning
from zordon_app.farm.all_work import AllWork
from zordon_app.farm.blame import Blame
from zordon_app.farm.child_jobs import ChildJobs
from zordon_app.farm.dispatcher import LEASE_SECONDS, Dispatcher
from zordon_app.farm.feed import ChangeFeed
from zordon_app.farm.finishing import Finishing
from zordon_app.farm.gathering import Gathering
from zordon_app.farm.intake import Intake
from zordon_app.farm.lifecycle import Lifecycle
from zordon_app.farm.local_work import LocalWork
from zordon_app.farm.node_desk import NodeDesk
from zordon_app.farm.nodes import ThisNode
from zordon_app.farm.parent_desk import ParentDesk
from zordon_app.farm.preparing import Preparing
from zordon_app.farm.progress import LiveProgress
from zordon_app.farm.projects import JobProjects
from zordon_app.farm.provisioning import Provisioning, job_bound_to
from zordon_app.farm.reconciler import Reconciler
from zordon_app.farm.recovery import Recovery, rebuild_from_manifests
from zordon_app.farm.results import Results
from zordon_app.farm.service import FarmService
from zordon_app.farm.sharing import Sharing
from zordon_app.farm.speeds import Speeds
from zordon_app.farm.state import FarmState
from zordon_app.farm.views import JobViews
from zordon_app.paths import Paths, find_paths, read_instance
from zordon_app.peers.identity import load_identity
from zordon_app.peers.machines import PeerMachines
from zordon_app.peers.service import PeerService
from zordon_app.peers.tls import server_context
from zordon_app.render.check import check_artifact
from zordon_app.render.disk import GIB, DiskReserve
from zordon_app.render.folders import NodeFolders
from zordon_app.render.joblog import JobLogs
from zordon_app.render.machine import Machine
from zordon_app.render.previews import Previews
from zordon_app.render.processes import ProcessOwner
from zordon_app.render.programs import ProgramRunner
from zordon_app.render.settings import RenderSettings
from zordon_app.render.worker import Worker
from zordon_app.storage.ballast import Ballast
from zordon_app.storage.database import Database
from zordon_app.storage.manifests import ManifestFiles
from zordon_app.storage.outputs import OutputFolders
from zordon_app.storage.parcels import ParcelFolder
from zordon_app.storage.projects import ProjectHashes, ProjectStore
from zordon_app.storage.store import JobStore

log = logging.getLogger(__name__)

WEB = Path(__file__).parent.parent / "web"
"""The frontend: beside the package in a checkout, and in the packaged program too."""

BACKUP_SECONDS = 600.0


class Zordon:
    """One node. Two of them can live in one process: nothing here is global."""

    def __init__(
        self,
        home: Path | None = None,
        *,
        port: int | None = None,
        lan: bool | None = None,
        discovery: bool | None = None,
        engines: list[Engine] | None = None,
        debug: bool = False,
        timescale: float | None = None,
    ) -> None:
        """Build every service; nothing runs yet, but the data folder is ours from now on until ``stop``.

        ``home`` moves all state of the node; ``port`` 0 takes any free one; ``lan`` and ``discovery`` stand in for the
        settings of those names; ``engines`` replaces ours (tests); ``timescale`` shortens every timer
        (``ZORDON_TIMESCALE``).

        Raises:
            AlreadyRunning: another Zordon uses the same data folder.
            BadSettings, DatabaseTooNew: with a sentence that says what to do.
        """
        self.paths = find_paths(home)
        self.paths.make()
        self._lock = _take_lock(self.paths)
        try:
            self._scale = timescale or float(os.environ.get("ZORDON_TIMESCALE", "1"))
            self._stop = threading.Event()
            self._threads: list[threading.Thread] = []
            self._clock = SystemClock()
            self.settings = SettingsFile(self.paths.settings)
            self._build_engines(engines)
            self._build_storage()
            self._build_render()
            self._build_peers(lan=lan, discovery=discovery)
            self._build_downloads()
            self._build_farm()
            self._build_api(port, debug=debug)
        except BaseException:
            self._lock.release()
            raise

    def start(self) -> None:
        """Put the ledger right, start every loop and answer requests.

        Raises:
            CannotListen: the port is taken.
        """
        self._processes.end_leftovers()
        _empty(self.paths.work)
        _empty(self._uploads)
        self._managed.clean()
        self._ballast.fill()
        self._recovery.run(self._recheck)
        self._dispatcher.expect_back(self._identity.id)
        self._http.start()
        if self._https is not None:
            self._https.start()
        self._peers.start()
        self._start_loops()
        self._write_instance()
        log.info("Zordon %s answers at %s", __version__, self.address)

    def stop(self) -> None:
        """End engines, loops and listeners, and close the data; may be called again."""
        if self._stop.is_set():
            return
        self._stop.set()
        self.paths.instance.unlink(missing_ok=True)
        for part in (self._dispatcher, self._feed, self._finishing, self._preparing, self._managed.downloads):
            part.close()
        self._http.stop()
        if self._https is not None:
            self._https.stop()
        self._peers.stop()
        self._children.join()
        for thread in self._threads:
            thread.join()
        self._database.back_up()
        self._database.close()
        self._lock.release()

    @property
    def address(self) -> str:
        """Where this machine's own programs reach the API."""
        return f"http://127.0.0.1:{self._http.port}"

    # Building, from the ground up

    def _build_engines(self, engines: list[Engine] | None) -> None:
        ours: list[Engine] = [BlenderEngine(), FfmpegEngine(), *load_third_party_engines()]
        self.registry = EngineRegistry(engines if engines is not None else ours)
        self._builds = InstalledBuilds(self.registry, [self.paths.builds])
        self._presets = Presets(self.paths.config / "presets.yaml", self.registry)

    def _build_storage(self) -> None:
        self._ballast = Ballast(self.paths.data / "ballast")
        self._database = Database(self.paths.database, self.paths.backups, self._ballast)
        self._store = JobStore(self._database)
        self._manifests = ManifestFiles(self.paths.jobs)
        self._outputs = OutputFolders()
        self._parcels = ParcelFolder(self.paths.data / "parcels")
        self._projects = ProjectStore(self.paths.data / "projects")

    def _build_render(self) -> None:
        self._identity = load_identity(self.paths.data / "identity", platform.node())
        self._processes = ProcessOwner(self._identity.id)
        self._folders = NodeFolders(jobs=self.paths.jobs, work=self.paths.work)
        self._logs = JobLogs(self._folders.logs)
        self._disk = DiskReserve(self._reserve, self._clock.monotonic)
        self._machine = Machine(self.paths, clock=self._clock, output=self._output_root)

    def _build_downloads(self) -> None:
        self._managed = managed_builds(
            registry=self.registry,
            installed=self._builds,
            builds_folder=self.paths.builds,
            cache_folder=self.paths.cache / "builds",
            mirrors=lambda: self.settings.current.mirrors,
            shortage=self._disk.shortage,
            in_use=lambda build: job_bound_to(self._state.jobs(), build),
            on_change=lambda: None,
            now=self._clock.now,
            monotonic=self._clock.monotonic,
            timescale=self._scale,
        )

    def _build_peers(self, *, lan: bool | None, discovery: bool | None) -> None:
        settings = self.settings.current
        self._boot = uuid.uuid4().hex[:12]
        self._has_lan = settings.lan if lan is None else lan
        self._https: HttpServer | None = None
        self._feed = ChangeFeed(self._boot)
        self._peers = PeerService(
            self.paths.data / "peers",
            self._identity,
            self._clock,
            boot=self._boot,
            name=self._name,
            port=lambda: self._https.port if self._https is not None else 0,
            describe=self._describe,
            manual=lambda: self.settings.current.peers,
            is_always_open=lambda: self.settings.current.door == "open",
            keep_always_open=self._keep_door_open,
            forced_open=os.environ.get("ZORDON_FARM_OPEN") == "1",
            lan=self._has_lan,
            discovery=settings.discovery if discovery is None else discovery,
            scale=self._scale,
            on_change=lambda: self._feed.touch([]),
        )
        self._machines = PeerMachines(self._peers.directory, self._projects)

    def _build_farm(self) -> None:
        # Jobs that a restored or lost ledger does not know come back from their manifests before anything reads it.
        lost = self._database.restored
        self._recheck = rebuild_from_manifests(self._store, self._manifests) if lost else set[JobId]()
        state = self._state = FarmState(self._store, self._feed)
        self._lifecycle = Lifecycle(state, self._clock)
        self._speeds = Speeds(state, self._clock.monotonic)
        self._blame = Blame()
        self._progress = LiveProgress(self._feed, self._clock)
        self._this_node = ThisNode(
            self._identity.id,
            self._name(),
            system=f"{platform.system()} {platform.release()}",
            cores=os.cpu_count() or 1,
            version=__version__,
        )
        self._gathering = Gathering(state, self._lifecycle, self._outputs, self.paths.jobs)
        self._dispatcher = Dispatcher(
            state,
            self._lifecycle,
            self._speeds,
            registry=self.registry,
            builds=self._builds,
            disk=self._disk,
            clock=self._clock,
            jobs_folder=self.paths.jobs,
            blame=self._blame,
            lease_seconds=LEASE_SECONDS * self._scale,
        )
        self._recovery = Recovery(state, self._lifecycle, self._outputs, self.paths.jobs, self._identity.id)
        self._build_shared_work(state)
        self._provisioning = self._make_provisioning(state)
        self._build_loops(state)
        self._farm = self._make_farm_service(state)

    def _build_shared_work(self, state: FarmState) -> None:
        self._results = Results(
            state,
            dispatcher=self._dispatcher,
            gathering=self._gathering,
            lifecycle=self._lifecycle,
            speeds=self._speeds,
            progress=self._progress,
            blame=self._blame,
        )
        self._children = ChildJobs(
            state,
            self._lifecycle,
            machines=self._machines,
            parcels=self._parcels,
            builds=self._builds,
            clock=self._clock,
            node=self._this_node,
            jobs_folder=self.paths.jobs,
            stop=self._stop,
            scale=self._scale,
        )
        self._parents = ParentDesk(
            state,
            dispatcher=self._dispatcher,
            lifecycle=self._lifecycle,
            results=self._results,
            progress=self._progress,
            check=check_artifact,
            machines=self._machines,
            projects=JobProjects(self.registry, ProjectHashes(), self.paths.jobs),
            children=self._children,
        )
        self._sharing = Sharing(
            state,
            self._lifecycle,
            machines=self._machines,
            dispatcher=self._dispatcher,
            blame=self._blame,
            this_node=self._identity.id,
        )
        self._nodes = NodeDesk(
            self._this_node,
            self._dispatcher,
            self._disk,
            data_folder=self.paths.data,
            load=self._machine.load,
            others=self._peers.node_views,
            machines=self._machines,
        )

    def _build_loops(self, state: FarmState) -> None:
        self._finishing = Finishing(
            state,
            self._lifecycle,
            registry=self.registry,
            builds=self._builds,
            outputs=self._outputs,
            check=check_artifact,
            make_runner=self._job_runner,
            jobs_folder=self.paths.jobs,
            work_folder=self.paths.work,
            on_completed=lambda _job_id: None,
        )
        self._preparing = Preparing(
            state,
            self._lifecycle,
            builds=self._builds,
            check=check_artifact,
            jobs_folder=self.paths.jobs,
            recheck=self._recheck,
        )
        self._reconciler = Reconciler(
            state,
            self._lifecycle,
            self._dispatcher,
            builds=self._builds,
            disk=self._disk,
            clock=self._clock,
            jobs_folder=self.paths.jobs,
        )
        self._work = AllWork(
            state,
            local=LocalWork(
                dispatcher=self._dispatcher, results=self._results, progress=self._progress, node=self._this_node
            ),
            children=self._children,
            registry=self.registry,
            builds=self._builds,
            node=self._this_node,
            monotonic=self._clock.monotonic,
        )
        self._worker = Worker(
            self._work,
            folders=self._folders,
            processes=self._processes,
            logs=self._logs,
            check=check_artifact,
            settings=self._render_settings,
            monotonic=self._clock.monotonic,
            stop=self._stop,
        )

    def _make_provisioning(self, state: FarmState) -> Provisioning:
        return Provisioning(
            state,
            self._lifecycle,
            registry=self.registry,
            builds=self._builds,
            downloads=self._managed,
            allowed=lambda: self.settings.current.engine_downloads,
            clock=self._clock,
        )

    def _make_farm_service(self, state: FarmState) -> FarmService:
        intake = Intake(
            registry=self.registry,
            builds=self._builds,
            outputs=self._outputs,
            presets=self._presets.all,
            unpack=unpack,
            clock=self._clock,
            jobs_folder=self.paths.jobs,
            output_root=self._output_root,
            offers=self._offers,
        )
        return FarmService(
            state,
            lifecycle=self._lifecycle,
            dispatcher=self._dispatcher,
            intake=intake,
            feed=self._feed,
            views=JobViews(state, self._feed, self._progress, self._speeds, self._this_node.name),
            progress=self._progress,
            nodes=self._nodes,
            children=self._children,
            outputs=self._outputs,
            manifests=self._manifests,
            clock=self._clock,
            jobs_folder=self.paths.jobs,
            previews_folder=self.paths.previews,
        )

    def _build_api(self, port: int | None, *, debug: bool) -> None:
        self._uploads = self.paths.data / "uploads"
        self._uploads.mkdir(parents=True, exist_ok=True)
        services = Services(
            farm=self._farm,
            engines=EngineDirectory(self.registry, self._builds, self._runner, self._managed),
            previews=Previews(
                folder=self.paths.previews,
                artifacts=self._farm.artifacts,
                finished=self._farm.finished_film,
                limit_bytes=lambda: int(self.settings.current.previews_gib * GIB),
            ),
            logs=self._logs,
            machine=self._machine,
            settings=self.settings,
            presets=self._presets,
            uploads=self._uploads,
            web=WEB,
            debug=debug,
            peers=self._peers,
            work=self._parents,
            farm_desk=self._peers.desk,
            peer_talk=self._peers.talk,
            poll_seconds=30.0 * self._scale,
        )
        port = self.settings.current.port if port is None else port
        self._http = HttpServer(make_application(services), "127.0.0.1", port)
        if self._has_lan:
            access = Access(self._peers.host_names, identify_remote(self._peers))
            self._https = HttpServer(
                make_application(services, access),
                "::",
                port + 1 if port else 0,
                tls=lambda: server_context(self._identity),
            )

    # Running

    def _start_loops(self) -> None:
        self._spawn("worker", self._work_for_ever)
        self._spawn("finishing", lambda: self._repeat(lambda: self._finishing.run_once(3600)))
        self._spawn("preparing", lambda: self._repeat(lambda: self._preparing.run_once(3600)))
        self._spawn("reconciler", lambda: self._repeat(self._reconciler.run_once, every=1.0 * self._scale))
        self._spawn("provisioning", lambda: self._repeat(self._provisioning.run_once, every=1.0 * self._scale))
        self._spawn("engine downloads", lambda: self._repeat(lambda: self._managed.downloads.run_once(3600)))
        self._spawn("machine load", lambda: self._repeat(self._machine.sample, every=1.0))
        self._spawn("backups", lambda: self._repeat(self._look_after_data, every=BACKUP_SECONDS))
        self._spawn("children", lambda: self._repeat(self._children.run_once, every=1.0 * self._scale))
        self._spawn("sharing", lambda: self._repeat(self._sharing.run_once, every=1.0 * self._scale))

    def _work_for_ever(self) -> None:
        # Finding builds starts programs; known before the first lease, nobody waits for that under the farm's lock.
        self._builds.refresh()
        self._worker.run()

    def _spawn(self, name: str, target: Callable[[], object]) -> None:
        thread = threading.Thread(target=target, name=name)
        self._threads.append(thread)
        thread.start()

    def _repeat(self, step: Callable[[], object], *, every: float = 0.0) -> None:
        """Run ``step`` until the node stops; an error is logged and the loop goes on."""
        while not self._stop.wait(every):
            try:
                step()
            except Exception:
                log.exception("The loop %s met an unexpected error and goes on", threading.current_thread().name)
                self._stop.wait(1)

    def _look_after_data(self) -> None:
        self._database.back_up()
        self._ballast.fill()

    def _write_instance(self) -> None:
        about = {
            "address": self.address,
            "port": self._http.port,
            "pid": os.getpid(),
            "version": __version__,
        }
        part = self.paths.instance.with_suffix(".part")
        part.write_text(json.dumps(about), encoding="utf-8")
        part.replace(self.paths.instance)

    # What services ask for while they run

    def _name(self) -> str:
        return self.settings.current.name or platform.node()

    def _describe(self) -> NodeView:
        return self._nodes.this()

    def _keep_door_open(self, on: bool) -> None:  # noqa: FBT001 - the door's own callback
        self.settings.change({"door": "open" if on else "ask"})

    def _reserve(self) -> tuple[float, float]:
        settings = self.settings.current
        return settings.disk_reserve_gib, settings.disk_reserve_percent

    def _output_root(self) -> Path:
        chosen = self.settings.current.output_folder
        return Path(chosen).expanduser() if chosen else self.paths.output

    def _offers(self, engine: str) -> list[Build]:
        """Builds that a job may have downloaded."""
        return [] if self.settings.current.engine_downloads == "never" else self._managed.offers(engine)

    def _render_settings(self) -> RenderSettings:
        return RenderSettings(
            renew_seconds=1.0 * self._scale,
            hang_seconds=self.settings.current.hang_minutes * 60 * self._scale,
            idle_session_seconds=60.0 * self._scale,
        )

    def _runner(self) -> RunProgram:
        return ProgramRunner(self._processes, self.paths.work / "commands")

    def _job_runner(self, job_id: str) -> RunProgram:
        folder = self.paths.work / job_id / "commands"
        return ProgramRunner(self._processes, folder, log_line=self._logs.line_writer(job_id))


def _take_lock(paths: Paths) -> FileLock:
    lock = FileLock(paths.data / "instance.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        address = read_instance(paths).get("address", "")
        where = f" It answers at {address}." if address else ""
        raise AlreadyRunning(f"Zordon is running already with its data in {paths.data}.{where}") from None
    return lock


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
