"""The farm's services of one node, each built after those it needs."""

import os
import platform

from zordon_app import __version__
from zordon_app.app.basis import Basis
from zordon_app.app.door_parts import DoorParts
from zordon_app.app.farm_loops import FarmLoops
from zordon_app.app.parts import DownloadParts, EngineParts, PeerParts, RenderParts, StorageParts
from zordon_app.domain.callers import THIS_PROGRAM
from zordon_app.domain.holds import Hold
from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import BuildRef
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.views import JobView
from zordon_app.engines.directory import EngineDirectory
from zordon_app.farm.child.all_work import AllWork
from zordon_app.farm.child.child_jobs import ChildJobs
from zordon_app.farm.child.local_work import LocalWork
from zordon_app.farm.child.preparation import Preparation
from zordon_app.farm.completion.claiming import Claiming
from zordon_app.farm.completion.gathering import Gathering
from zordon_app.farm.completion.receipts import Receipts
from zordon_app.farm.completion.results import Results
from zordon_app.farm.intake.pinning import Pinning
from zordon_app.farm.intake.provisioning import job_bound_to
from zordon_app.farm.intake.read_files import ReadFiles
from zordon_app.farm.intake.reviews import Reviews
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.progress import LiveProgress
from zordon_app.farm.ledger.recovery import Recovery, rebuild_from_manifests
from zordon_app.farm.ledger.spans import Spans
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.parent.desk import ParentDesk
from zordon_app.farm.parent.log_receiver import LogReceiver
from zordon_app.farm.parent.project_transfer import JobProjects
from zordon_app.farm.parent.recruiting import Recruiting
from zordon_app.farm.reading.at_work import AtWork
from zordon_app.farm.scheduling.blocklist import Blocklist
from zordon_app.farm.scheduling.dispatcher import Dispatcher
from zordon_app.farm.scheduling.lease_keeping import LEASE_SECONDS, LeaseKeeper
from zordon_app.farm.scheduling.nodes import NodeDesk
from zordon_app.farm.scheduling.speeds import Speeds
from zordon_app.farm.scheduling.this_node import Surroundings, ThisNode
from zordon_app.farm.scheduling.version_watch import VersionWatch
from zordon_app.peers.identity.signing import ReceiptSigner
from zordon_app.render.check import check_artifact, load_decoder, prove_artifact
from zordon_app.render.disk import GIB
from zordon_app.render.machine import free_gib
from zordon_app.render.previews import Previews
from zordon_app.render.worker import Worker
from zordon_app.storage.projects import ProjectHashes
from zordon_app.storage.versions import VersionFiles


