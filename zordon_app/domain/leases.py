"""Leases: some units of one job, given to one node."""

from enum import StrEnum

from msgspec import Struct

from zordon_app.domain.ids import JobId, LeaseId, NodeId
from zordon_app.domain.jobs import UnitSpec


class LeasedUnit(Struct, frozen=True, kw_only=True):
    """One unit of a lease and the attempt number under which its result counts."""

    spec: UnitSpec
    attempt: int


class Lease(Struct, frozen=True, kw_only=True):
    """A grant; the holder renews it until the units are done, failed or given back."""

    id: LeaseId
    job: JobId
    node: NodeId
    units: tuple[LeasedUnit, ...]
    seconds: float
    """How long the grant holds without a renewal, on each side's own monotonic clock."""


class LeaseOrder(StrEnum):
    """What the granter answers when the holder renews or reports."""

    GO_ON = "go_on"
    STOP_AFTER_UNIT = "stop_after_unit"
    """Finish the unit in hand, give the others back."""
    STOP_NOW = "stop_now"
    """Cancelled, paused or taken away: end the engine; results are not wanted."""
