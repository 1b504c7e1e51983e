"""The leases that are out: who holds which units under which attempt, until when."""

from collections.abc import Collection

from msgspec import Struct, field

from zordon_app.domain.ids import JobId, LeaseId
from zordon_app.domain.leases import Lease
from zordon_app.farm.scheduling.planner import Load


class HeldLease(Struct):
    """One lease that is out."""

    lease: Lease
    expires: float
    owed: dict[int, int]
    """Unit number to attempt."""
    lost: set[int] = field(default_factory=set)
    """Units that were taken over by another node; the holder is told to leave them."""
    made: frozenset[int] = frozenset()
    """Units that its holder has rendered, and that are on their way."""
    made_at: dict[int, float] = field(default_factory=dict)
    """When its holder first said so of each."""
    is_expected_back: bool = False
    """Known only from before a restart or a sleep of this node; its holder has not called yet."""
    running: int | None = None
    began: float = 0.0

    def begin(self, number: int, now: float) -> None:
        """The holder works on a unit now."""
        if number in self.owed and self.running != number:
            self.running, self.began = number, now

    def note_made(self, numbers: Collection[int], now: float, believed: float) -> None:
        """Its holder says which units are on their way; each is believed for ``believed`` seconds."""
        for number in numbers:
            if number in self.owed:
                self.made_at.setdefault(number, now)
        self.made = frozenset(number for number in numbers if now - self.made_at.get(number, now) <= believed)

    def load(self, seconds_per_unit: float, now: float) -> Load:
        """What is left in it."""
        running = self.running if self.running in self.owed and self.running not in self.made else None
        return Load(
            unbegun=tuple(number for number in self.owed if number != running and number not in self.made),
            running=running,
            running_seconds=now - self.began if running is not None else 0.0,
            seconds_per_unit=seconds_per_unit,
        )


class LeaseTable:
    """All leases that are out; guarded by the lock of whoever uses it."""

    def __init__(self) -> None:
        """None are out."""
        self._held: dict[LeaseId, HeldLease] = {}

    def add(self, lease: Lease, owed: dict[int, int], expires: float) -> HeldLease:
        """A lease goes out."""
        held = self._held[lease.id] = HeldLease(lease=lease, expires=expires, owed=owed)
        return held

    def get(self, lease_id: str) -> HeldLease | None:
        """A lease, if it is out."""
        return self._held.get(LeaseId(lease_id))

    def settle(self, lease_id: str, number: int) -> None:
        """A unit is no longer owed; a lease that owes nothing is over."""
        held = self.get(lease_id)
        if held is not None:
            held.owed.pop(number, None)
            self._drop_if_empty(held)

    def lose(self, held: HeldLease, numbers: list[int]) -> None:
        """Units of a lease go to another node. The lease stays, to tell its holder."""
        for number in numbers:
            held.owed.pop(number, None)
            held.lost.add(number)

    def drop(self, held: HeldLease) -> None:
        """A lease is over."""
        self._held.pop(held.lease.id, None)

    def all(self) -> list[HeldLease]:
        """Every lease that is out."""
        return list(self._held.values())

    def of_job(self, job_id: JobId) -> list[HeldLease]:
        """The leases of one job."""
        return [held for held in self._held.values() if held.lease.job == job_id]

    def of_node(self, node: str) -> list[HeldLease]:
        """The leases of one node."""
        return [held for held in self._held.values() if held.lease.node == node]

    def expect_back(self, expires: float) -> None:
        """Whoever holds a lease has until then to call."""
        for held in self._held.values():
            held.is_expected_back, held.expires = True, expires

    def expired(self, now: float) -> list[HeldLease]:
        """Leases that were not renewed in time."""
        return [held for held in self._held.values() if held.expires < now]

    def _drop_if_empty(self, held: HeldLease) -> None:
        if not held.owed and not held.lost:
            self.drop(held)
