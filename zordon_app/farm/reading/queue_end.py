"""When everything that waits and runs will be done."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from zordon_app.domain.jobs import Job
from zordon_app.domain.statuses import JobStatus
from zordon_app.domain.views import QueueView
from zordon_app.farm.interfaces import Clock
from zordon_app.farm.ledger.progress import LiveProgress
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.scheduling import planner
from zordon_app.farm.scheduling.speeds import Speeds

WAITS_FOR_OTHERS = frozenset({JobStatus.SCHEDULED, JobStatus.CONFIGURING})
"""Jobs of which nobody knows when they will begin."""


class Left(Struct, frozen=True, kw_only=True):
    """What is left of a job that will go on by itself.

    ``machine_seconds`` of one machine alone, None: not known; ``eta`` with all that work on it now, None: nobody does
    or it is not known; ``begins_later``: when it begins is not known.
    """

    machine_seconds: float | None
    eta: float | None = None
    begins_later: bool = False


def seconds_of(left: Sequence[Left], machines: int) -> tuple[float | None, bool]:
    """Seconds until all is done by so many machines, and whether that is only the least; None: it cannot be told."""
    known = [one.machine_seconds for one in left if one.machine_seconds is not None]
    if not known or not machines or sum(known) <= 0:
        return None, False
    longest = max((one.eta for one in left if one.eta is not None), default=0.0)
    is_least = any(one.machine_seconds is None or one.begins_later for one in left)
    return max(sum(known) / machines, longest), is_least


class QueueEnd:
    """Looks at the jobs of this machine; jobs of others end there."""

    def __init__(self, state: FarmState, speeds: Speeds, progress: LiveProgress, clock: Clock) -> None:
        """``speeds`` are as measured."""
        self._state = state
        self._speeds = speeds
        self._progress = progress
        self._clock = clock

    def view(self) -> QueueView:
        """As it is now; paused jobs are not counted, for nobody knows when they go on."""
        with self._state.lock:
            jobs = [job for job in self._state.unsettled() if _goes_on(job)]
            machines = {node for job in jobs for node in job.held}
            seconds, at_least = seconds_of([self._left(job) for job in jobs], len(machines))
        ends_at = None if seconds is None else self._clock.now() + timedelta(seconds=seconds)
        return QueueView(jobs=len(jobs), seconds=seconds, at_least=at_least, ends_at=ends_at)

    def _left(self, job: Job) -> Left:
        units = remaining(job, self._progress.of_job(job.id))
        each = self._speeds.seconds_per_unit(job.id)
        eta = planner.eta_seconds(
            remaining=units, units_per_second=self._speeds.units_per_second(job.id), done=job.counts.done
        )
        return Left(
            machine_seconds=None if each is None else units * each,
            eta=eta if job.held else None,
            begins_later=job.status in WAITS_FOR_OTHERS,
        )


def remaining(job: Job, fractions: dict[int, float]) -> float:
    """Units that are still to be made; what is done of those in hand counts."""
    return max(job.counts.waiting + job.counts.leased - sum(fractions.values()), 0.0)


def _goes_on(job: Job) -> bool:
    return job.parent is None and not job.status.is_final and job.status != JobStatus.PAUSED
