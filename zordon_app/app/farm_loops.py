"""What goes on in the farm by itself: finishing, preparing, watching, telling, repairing, fetching builds."""

from collections.abc import Callable, Sequence

from zordon_app.app.basis import Basis
from zordon_app.app.parts import EngineParts, RenderParts, StorageParts
from zordon_app.config import Settings
from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.views import JobView, NodeView
from zordon_app.engines.builds.service import ManagedBuilds
from zordon_app.farm.completion.announcing import Announcing
from zordon_app.farm.completion.claiming import Claiming
from zordon_app.farm.completion.finishing import Finishing
from zordon_app.farm.intake.preparing import Preparing
from zordon_app.farm.intake.provisioning import Provisioning
from zordon_app.farm.intake.watch_folders import WatchFolders, check_folders
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.scheduling.blocklist import Blocklist
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.farm.scheduling.reconciler import Reconciler
from zordon_app.farm.scheduling.version_watch import VersionWatch
from zordon_app.hooks.telling import Hooks
from zordon_app.peers.discovery.network import own_addresses
from zordon_app.render.check import check_artifact, prove_artifact


class FarmLoops:
    """Each is run by a thread of its own; nothing runs yet."""

    def __init__(
        self,
        basis: Basis,
        engines: EngineParts,
        storage: StorageParts,
        render: RenderParts,
        *,
        state: FarmState,
        lifecycle: Lifecycle,
        leases: LeaseKeeper,
        blocklist: Blocklist,
        claiming: Claiming,
        watch: VersionWatch,
        nodes: Callable[[], list[NodeView]],
        downloads: ManagedBuilds,
        missing: Callable[[Job], Sequence[str]],
        recheck: set[JobId],
        notice: Callable[[str, str], None],
        submit: Callable[[JobRequest], JobView],
    ) -> None:
        """``recheck`` are jobs of a rebuilt ledger; ``notice`` tells the person, ``submit`` adds a job as they do."""
        self._presets = engines.presets
        builds, jobs_folder = engines.builds, basis.paths.jobs
        self.finishing = Finishing(
            state,
            lifecycle,
            registry=engines.registry,
            builds=builds,
            outputs=storage.outputs,
            claiming=claiming,
            watch=watch,
            check=check_artifact,
            make_runner=render.job_runner,
            threads=lambda: render.settings().threads,
            jobs_folder=jobs_folder,
            work_folder=basis.paths.work,
            guard=basis.guard,
        )
        self.hooks = Hooks(
            lambda: basis.settings.current,
            basis.name,
            own_addresses,
            basis.stop,
            notice=notice,
            scale=basis.scale,
            guard=basis.guard,
        )
        self.watching = WatchFolders(
            lambda: basis.settings.current.watch_folders,
            frozenset().union(*(engine.extensions for engine in engines.registry.all())),
            submit,
            storage.watched,
            basis.clock,
            notice=notice,
            scale=basis.scale,
            guard=basis.guard,
        )
        basis.settings.check(self._check_folders)
        self.announcing = Announcing(state, storage.store, self.hooks.tell, basis.name, guard=basis.guard)
        self.preparing = Preparing(
            state,
            lifecycle,
            builds=builds,
            outputs=storage.outputs,
            check=prove_artifact,
            jobs_folder=jobs_folder,
            recheck=recheck,
            missing=missing,
            guard=basis.guard,
        )
        self.reconciler = Reconciler(
            state,
            lifecycle,
            leases,
            registry=engines.registry,
            builds=builds,
            disk=render.disk,
            clock=basis.clock,
            jobs_folder=jobs_folder,
            blocklist=blocklist,
            nodes=nodes,
            guard=basis.guard,
        )
        self.provisioning = Provisioning(
            state,
            lifecycle,
            registry=engines.registry,
            builds=builds,
            downloads=downloads,
            allowed=lambda: basis.settings.current.engine_downloads,
            clock=basis.clock,
            guard=basis.guard,
        )

    def _check_folders(self, before: Settings, after: Settings) -> None:
        check_folders(before.watch_folders, after.watch_folders, self._presets.all())
