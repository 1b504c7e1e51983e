"""Leases: granting what the planner picks, keeping them alive, and taking back what is lost."""

import threading
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, field

from zordon_app.domain.ids import JobId, LeaseId, NodeId, new_lease_id
from zordon_app.domain.jobs import Job
from zordon_app.domain.leases import Lease, LeasedUnit, LeaseOrder
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.engines.assignments import Assignment
from zordon_app.engines.base import Build
from zordon_app.engines.registry import EngineRegistry
from zordon_app.farm import planner
from zordon_app.farm.interfaces import Builds, Clock, Disk
from zordon_app.farm.lifecycle import Lifecycle, artifact_folder
from zordon_app.farm.speeds import Speeds
from zordon_app.farm.state import FarmState

LEASE_SECONDS = 60.0


class Held(Struct):
    """A lease that is out, and which of its units are still owed."""

    lease: Lease
    expires: float
    owed: dict[int, int] = field(default_factory=dict)
    """Unit number to attempt."""


class Dispatcher:
    """Grants leases to nodes and knows which are out."""

    def __init__(
        self,
        state: FarmState,
        lifecycle: Lifecycle,
        speeds: Speeds,
        *,
        registry: EngineRegistry,
        builds: Builds,
        disk: Disk,
        clock: Clock,
        jobs_folder: Path,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        """Grant from ``state``; ``lease_seconds`` is how long a grant lasts without a renewal."""
        self._state = state
        self._lifecycle = lifecycle
        self._speeds = speeds
        self._registry = registry
        self._builds = builds
        self._disk = disk
        self._clock = clock
        self._jobs_folder = jobs_folder
        self._lease_seconds = lease_seconds
        self._held: dict[LeaseId, Held] = {}
        self._work_changed = threading.Condition(state.lock)
        self._closed = False
        state.listen(self._wake)

    def next_lease(
        self, node: NodeId, node_name: str, *, wait: float, may_work: Callable[[], bool]
    ) -> Assignment | None:
        """Wait up to ``wait`` seconds for work for a node; None when there is none, or it may not work."""
        deadline = self._clock.monotonic() + wait
        with self._work_changed:
            while not self._closed:
                assignment = self._grant(node, node_name) if may_work() else None
                left = deadline - self._clock.monotonic()
                if assignment is not None or left <= 0:
                    return assignment
                self._work_changed.wait(left)
        return None

    def order(self, lease: Lease) -> LeaseOrder:
        """Renew a lease and tell its holder what to do."""
        with self._state.lock:
            held = self._held.get(lease.id)
            if held is None:
                return LeaseOrder.STOP_NOW
            held.expires = self._clock.monotonic() + self._lease_seconds
            return self._order(held)

    def settle(self, lease: Lease, number: int) -> None:
        """A unit of a lease is no longer owed: delivered, failed or given back."""
        with self._work_changed:
            held = self._held.get(lease.id)
            if held is None:
                return
            held.owed.pop(number, None)
            if not held.owed:
                del self._held[lease.id]
            self._work_changed.notify_all()

    def wait_until_free(self, job_id: JobId, timeout: float) -> bool:
        """Wait until no node holds a lease of a job; False after ``timeout`` seconds."""
        with self._work_changed:
            return self._work_changed.wait_for(lambda: not self._leases_of(job_id), timeout)

    def take_back_expired(self) -> None:
        """Units of leases that were not renewed wait again."""
        with self._state.lock:
            now = self._clock.monotonic()
            for held in [held for held in self._held.values() if held.expires < now]:
                del self._held[held.lease.id]
                if self._state.has(held.lease.job):
                    self._lifecycle.give_back(held.lease.job, held.owed.items())

    def take_back_from(self, node: str) -> None:
        """Every unit that a node holds waits again; what it delivers later is superseded or welcome."""
        with self._work_changed:
            for held in [held for held in self._held.values() if held.lease.node == node]:
                if self._state.has(held.lease.job):
                    self._lifecycle.give_back(held.lease.job, held.owed.items())
            self._work_changed.notify_all()

    def units_in_hand(self, node: str) -> dict[JobId, int]:
        """How many units of which jobs a node holds."""
        with self._state.lock:
            found: dict[JobId, int] = {}
            for held in self._held.values():
                if held.lease.node == node:
                    found[held.lease.job] = found.get(held.lease.job, 0) + len(held.owed)
            return found

    def wake(self) -> None:
        """Let waiting nodes look again."""
        with self._work_changed:
            self._work_changed.notify_all()

    def close(self) -> None:
        """Let every waiting node go."""
        with self._work_changed:
            self._closed = True
            self._work_changed.notify_all()

    def _wake(self, _changed: list[JobId]) -> None:
        self._work_changed.notify_all()

    def _leases_of(self, job_id: JobId) -> list[Held]:
        return [held for held in self._held.values() if held.lease.job == job_id]

    def _order(self, held: Held) -> LeaseOrder:
        if not self._state.has(held.lease.job):
            return LeaseOrder.STOP_NOW
        job = self._state.job(held.lease.job)
        ledger = self._state.ledger(job.id)
        is_current = any(
            unit.state == UnitState.LEASED and unit.attempt == held.owed[number]
            for number in held.owed
            if (unit := ledger.get(number)) is not None
        )
        if not is_current or job.status in {JobStatus.CANCELLED, JobStatus.ERROR}:
            return LeaseOrder.STOP_NOW
        return LeaseOrder.STOP_AFTER_UNIT if job.status == JobStatus.PAUSED else LeaseOrder.GO_ON

    def _grant(self, node: NodeId, node_name: str) -> Assignment | None:
        candidates = [job for job in self._state.jobs() if planner.may_work(job, node)]
        for job in planner.queue(candidates):
            build = self._usable_build(job)
            if build is not None:
                return self._lease(job, build, node, node_name)
        return None

    def _usable_build(self, job: Job) -> Build | None:
        """The build to render with here, or None after the job was told what it waits for."""
        build = self._builds.find(job.build)
        if build is None:
            label = self._registry.get(job.engine).label
            self._lifecycle.stop(
                job.id,
                JobStatus.CONFIGURING,
                f"No machine has {label} {job.build.version}. Install it, or change the job's version.",
            )
            return None
        shortage = self._disk.shortage(artifact_folder(job, self._jobs_folder)) or self._disk.shortage(
            self._jobs_folder
        )
        if shortage:
            self._lifecycle.stop(job.id, JobStatus.PAUSED, shortage, held_for_disk=True)
            return None
        return build

    def _lease(self, job: Job, build: Build, node: NodeId, node_name: str) -> Assignment:
        size = planner.lease_size(
            waiting=job.counts.waiting,
            seconds_per_unit=self._speeds.seconds_per_unit(job.id),
            nodes=self._nodes_on(job, node),
        )
        picked = planner.pick_units(list(self._state.ledger(job.id).values()), size)
        units = self._lifecycle.grant(job.id, [unit.spec.number for unit in picked], node, node_name)
        lease = Lease(
            id=new_lease_id(),
            job=job.id,
            node=node,
            units=tuple(LeasedUnit(spec=unit.spec, attempt=unit.attempt) for unit in units),
            seconds=self._lease_seconds,
        )
        self._held[lease.id] = Held(
            lease=lease,
            expires=self._clock.monotonic() + self._lease_seconds,
            owed={unit.spec.number: unit.attempt for unit in units},
        )
        return Assignment(lease=lease, job=self._state.job(job.id), engine=self._registry.get(job.engine), build=build)

    def _nodes_on(self, job: Job, node: NodeId) -> int:
        return len({held.lease.node for held in self._leases_of(job.id)} | {node})
