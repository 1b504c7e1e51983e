"""Who does what next: pure decisions from jobs, nodes and speeds."""

from collections.abc import Sequence
from datetime import datetime

from zordon_app.domain.jobs import Job, Unit
from zordon_app.domain.statuses import UnitState

TARGET_SECONDS = 20.0
"""How long a lease should keep a node busy: long enough that asking costs nothing, short enough to lose little."""

FIRST_UNITS = 4
"""Units of a first lease, when nothing is known of the speed."""

MOST_UNITS = 500


def rank(job: Job) -> tuple[int, float, datetime]:
    """Sorting key of the queue: higher priority first, then the place in the queue."""
    return (-job.priority, job.order, job.created_at)


def queue(jobs: Sequence[Job]) -> list[Job]:
    """Jobs in the order in which they are worked on."""
    return sorted(jobs, key=rank)


def may_work(job: Job, node: str) -> bool:
    """Whether a node may take units of a job now."""
    return job.status.is_active and job.counts.waiting > 0 and (not job.nodes or node in job.nodes)


def lease_size(*, waiting: int, seconds_per_unit: float | None, nodes: int) -> int:
    """How many units to lease: about ``TARGET_SECONDS`` of work, less towards the end: all nodes end together."""
    wanted = FIRST_UNITS if seconds_per_unit is None else round(TARGET_SECONDS / max(seconds_per_unit, 0.001))
    if nodes > 1:
        wanted = min(wanted, max(1, waiting // (2 * nodes)))
    return max(1, min(wanted, waiting, MOST_UNITS))


def pick_units(ledger: Sequence[Unit], count: int) -> list[Unit]:
    """The first ``count`` waiting units, in order; those that failed before come last, so that they hold up nothing."""
    waiting = [unit for unit in ledger if unit.state == UnitState.WAITING]
    waiting.sort(key=lambda unit: (unit.failures, unit.spec.number))
    return waiting[:count]


def eta_seconds(*, remaining: float, seconds_per_unit: float | None, done: int, nodes: int) -> float | None:
    """Seconds until the job is done; None until two units tell how fast it is."""
    if seconds_per_unit is None or done < 2:
        return None
    return remaining * seconds_per_unit / max(nodes, 1)
