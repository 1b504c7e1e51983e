"""Leases: granting what the planner picks, keeping them alive, and taking back what is lost."""

import threading
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from zordon_app.domain.ids import JobId, LeaseId, NodeId, new_lease_id
from zordon_app.domain.jobs import Job, Unit
from zordon_app.domain.leases import Lease, LeasedUnit, LeaseOrder
from zordon_app.domain.sharing import HELPING
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.engines.assignments import Assignment
from zordon_app.engines.registry import EngineRegistry
from zordon_app.farm.intake.build_binding import bound_build
from zordon_app.farm.interfaces import Builds, Clock, Disk
from zordon_app.farm.ledger import ordering
from zordon_app.farm.ledger.lifecycle import Lifecycle, artifact_folder
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.scheduling import planner
from zordon_app.farm.scheduling.blocklist import Blocklist
from zordon_app.farm.scheduling.leases import HeldLease, LeaseTable
from zordon_app.farm.scheduling.speeds import Speeds

LEASE_SECONDS = 25.0
"""Without a renewal for so long, units go to others; nodes renew every second or two."""

SILENT_SHARE = 0.2
"""A holder that is silent for so much of its lease's length keeps its units until it calls, or the lease ends."""

PEER_AT_WORK_SECONDS = 60.0
"""A peer that asked for units of a job so lately still works for it."""


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
        blocklist: Blocklist | None = None,
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
        self._blocklist = blocklist or Blocklist()
        self._lease_seconds = lease_seconds
        self._leases = LeaseTable()
        self._asked: dict[tuple[JobId, str], float] = {}
        """When each peer asked last for units of a job."""
        self._work_changed = threading.Condition(state.lock)
        self._looked = clock.monotonic()
        self._closed = False
        state.listen(lambda _changed: self._work_changed.notify_all())

    def next_lease(
        self, node: NodeId, node_name: str, *, wait: float, may_work: Callable[[], bool], job: JobId | None = None
    ) -> Lease | None:
        """Wait up to ``wait`` seconds for work; None when there is none, or the node may not work.

        ``job`` is the one that a peer asks for; this machine takes from any.
        """
        deadline = self._clock.monotonic() + wait
        with self._work_changed:
            while not self._closed:
                lease = self._grant(node, node_name, job) if may_work() else None
                left = deadline - self._clock.monotonic()
                if lease is not None or left <= 0 or (job is not None and not self._is_open(job, node)):
                    return lease
                # An idle node looks again by itself: whether others are too slow shows only with time.
                self._work_changed.wait(min(left, 1.0))
        return None

    def assignment(self, lease: Lease) -> Assignment:
        """A lease of this machine with all that is needed to render it. Raises BuildNotFound, JobNotFound."""
        job = self._state.job(lease.job)
        build = bound_build(job, self._builds, self._registry)
        return Assignment(lease=lease, job=job, engine=self._registry.get(job.engine), build=build)

    def best_rank(self, node: NodeId) -> int | None:
        """The priority of the best job that has work for a node; None when there is none."""
        with self._state.lock:
            return max((job.priority for job in self._candidates(node, None) if job.counts.waiting), default=None)

    def order(self, lease: Lease) -> LeaseOrder:
        """Renew a lease and tell its holder what to do."""
        with self._state.lock:
            held = self._leases.get(lease.id)
            return LeaseOrder.STOP_NOW if held is None else self._renew(held)

    def renew(
        self,
        job_id: JobId,
        node: NodeId,
        lease_id: str,
        units: Mapping[int, int],
        made: Collection[int] = (),
    ) -> LeaseOrder:
        """Renew a peer's lease; one not known here (we were restarted) is taken up again where it still counts.

        ``made`` are those of its units that are rendered and on their way here.
        """
        with self._work_changed:
            held = self._leases.get(lease_id) or self._adopt(job_id, node, lease_id, units)
            if held is None or held.lease.node != node or held.lease.job != job_id:
                return LeaseOrder.STOP_NOW
            held.made = frozenset(made)
            return self._renew(held)

    def lost(self, lease_id: str) -> frozenset[int]:
        """Units of a lease that other nodes have taken over."""
        with self._state.lock:
            held = self._leases.get(lease_id)
            return frozenset(held.lost) if held is not None else frozenset()

    def begin(self, lease_id: str, number: int) -> None:
        """The holder of a lease began a unit."""
        with self._state.lock:
            held = self._leases.get(lease_id)
            if held is not None:
                held.begin(number, self._clock.monotonic())

    def settle(self, lease: Lease, number: int) -> None:
        """A unit of a lease is no longer owed: delivered, failed or given back. Only its holder can say so."""
        with self._work_changed:
            held = self._leases.get(lease.id)
            if held is not None and held.lease.node == lease.node and held.lease.job == lease.job:
                self._leases.settle(lease.id, number)
            self._work_changed.notify_all()

    def wait_until_free(self, job_id: JobId, timeout: float) -> bool:
        """Wait until no node holds a lease of a job; False after ``timeout`` seconds."""
        with self._work_changed:
            return self._work_changed.wait_for(lambda: not self._leases.of_job(job_id), timeout)

    def expect_back(self, this_node: NodeId) -> None:
        """After a restart: units that peers held stay theirs until they call in, or do not."""
        with self._work_changed:
            for job in self._state.jobs():
                if job.counts.leased:
                    self._expect_back(job, this_node)

    def take_back_expired(self) -> None:
        """Units of leases that were not renewed wait again; called about once a second.

        After a longer gap this machine has slept (reliability.md, R6): nobody could renew, so all have a lease's time.
        """
        with self._state.lock:
            now, before = self._clock.monotonic(), self._looked
            self._looked = now
            if now - before > self._lease_seconds * SILENT_SHARE:
                self._leases.expect_back(now + self._lease_seconds)
            for held in self._leases.expired(now):
                self._take_back(held)

    def take_back_from(self, node: str, job_id: JobId | None = None) -> None:
        """Every unit that a node holds, of one job or of all, waits again.

        What it delivers later is superseded or welcome.
        """
        with self._work_changed:
            for held in self._leases.of_node(node):
                if job_id in {None, held.lease.job}:
                    self._take_back(held)
            self._work_changed.notify_all()

    def units_in_hand(self, node: str) -> dict[JobId, int]:
        """How many units of which jobs a node holds."""
        with self._state.lock:
            found: dict[JobId, int] = {}
            for held in self._leases.of_node(node):
                found[held.lease.job] = found.get(held.lease.job, 0) + len(held.owed)
            return found

    def holders(self, job_id: JobId) -> set[NodeId]:
        """Nodes that hold units of a job."""
        with self._state.lock:
            return {held.lease.node for held in self._leases.of_job(job_id) if held.owed}

    def forgive(self, job_id: JobId) -> None:
        """A person tries again: whatever machines failed of the job, each has another chance."""
        self._blocklist.forget(job_id)

    def wake(self) -> None:
        """Let waiting nodes look again."""
        with self._work_changed:
            self._work_changed.notify_all()

    def close(self) -> None:
        """Let every waiting node go."""
        with self._work_changed:
            self._closed = True
            self._work_changed.notify_all()

    def _is_open(self, job_id: JobId, peer: NodeId) -> bool:
        """Whether it is worth waiting: a peer that is let out of a job learns so from its next question."""
        if not self._state.has(job_id):
            return False
        job = self._state.job(job_id)
        return not job.status.is_final and planner.may_share(job, peer)

    def _renew(self, held: HeldLease) -> LeaseOrder:
        if self._blocklist.is_left_out(held.lease.job, held.lease.node):
            self._take_back(held)
            return LeaseOrder.STOP_NOW
        held.expires = self._clock.monotonic() + self._lease_seconds
        held.is_expected_back = False
        order = self._order(held)
        if not held.owed:
            self._leases.drop(held)
        return order

    def _order(self, held: HeldLease) -> LeaseOrder:
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

    def _candidates(self, node: NodeId, only: JobId | None) -> list[Job]:
        jobs = self._state.unsettled() if only is None else [self._state.job(only)] if self._state.has(only) else []
        open_to = planner.may_work if only is None else planner.may_help
        return [job for job in jobs if open_to(job, node) and not self._blocklist.is_left_out(job.id, node)]

    def _grant(self, node: NodeId, node_name: str, only: JobId | None) -> Lease | None:
        if only is not None:
            self._asked[only, node] = self._clock.monotonic()
        jobs = ordering.queue([job for job in self._candidates(node, only) if job.counts.waiting])
        for job in jobs:
            if self._has_room(job) and (only is not None or self._has_build(job)):
                lease = self._lease_waiting(job, node, node_name)
                if lease is not None:
                    return lease
        return self._grant_held(node, node_name, only)

    def _grant_held(self, node: NodeId, node_name: str, only: JobId | None) -> Lease | None:
        """Nothing waits: take over what a slower node has not begun, or is far too long at."""
        for job in ordering.queue([job for job in self._candidates(node, only) if job.counts.leased]):
            seconds = self._speeds.seconds_per_unit(job.id, node)
            others = {held.lease.id: held for held in self._leases.of_job(job.id) if self._may_give(held, node)}
            if seconds is None or not others or (only is None and self._builds.find(job.build) is None):
                continue
            chosen = planner.take_over({lease_id: self._load(held) for lease_id, held in others.items()}, seconds)
            if chosen is not None:
                return self._take_over(job, others[LeaseId(chosen[0])], chosen[1], node, node_name)
        return None

    def _may_give(self, held: HeldLease, node: NodeId) -> bool:
        """Whether a node may take over from a lease; of one that is silent it is not known what is made."""
        heard = held.expires - self._lease_seconds
        is_silent = held.is_expected_back or self._clock.monotonic() - heard > self._lease_seconds * SILENT_SHARE
        return held.lease.node != node and not is_silent

    def _load(self, held: HeldLease) -> planner.Load:
        seconds = self._speeds.seconds_per_unit(held.lease.job, held.lease.node) or 0.0
        return held.load(seconds, self._clock.monotonic())

    def _take_over(self, job: Job, held: HeldLease, numbers: list[int], node: NodeId, node_name: str) -> Lease:
        self._lifecycle.give_back(job.id, [(number, held.owed[number]) for number in numbers])
        self._leases.lose(held, numbers)
        return self._lease(job, numbers, node, node_name)

    def _has_build(self, job: Job) -> bool:
        """Whether this machine can render the job; if nobody can, the job is told what it waits for."""
        if self._builds.find(job.build) is not None:
            return True
        now = self._clock.monotonic()
        if not any(asked == job.id and now - at < PEER_AT_WORK_SECONDS for (asked, _), at in self._asked.items()):
            label = self._registry.label_of(job.engine)
            self._lifecycle.stop(
                job.id,
                JobStatus.CONFIGURING,
                f"No machine has {label} {job.build.version}. Install it, or change the job's version.",
            )
        return False

    def _has_room(self, job: Job) -> bool:
        shortage = self._disk.shortage(artifact_folder(job, self._jobs_folder)) or self._disk.shortage(
            self._jobs_folder
        )
        if shortage:
            self._lifecycle.stop(job.id, JobStatus.PAUSED, shortage, held_for_disk=True)
        return not shortage

    def _lease_waiting(self, job: Job, node: NodeId, node_name: str) -> Lease | None:
        nodes, holders, waiting = self._nodes_on(job, node), self.holders(job.id), job.counts.waiting
        if planner.leaves_the_rest(waiting=waiting, holds_units=node in holders, idle=len(nodes - holders)):
            return None
        size = planner.lease_size(
            waiting=waiting,
            seconds_per_unit=self._speeds.seconds_per_unit(job.id, node),
            nodes=len(nodes),
            others_per_second=self._speeds.units_per_second(job.id, without=node, count=len(nodes) - 1),
            head_start=self._speeds.head_start(job.id, node, nodes - {node}),
        )
        avoid = self._blocklist.units_failed_by(job.id, node) if len(nodes) > 1 else frozenset[int]()
        picked = planner.pick_units(list(self._state.ledger(job.id).values()), size, avoid)
        return self._lease(job, [unit.spec.number for unit in picked], node, node_name) if picked else None

    def _lease(self, job: Job, numbers: list[int], node: NodeId, node_name: str) -> Lease:
        units = self._lifecycle.grant(job.id, numbers, node, node_name)
        return self._hold(new_lease_id(), job.id, node, units).lease

    def _hold(self, lease_id: LeaseId, job_id: JobId, node: NodeId, units: list[Unit]) -> HeldLease:
        lease = Lease(
            id=lease_id,
            job=job_id,
            node=node,
            units=tuple(LeasedUnit(spec=unit.spec, attempt=unit.attempt) for unit in units),
            seconds=self._lease_seconds,
        )
        owed = {unit.spec.number: unit.attempt for unit in units}
        return self._leases.add(lease, owed, self._clock.monotonic() + self._lease_seconds)

    def _nodes_on(self, job: Job, node: NodeId) -> set[NodeId]:
        now = self._clock.monotonic()
        asking = {
            NodeId(asker)
            for (asked, asker), at in self._asked.items()
            if asked == job.id and now - at < 2 * self._lease_seconds
        }
        # Those that were asked to help and still fetch the project will want their share in a moment.
        asked = {NodeId(str(child["node"])) for child in job.child_jobs if child.get("status") in HELPING}
        return self.holders(job.id) | asking | asked | {node}

    def _take_back(self, held: HeldLease) -> None:
        self._leases.drop(held)
        if self._state.has(held.lease.job):
            self._lifecycle.give_back(held.lease.job, held.owed.items())

    def _expect_back(self, job: Job, this_node: NodeId) -> None:
        theirs: dict[str, list[Unit]] = {}
        for unit in self._state.ledger(job.id).values():
            if unit.state == UnitState.LEASED and unit.node != this_node:
                theirs.setdefault(unit.node, []).append(unit)
        for node, units in theirs.items():
            held = self._hold(new_lease_id(), job.id, NodeId(node), units)
            held.is_expected_back = True
            if not planner.may_share(job, node):
                self._take_back(held)  # It was let out just before the restart.

    def _adopt(self, job_id: JobId, node: NodeId, lease_id: str, units: Mapping[int, int]) -> HeldLease | None:
        """A lease that we do not know: units that nobody was given since are its holder's again."""
        if not self._candidates(node, job_id):
            return None
        ledger = self._state.ledger(job_id)
        same = [ledger[number] for number, attempt in units.items() if _is_same(ledger.get(number), node, attempt)]
        if not same:
            return None
        for held in self._leases.of_job(job_id):
            if held.lease.node == node:
                for unit in same:
                    self._leases.settle(held.lease.id, unit.spec.number)
        self._lifecycle.take_up(job_id, [unit.spec.number for unit in same])
        return self._hold(LeaseId(lease_id), job_id, node, same)


def _is_same(unit: Unit | None, node: str, attempt: int) -> bool:
    if unit is None or unit.node != node or unit.attempt != attempt:
        return False
    return unit.state in {UnitState.LEASED, UnitState.WAITING}
