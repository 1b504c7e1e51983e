"""This machine as a node of its own farm: work without the network, by the same road."""

from zordon_app.domain.ids import NodeId
from zordon_app.domain.leases import Lease, LeasedUnit, LeaseOrder
from zordon_app.domain.results import CheckedFile
from zordon_app.domain.statuses import JobStatus
from zordon_app.engines.assignments import Assignment
from zordon_app.farm.dispatcher import Dispatcher
from zordon_app.farm.gathering import Gathering
from zordon_app.farm.lifecycle import Lifecycle
from zordon_app.farm.nodes import ThisNode
from zordon_app.farm.progress import LiveProgress
from zordon_app.farm.speeds import Speeds
from zordon_app.farm.state import FarmState


class LocalWork:
    """Leases for the worker of this machine, and the place its results go to."""

    def __init__(
        self,
        state: FarmState,
        *,
        dispatcher: Dispatcher,
        gathering: Gathering,
        lifecycle: Lifecycle,
        speeds: Speeds,
        progress: LiveProgress,
        node: ThisNode,
    ) -> None:
        """Work on the jobs of ``state``."""
        self._state = state
        self._dispatcher = dispatcher
        self._gathering = gathering
        self._lifecycle = lifecycle
        self._speeds = speeds
        self._progress = progress
        self._node = node

    def next_lease(self, *, wait: float, keep_job: str | None) -> Assignment | None:  # noqa: ARG002 - priority decides here
        """The next work, or None after ``wait`` seconds."""
        return self._dispatcher.next_lease(
            NodeId(self._node.id), self._node.name, wait=wait, may_work=lambda: not self._node.is_paused
        )

    def renew(self, lease: Lease) -> LeaseOrder:
        """Keep the lease."""
        order = self._dispatcher.order(lease)
        return LeaseOrder.STOP_AFTER_UNIT if order == LeaseOrder.GO_ON and self._node.is_paused else order

    def unit_started(self, lease: Lease, unit: LeasedUnit) -> LeaseOrder:
        """The engine began a unit."""
        self._progress.set(lease.job, unit.spec.number, 0.0)
        return self.renew(lease)

    def progress(self, lease: Lease, unit: LeasedUnit, fraction: float) -> None:
        """How far the unit is."""
        self._progress.set(lease.job, unit.spec.number, fraction)

    def deliver(self, lease: Lease, unit: LeasedUnit, file: CheckedFile) -> LeaseOrder:
        """Publish a checked artifact."""
        if self._gathering.deliver(lease, unit, file):
            self._speeds.measured(lease.job, file.seconds)
        self._settle(lease, unit)
        return self.renew(lease)

    def fail(self, lease: Lease, unit: LeasedUnit, message: str) -> LeaseOrder:
        """The attempt failed."""
        if self._state.has(lease.job):
            self._lifecycle.fail(lease.job, unit.spec.number, unit.attempt, message)
        self._settle(lease, unit)
        return self.renew(lease)

    def give_back(self, lease: Lease, units: list[LeasedUnit], reason: str) -> None:  # noqa: ARG002 - shown by the job itself
        """Return units untouched."""
        if self._state.has(lease.job):
            self._lifecycle.give_back(lease.job, [(unit.spec.number, unit.attempt) for unit in units])
        for unit in units:
            self._settle(lease, unit)

    def fail_job(self, lease: Lease, message: str) -> None:
        """The project cannot be rendered at all."""
        if self._state.has(lease.job) and not self._state.job(lease.job).status.is_final:
            self._lifecycle.stop(lease.job, JobStatus.ERROR, message)
        for unit in lease.units:
            self._settle(lease, unit)

    def warn(self, lease: Lease, message: str) -> None:
        """Something a person should know."""
        if self._state.has(lease.job):
            self._lifecycle.warn(lease.job, message)

    def _settle(self, lease: Lease, unit: LeasedUnit) -> None:
        self._progress.forget(lease.job, unit.spec.number)
        self._dispatcher.settle(lease, unit.spec.number)