class FarmParts:
    """State, lifecycle, dispatcher and the loops around them."""

    def __init__(
        self, basis: Basis, engines: EngineParts, storage: StorageParts, render: RenderParts, peers: PeerParts
    ) -> None:
        """Load the ledger; nothing runs yet."""
        self._basis = basis
        self._engines = engines
        self._storage = storage
        self._render = render
        self._peers = peers
        self._jobs_folder = basis.paths.jobs
        # Jobs that a restored or lost ledger does not know come back from their manifests before anything reads it.
        lost = storage.database.restored
        self.recheck = rebuild_from_manifests(storage.store, storage.manifests) if lost else set[JobId]()
        self.state = FarmState(storage.store, peers.feed, basis.guard)
        self.downloads = DownloadParts(basis, engines, render, self._job_that_needs, peers)
        self.lifecycle = Lifecycle(self.state, basis.clock)
        self.spans = Spans(self.state, basis.clock)
        self._build_ledger()
        self._build_shared_work()
        self.loops = FarmLoops(
            basis,
            engines,
            storage,
            render,
            state=self.state,
            lifecycle=self.lifecycle,
            leases=self.leases,
            blocklist=self._blocklist,
            claiming=self._claiming,
            watch=self._watch,
            nodes=self.nodes.views,
            downloads=self.downloads.managed,
            missing=self._projects.missing,
            recheck=self.recheck,
            notice=peers.service.notices.add,
            submit=self._submit,
        )
        self.worker = self._make_worker()
        self.directory = EngineDirectory(
            engines.registry,
            engines.builds,
            render.runner,
            self.downloads.managed,
            measure=render.machine.engine_benchmark,
            threads=lambda: basis.settings.current.threads,
        )
        self.door = DoorParts(
            basis,
            engines,
            storage,
            state=self.state,
            feed=peers.feed,
            lifecycle=self.lifecycle,
            leases=self.leases,
            children=self.children,
            nodes=self.nodes,
            progress=self._progress,
            speeds=self._speeds,
            offers=self.downloads.offers,
            live_engines=self.directory.live,
            forget_previews=self._forget_previews,
            this_node=render.identity.id,
            reads=self.reads,
            name_of=self._name_of,
            pinning=self.pinning,
            watch=self._watch,
        )
        self.receipts = Receipts(
            self.state,
            signer=ReceiptSigner(render.identity),
            builds=engines.builds,
            name_of=self._name_of,
            clock=basis.clock,
        )
        self.reviews = Reviews(self.state, self._submit, self.door.jobs.job)
        self.previews = Previews(
            folder=basis.paths.previews,
            artifacts=self.door.jobs.artifacts,
            finished=self.door.jobs.finished_film,
            limit_bytes=lambda: int(basis.settings.current.previews_gib * GIB),
            guard=basis.guard,
        )

    def _forget_previews(self, job_id: str) -> None:
        self.previews.forget(job_id)

    def sweep_projects(self) -> None:
        """Forget projects of other machines that no job here has used for long."""
        self._storage.projects.sweep({job.project for job in self.state.jobs()})

    def _submit(self, request: JobRequest) -> JobView:
        return self.door.submission.submit([request], caller=THIS_PROGRAM, upload=None)[0]

    def _job_that_needs(self, build: BuildRef) -> str:
        return job_bound_to(self.state.jobs(), build)

    def _read_log(self, job_id: str, unit: int, start: int) -> bytes:
        return self._render.logs.read(job_id, unit=unit, start=start)[0]

    def _name_of(self, node: str) -> str:
        return self._basis.name() if node == self._render.identity.id else self._peers.machines.name_of(node)

    def _build_states(self) -> dict[str, dict[str, str]]:
        return self.directory.states()

    def _engine_speed(self, node: str, engine: str) -> float | None:
        if node == self._render.identity.id:
            return self._render.machine.engine_speeds().get(engine)
        return self._peers.machines.engine_speed(node, engine)

    def _build_ledger(self) -> None:
        basis, state = self._basis, self.state
        self._speeds = Speeds(state, basis.clock.monotonic, self._engine_speed)
        self._blocklist = Blocklist()
        self.reads = ReadFiles(state, self._engines.registry)
        self._claiming = Claiming(state, self.reads)
        self.pinning = Pinning(
            state,
            self._engines.registry,
            hashes=ProjectHashes(),
            versions=VersionFiles(self._jobs_folder),
            reads=self.reads,
            builds=self._engines.builds,
            make_runner=self._render.job_runner,
            keep_gib=lambda: basis.settings.current.keep_projects_gib,
            jobs_folder=self._jobs_folder,
            scale=basis.scale,
        )
        self._watch = VersionWatch(state, self.lifecycle, self.pinning)
        self._progress = LiveProgress(self._peers.feed, basis.clock)
        self.this_node = ThisNode(
            self._render.identity.id,
            basis.name,
            system=f"{platform.system()} {platform.release()}",
            cores=os.cpu_count() or 1,
            version=__version__,
            surroundings=Surroundings(rules=basis.rules, free_gib=free_gib, idle_seconds=self._render.idle.seconds),
            hold=self._storage.hold.load(Hold()),
            remember=self._storage.hold.save,
        )
        self.leases = LeaseKeeper(
            state,
            self.lifecycle,
            self._blocklist,
            basis.clock,
            lease_seconds=LEASE_SECONDS * basis.scale,
            guard=basis.guard,
        )
        self.dispatcher = Dispatcher(
            state,
            self.lifecycle,
            self._speeds,
            self.leases,
            registry=self._engines.registry,
            builds=self._engines.builds,
            disk=self._render.disk,
            clock=basis.clock,
            jobs_folder=self._jobs_folder,
            blocklist=self._blocklist,
            guard=basis.guard,
        )
        self._results = Results(
            state,
            leases=self.leases,
            gathering=Gathering(state, self.lifecycle, self._storage.outputs, self._claiming, self._jobs_folder),
            lifecycle=self.lifecycle,
            speeds=self._speeds,
            progress=self._progress,
            blocklist=self._blocklist,
        )
        self.recovery = Recovery(
            state, self.lifecycle, self._storage.outputs, self._jobs_folder, self._render.identity.id
        )

    def _build_shared_work(self) -> None:
        machines = self._peers.machines
        self.children = ChildJobs(
            self.state,
            self.lifecycle,
            machines=machines,
            parcels=self._storage.parcels,
            preparation=Preparation(
                self.state,
                self.lifecycle,
                machines=machines,
                registry=self._engines.registry,
                builds=self._engines.builds,
                may_run_scripts=lambda: self._basis.settings.current.members_scripts,
                stop=self._basis.stop,
                scale=self._basis.scale,
            ),
            clock=self._basis.clock,
            node=self.this_node,
            jobs_folder=self._jobs_folder,
            read_log=self._read_log,
            stop=self._basis.stop,
            scale=self._basis.scale,
            guard=self._basis.guard,
        )
        self._projects = JobProjects(self.pinning)
        self.parents = ParentDesk(
            self.state,
            dispatcher=self.dispatcher,
            leases=self.leases,
            lifecycle=self.lifecycle,
            results=self._results,
            progress=self._progress,
            check=check_artifact,
            machines=machines,
            projects=self._projects,
            watch=self._watch,
            children=self.children,
            logs=LogReceiver(self._render.logs.append, self.state.has),
        )
        self.recruiting = Recruiting(
            self.state,
            self.lifecycle,
            machines=machines,
            leases=self.leases,
            blocklist=self._blocklist,
            this_node=self._render.identity.id,
            guard=self._basis.guard,
        )
        at_work = AtWork(
            self.state, self.leases, self.children, this_node=self._render.identity.id, name_of=self._name_of
        )
        self.nodes = NodeDesk(
            self.this_node,
            self.leases,
            self._render.disk,
            self._peers.feed,
            data_folder=self._basis.paths.data,
            machine=self._render.machine,
            builds=self._build_states,
            others=self._peers.service.node_views,
            at_work=at_work,
            machines=machines,
        )

    def _make_worker(self) -> Worker:
        self.work = AllWork(
            self.state,
            local=LocalWork(
                dispatcher=self.dispatcher,
                leases=self.leases,
                results=self._results,
                progress=self._progress,
                node=self.this_node,
                watch=self._watch,
            ),
            children=self.children,
            registry=self._engines.registry,
            builds=self._engines.builds,
            node=self.this_node,
            shortage=lambda: self._render.disk.shortage_now(self._basis.paths.work),
            monotonic=self._basis.clock.monotonic,
            nudge=self._peers.feed.nudge,
        )
        return Worker(
            self.work,
            folders=self._render.folders,
            processes=self._render.processes,
            logs=self._render.logs,
            check=prove_artifact,
            prepare=load_decoder,
            settings=self._render.settings,
            monotonic=self._basis.clock.monotonic,
            stop=self._basis.stop,
            guard=self._basis.guard,
        )
