"""This machine as a node of its own farm: work without the network, by the same road."""

from zordon_app.domain.ids import NodeId
from zordon_app.domain.leases import Lease, LeasedUnit, LeaseOrder
from zordon_app.domain.results import CheckedFile
from zordon_app.engines.assignments import Assignment
from zordon_app.errors import ZordonError
from zordon_app.farm.completion.results import Results
from zordon_app.farm.ledger.progress import LiveProgress
from zordon_app.farm.scheduling.dispatcher import Dispatcher
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.farm.scheduling.this_node import ThisNode
from zordon_app.farm.scheduling.version_watch import VersionWatch
from zordon_app.guard import UNFORESEEN


class LocalWork:
    """Leases for the worker of this machine, and the place its results go to."""

    def __init__(
        self,
        *,
        dispatcher: Dispatcher,
        leases: LeaseKeeper,
        results: Results,
        progress: LiveProgress,
        node: ThisNode,
        watch: VersionWatch,
    ) -> None:
        """Take from ``dispatcher`` and report to ``results``."""
        self._dispatcher = dispatcher
        self._leases = leases
        self._results = results
        self._progress = progress
        self._node = node
        self._watch = watch

    def next_lease(self, *, wait: float, keep_job: str | None) -> Assignment | None:  # noqa: ARG002 - priority decides here
        """The next work, or None after ``wait`` seconds."""
        node = self._node
        lease = self._dispatcher.next_lease(NodeId(node.id), node.name, wait=wait, may_work=lambda: node.may_begin)
        if lease is None:
            return None
        if not self._watch.may_go_on(lease.job):
            self._results.give_back(lease, list(lease.units))
            return None
        try:
            return self._dispatcher.assignment(lease)
        except Exception as error:
            # Else the same job would come first again, and keep all others waiting.
            self._results.fail_job(lease, str(error) if isinstance(error, ZordonError) else UNFORESEEN)
            raise

    def best_rank(self) -> int | None:
        """The priority of the best job that has work for this machine; None when there is none."""
        return self._dispatcher.best_rank(NodeId(self._node.id))

    def renew(self, lease: Lease) -> LeaseOrder:
        """Keep the lease."""
        return self._leases.order(lease)

    def lost(self, lease: Lease) -> frozenset[int]:
        """Units that a faster node has taken over."""
        return self._leases.lost(lease.id)

    def unit_started(self, lease: Lease, unit: LeasedUnit) -> LeaseOrder:
        """The engine began a unit."""
        self._progress.set(lease.job, unit.spec.number, 0.0)
        self._leases.begin(lease.id, unit.spec.number)
        return self.renew(lease)

    def progress(self, lease: Lease, unit: LeasedUnit, fraction: float) -> None:
        """How far the unit is."""
        self._progress.set(lease.job, unit.spec.number, fraction)

    def deliver(self, lease: Lease, unit: LeasedUnit, file: CheckedFile) -> LeaseOrder:
        """Publish a checked artifact, unless the project was changed while it was rendered: it may be of either."""
        if self._watch.may_go_on(lease.job):
            self._results.deliver(lease, unit, file)
        else:
            self._results.give_back(lease, [unit])
        return self.renew(lease)

    def fail(self, lease: Lease, unit: LeasedUnit, message: str) -> LeaseOrder:
        """The attempt failed."""
        self._results.fail(lease, unit, message)
        return self.renew(lease)

    def give_back(self, lease: Lease, units: list[LeasedUnit], reason: str) -> None:  # noqa: ARG002 - shown by the job itself
        """Return units untouched."""
        self._results.give_back(lease, units)

    def fail_job(self, lease: Lease, message: str) -> None:
        """The project cannot be rendered at all."""
        self._results.fail_job(lease, message)

    def warn(self, lease: Lease, message: str) -> None:
        """Something a person should know."""
        self._results.warn(lease.job, message)
