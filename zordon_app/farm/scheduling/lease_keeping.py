"""The leases that are out: kept alive while their holders call, taken back when they do not."""

import threading
from collections.abc import Collection, Mapping, Sequence

from zordon_app.domain.ids import JobId, LeaseId, NodeId, new_lease_id
from zordon_app.domain.jobs import Job, Unit
from zordon_app.domain.leases import Lease, LeasedUnit, LeaseOrder
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.farm.interfaces import Clock
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.scheduling import planner
from zordon_app.farm.scheduling.blocklist import Blocklist
from zordon_app.farm.scheduling.leases import HeldLease, LeaseTable
from zordon_app.guard import Guard

LEASE_SECONDS = 25.0
"""Without a renewal for so long, units go to others; nodes renew every second or two."""

SILENT_SHARE = 0.2
"""A holder that is silent for so much of its lease's length keeps its units until it calls, or the lease ends."""


UPLOAD_SECONDS = 60.0
"""How long a unit that is said to be made may be on its way, before somebody idle may render it as well."""

ELSEWHERE_SECONDS = 60.0
"""How long a unit that is wanted from another node waits for one, when its maker is alone with the job."""


class LeaseKeeper:
    """Knows which leases are out, and what each holder still owes."""

    def __init__(
        self,
        state: FarmState,
        lifecycle: Lifecycle,
        blocklist: Blocklist,
        clock: Clock,
        *,
        lease_seconds: float = LEASE_SECONDS,
        guard: Guard | None = None,
    ) -> None:
        """``lease_seconds`` is how long a grant lasts without a renewal."""
        self._state = state
        self._lifecycle = lifecycle
        self._blocklist = blocklist
        self._clock = clock
        self._guard = guard or Guard()
        self.lease_seconds = lease_seconds
        self._leases = LeaseTable()
        self.changed = threading.Condition(state.lock)
        """Told of whatever may give work to a node that waits."""
        self._looked = clock.monotonic()
        state.listen(lambda _changed: self.changed.notify_all())

    def hold(self, lease_id: LeaseId, job_id: JobId, node: NodeId, units: Sequence[Unit]) -> HeldLease:
        """Remember that ``node`` has ``units``, just leased to it."""
        lease = Lease(
            id=lease_id,
            job=job_id,
            node=node,
            units=tuple(LeasedUnit(spec=unit.spec, attempt=unit.attempt) for unit in units),
            seconds=self.lease_seconds,
        )
        owed = {unit.spec.number: unit.attempt for unit in units}
        return self._leases.add(lease, owed, self._clock.monotonic() + self.lease_seconds)

    def of_job(self, job_id: JobId) -> list[HeldLease]:
        """The leases of one job."""
        return self._leases.of_job(job_id)

    def lose(self, held: HeldLease, numbers: list[int]) -> None:
        """Units of a lease go to another node, which was faster."""
        self._lifecycle.give_back(held.lease.job, [(number, held.owed[number]) for number in numbers])
        self._leases.lose(held, numbers)

    def may_lose(self, held: HeldLease, node: NodeId) -> bool:
        """Whether a node may take over from a lease; of one that is silent it is not known what is made."""
        heard = held.expires - self.lease_seconds
        is_silent = held.is_expected_back or self._clock.monotonic() - heard > self.lease_seconds * SILENT_SHARE
        return held.lease.node != node and not is_silent

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
        with self.changed:
            held = self._leases.get(lease_id) or self._adopt(job_id, node, lease_id, units)
            if held is None or held.lease.node != node or held.lease.job != job_id:
                return LeaseOrder.STOP_NOW
            held.note_made(made, self._clock.monotonic(), UPLOAD_SECONDS)
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
        with self.changed:
            held = self._leases.get(lease.id)
            if held is not None and held.lease.node == lease.node and held.lease.job == lease.job:
                self._leases.settle(lease.id, number)
            self.changed.notify_all()

    def wait_until_free(self, job_id: JobId, timeout: float) -> bool:
        """Wait until no node holds a lease of a job; False after ``timeout`` seconds."""
        with self.changed:
            return self.changed.wait_for(lambda: not self._leases.of_job(job_id), timeout)

    def expect_back(self, this_node: NodeId) -> None:
        """After a restart: units that peers held stay theirs until they call in, or do not."""
        with self.changed:
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
            if now - before > self.lease_seconds * SILENT_SHARE:
                self._leases.expect_back(now + self.lease_seconds)
            for held in self._leases.expired(now):
                with self._guard.item("Giving out frames", "frames of a machine that fell silent", key=held.lease.job):
                    self._take_back(held)

    def take_back_from(self, node: str, job_id: JobId | None = None) -> None:
        """Every unit that a node holds, of one job or of all, waits again.

        What it delivers later is superseded or welcome.
        """
        with self.changed:
            for held in self._leases.of_node(node):
                if job_id in {None, held.lease.job}:
                    self._take_back(held)
            self.changed.notify_all()

    def numbers_in_hand(self, node: str) -> dict[JobId, list[int]]:
        """The units of which jobs a node holds and has not made yet."""
        with self._state.lock:
            found: dict[JobId, list[int]] = {}
            for held in self._leases.of_node(node):
                numbers = found.setdefault(held.lease.job, [])
                numbers += [number for number in held.owed if number not in held.made]
            return found

    def holders(self, job_id: JobId) -> set[NodeId]:
        """Nodes that hold units of a job."""
        with self._state.lock:
            return {held.lease.node for held in self._leases.of_job(job_id) if held.owed}

    def forgive(self, job_id: JobId) -> None:
        """A person tries again: whatever machines failed of the job, each has another chance."""
        self._blocklist.forget(job_id)

    def avoid(self, job_id: JobId, makers: Mapping[int, str]) -> None:
        """Units that other nodes than their makers shall render."""
        until = self._clock.monotonic() + ELSEWHERE_SECONDS
        for number, node in makers.items():
            self._blocklist.avoid(job_id, node, number, until)

    def wake(self) -> None:
        """Let waiting nodes look again."""
        with self.changed:
            self.changed.notify_all()

    def is_admitted(self, job: Job, node: NodeId, *, peer: bool) -> bool:
        """Whether a node, this one or a ``peer``, may hold units of a job now."""
        is_open = planner.may_help if peer else planner.may_work
        return is_open(job, node) and not self._blocklist.is_left_out(job.id, node)

    def _renew(self, held: HeldLease) -> LeaseOrder:
        if self._blocklist.is_left_out(held.lease.job, held.lease.node):
            self._take_back(held)
            return LeaseOrder.STOP_NOW
        held.expires = self._clock.monotonic() + self.lease_seconds
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
            held = self.hold(new_lease_id(), job.id, NodeId(node), units)
            held.is_expected_back = True
            if not planner.may_share(job, node):
                self._take_back(held)  # It was let out just before the restart.

    def _adopt(self, job_id: JobId, node: NodeId, lease_id: str, units: Mapping[int, int]) -> HeldLease | None:
        """A lease that we do not know: units that nobody was given since are its holder's again."""
        job = self._state.find(job_id)
        if job is None or not self.is_admitted(job, node, peer=True):
            return None
        ledger = self._state.ledger(job_id)
        same = [ledger[number] for number, attempt in units.items() if _is_same(ledger.get(number), node, attempt)]
        if not same:
            return None
        made_at: dict[int, float] = {}
        for held in self._leases.of_job(job_id):
            if held.lease.node == node:
                made_at |= held.made_at  # Under a new name nothing begins anew.
                for unit in same:
                    self._leases.settle(held.lease.id, unit.spec.number)
        self._lifecycle.take_up(job_id, [unit.spec.number for unit in same])
        adopted = self.hold(LeaseId(lease_id), job_id, node, same)
        adopted.made_at = {number: made_at[number] for number in adopted.owed if number in made_at}
        return adopted


def _is_same(unit: Unit | None, node: str, attempt: int) -> bool:
    if unit is None or unit.node != node or unit.attempt != attempt:
        return False
    return unit.state in {UnitState.LEASED, UnitState.WAITING}
