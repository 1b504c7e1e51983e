"""Places in the queue: numbers between numbers, so that moving one job changes one row."""

from collections.abc import Sequence
from datetime import datetime

from zordon_app.domain.jobs import Job
from zordon_app.errors import BadRequest, JobNotFound

WHERE = ("top", "up", "down", "bottom", "before", "after")


def rank(job: Job) -> tuple[int, float, datetime]:
    """Sorting key of the queue: higher priority first, then the place in the queue."""
    return (-job.priority, job.order, job.created_at)


def queue(jobs: Sequence[Job]) -> list[Job]:
    """Jobs in the order in which they are worked on."""
    return sorted(jobs, key=rank)


def last_place(jobs: Sequence[Job]) -> float:
    """The place of the last job, 0 when there is none."""
    return max((job.order for job in jobs), default=0.0)


def place(jobs: Sequence[Job], job_id: str, where: str, other: str | None) -> tuple[float, int]:
    """The new (order, priority) of a job: next to the one it moves to, and of its priority, so that the place holds.

    Only jobs that have not ended count as neighbours.

    Raises:
        BadRequest: an unknown place, or ``other`` missing.
        JobNotFound: ``other`` does not exist.
    """
    if where not in WHERE:
        raise BadRequest(f"A job can be moved {', '.join(WHERE)}; not {where[:40]!r}.")
    line = [job for job in queue(jobs) if job.id == job_id or not job.status.is_final]
    index = next(i for i, job in enumerate(line) if job.id == job_id)
    moved = line.pop(index)
    target = _target(line, index, where, other)
    return _between(line, target, moved)


def _target(line: Sequence[Job], index: int, where: str, other: str | None) -> int:
    """The index at which the job is put into the line without it."""
    if where in {"before", "after"}:
        if other is None:
            raise BadRequest(f"Moving {where} needs the id of the other job.")
        for position, job in enumerate(line):
            if job.id == other:
                return position + (where == "after")
        raise JobNotFound(other)
    return {"top": 0, "up": max(index - 1, 0), "down": min(index + 1, len(line)), "bottom": len(line)}[where]


def _between(line: Sequence[Job], target: int, moved: Job) -> tuple[float, int]:
    before = line[target - 1] if target > 0 else None
    after = line[target] if target < len(line) else None
    if before is None and after is None:
        return moved.order, moved.priority
    if before is None or (after is not None and after.priority == moved.priority != before.priority):
        assert after is not None  # noqa: S101 - one of the two is there
        return after.order - 1, after.priority
    if after is None or after.priority != before.priority:
        return before.order + 1, before.priority
    return (before.order + after.order) / 2, before.priority
