"""How long jobs were worked on: the spans in which any node was, by a clock that nobody can set."""

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job
from zordon_app.domain.statuses import JobStatus
from zordon_app.farm.interfaces import Clock
from zordon_app.farm.ledger.state import Change, FarmState


class Spans:
    """Adds up with every change of a job, in the same transaction: a power cut loses one unit's time at most."""

    def __init__(self, state: FarmState, clock: Clock) -> None:
        """Count jobs of ``state``."""
        self._state = state
        self._clock = clock
        self._since: dict[JobId, float] = {}
        """Until when each job that is worked on was counted; of one that was before this start, nobody knows."""
        state.before_saving(self._count)

    def _count(self, change: Change) -> None:
        now = self._clock.monotonic()
        for job_id, job in change.jobs.items():
            before = self._state.find(job_id)
            since = self._since.pop(job_id, None)
            if since is not None and job.ran_seconds is not None:
                job.ran_seconds += now - since
            is_first = before is None or before.started_at is None
            at_work = is_at_work(job)
            if at_work:
                self._since[job_id] = now
                if job.ran_seconds is None and is_first:
                    job.ran_seconds = 0.0
            job.ran_at = self._clock.now() if at_work and job.ran_seconds is not None else None
        for job_id in change.deleted:
            self._since.pop(job_id, None)


def is_at_work(job: Job) -> bool:
    """Whether a node has a unit in hand, or the parts are being put together. Help for others is counted there."""
    if job.parent is not None or job.status not in {JobStatus.RUNNING, JobStatus.WAITING_FOR_SUBJOBS}:
        return False
    return job.counts.leased > 0 or job.counts.waiting == 0
