"""All work this machine may do, its own jobs' and other nodes': one source of leases for the worker."""

import threading
from collections.abc import Callable

from zordon_app.domain.ids import JobId
from zordon_app.domain.leases import Lease, LeasedUnit, LeaseOrder
from zordon_app.domain.results import CheckedFile
from zordon_app.engines.assignments import Assignment
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import ZordonError
from zordon_app.farm.child.child_jobs import ChildJobs
from zordon_app.farm.child.child_work import ChildWork
from zordon_app.farm.child.local_work import LocalWork
from zordon_app.farm.interfaces import Builds
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.scheduling.this_node import ThisNode
from zordon_app.guard import UNFORESEEN


class EndedWork:
    """A child job that nobody wants any more: whatever comes of it is dropped, and the engine is told to stop."""

    def renew(self, lease: Lease) -> LeaseOrder:  # noqa: ARG002 - it is the same for all
        """Stop."""
        return LeaseOrder.STOP_NOW

    def lost(self, lease: Lease) -> frozenset[int]:  # noqa: ARG002
        """None in particular."""
        return frozenset()

    def unit_started(self, lease: Lease, unit: LeasedUnit) -> LeaseOrder:  # noqa: ARG002
        """Stop."""
        return LeaseOrder.STOP_NOW

    def progress(self, lease: Lease, unit: LeasedUnit, fraction: float) -> None:
        """Nobody listens."""

    def deliver(self, lease: Lease, unit: LeasedUnit, file: CheckedFile) -> LeaseOrder:  # noqa: ARG002
        """Nobody wants it."""
        file.path.unlink(missing_ok=True)
        return LeaseOrder.STOP_NOW

    def fail(self, lease: Lease, unit: LeasedUnit, message: str) -> LeaseOrder:  # noqa: ARG002
        """Stop."""
        return LeaseOrder.STOP_NOW

    def give_back(self, lease: Lease, units: list[LeasedUnit], reason: str) -> None:
        """They are nobody's."""

    def fail_job(self, lease: Lease, message: str) -> None:
        """Nobody listens."""

    def warn(self, lease: Lease, message: str) -> None:
        """Nobody listens."""


class AllWork:
    """Meets ``WorkSource``. Own jobs go first among those of one priority; whether this node works is asked here."""

    def __init__(
        self,
        state: FarmState,
        *,
        local: LocalWork,
        children: ChildJobs,
        registry: EngineRegistry,
        builds: Builds,
        node: ThisNode,
        shortage: Callable[[], str],
        monotonic: Callable[[], float],
        nudge: Callable[[JobId], None] = lambda _job: None,
    ) -> None:
        """Choose between ``local`` and ``children``; ``shortage`` is a sentence while the engines' disk is full.

        ``nudge`` is told of jobs of others of which this machine has other units in hand now.
        """
        self._state = state
        self._local = local
        self._children = children
        self._registry = registry
        self._builds = builds
        self._node = node
        self._shortage = shortage
        self._monotonic = monotonic
        self._nudge = nudge
        self._changed = threading.Event()
        self._closed = False
        state.listen(lambda _changed: self._changed.set())
        children.listen(self._changed.set)

    def wake(self) -> None:
        """Look again."""
        self._changed.set()

    def close(self) -> None:
        """Let the worker go: it waits for nothing any more."""
        self._closed = True
        self._changed.set()

    def next_lease(self, *, wait: float, keep_job: str | None) -> Assignment | None:
        """The next work, or None after ``wait`` seconds, or at once when ``keep_job`` has ended: its engine may go."""
        deadline = self._monotonic() + wait
        while True:
            self._changed.clear()
            assignment = self._choose(keep_job)
            left = deadline - self._monotonic()
            if assignment is not None or left <= 0 or self._closed or self._is_over(keep_job):
                return assignment
            for work in self._children.works():
                work.wanted.set()
            self._changed.wait(min(left, 1.0))

    def renew(self, lease: Lease) -> LeaseOrder:
        """Keep the lease."""
        return self._held(self._of(lease).renew(lease))

    def lost(self, lease: Lease) -> frozenset[int]:
        """Units that others have taken over."""
        return self._of(lease).lost(lease)

    def unit_started(self, lease: Lease, unit: LeasedUnit) -> LeaseOrder:
        """The engine began a unit."""
        order = self._of(lease).unit_started(lease, unit)
        self._show(lease)
        return self._held(order)

    def progress(self, lease: Lease, unit: LeasedUnit, fraction: float) -> None:
        """How far the unit is."""
        self._of(lease).progress(lease, unit, fraction)

    def deliver(self, lease: Lease, unit: LeasedUnit, file: CheckedFile) -> LeaseOrder:
        """Hand a checked file in."""
        order = self._of(lease).deliver(lease, unit, file)
        self._show(lease)
        return self._held(order)

    def fail(self, lease: Lease, unit: LeasedUnit, message: str) -> LeaseOrder:
        """The attempt failed; where the disk is full that is nobody's fault, and counts for nothing."""
        shortage = self._shortage()
        if shortage:
            self._of(lease).give_back(lease, [unit], shortage)
            return LeaseOrder.STOP_NOW
        return self._held(self._of(lease).fail(lease, unit, message))

    def give_back(self, lease: Lease, units: list[LeasedUnit], reason: str) -> None:
        """Return units untouched."""
        self._of(lease).give_back(lease, units, reason)

    def fail_job(self, lease: Lease, message: str) -> None:
        """The project cannot be rendered at all."""
        self._of(lease).fail_job(lease, message)

    def warn(self, lease: Lease, message: str) -> None:
        """Something a person should know."""
        self._of(lease).warn(lease, message)

    def _show(self, lease: Lease) -> None:
        """The ledger of a job of others changes there, and nobody here would hear of it."""
        if self._children.work(lease.job) is not None:
            self._nudge(lease.job)

    def _held(self, order: LeaseOrder) -> LeaseOrder:
        """A node that is out of the work ends what it has in hand."""
        return LeaseOrder.STOP_AFTER_UNIT if order == LeaseOrder.GO_ON and self._node.is_paused else order

    def _of(self, lease: Lease) -> LocalWork | ChildWork | EndedWork:
        child = self._children.work(lease.job)
        if child is not None:
            return child
        is_ended = self._state.has(lease.job) and self._state.job(lease.job).parent is not None
        return EndedWork() if is_ended else self._local

    def _is_over(self, job_id: str | None) -> bool:
        """Whether nothing more will be rendered of a job."""
        with self._state.lock:
            return job_id is not None and (not self._state.has(job_id) or self._state.job(job_id).status.is_final)

    def _choose(self, keep_job: str | None) -> Assignment | None:
        if not self._node.may_begin:
            return None
        # Own jobs are told by the dispatcher that they wait for room.
        ready = [] if self._shortage() else [work for work in self._children.works() if work.has_lease]
        own = self._local.best_rank()
        if ready and (own is None or ready[0].job.priority > own):
            return self._take(ready[0])
        return self._local.next_lease(wait=0, keep_job=keep_job) or (self._take(ready[0]) if ready else None)

    def _take(self, work: ChildWork) -> Assignment | None:
        lease = work.take()
        if lease is None or not self._state.has(work.job.id):
            return None
        job = self._state.job(work.job.id)
        build = self._builds.find(job.build)
        if build is None:
            work.give_back(lease, list(lease.units), "The engine build is gone.")
            return None
        try:
            return Assignment(lease=lease, job=job, engine=self._registry.get(job.engine), build=build)
        except Exception as error:
            work.fail_job(lease, str(error) if isinstance(error, ZordonError) else UNFORESEEN)
            raise
