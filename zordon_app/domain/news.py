"""What is worth telling somebody who does not look: a job ended, or has its first failure."""

from enum import StrEnum

from msgspec import Struct

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job
from zordon_app.domain.statuses import JobStatus


class Event(StrEnum):
    """What happened to a job."""

    COMPLETED = "completed"
    FAILED = "failed"
    FIRST_FAILURE = "first_failure"
    """A first unit failed for good, and the job goes on."""


class News(Struct, frozen=True, kw_only=True):
    """One event, for people (``text``) and for programs."""

    event: Event
    text: str
    job: JobId
    name: str
    engine: str
    reason: str
    output_path: str
    done: int
    failed: int
    total: int
    machine: str


class Seen(Struct, frozen=True):
    """What was known of a job before."""

    status: JobStatus
    has_failures: bool


def see(job: Job) -> Seen:
    """What there is to remember of a job until it changes."""
    return Seen(job.status, job.counts.failed > 0)


def what_happened(before: Seen, job: Job) -> Event | None:
    """The event between what was known and what is; None when nobody waits for it, or did it."""
    if job.status != before.status and job.status == JobStatus.COMPLETED:
        return Event.COMPLETED
    if job.status != before.status and job.status == JobStatus.ERROR:
        return Event.FAILED
    if job.status.is_active and job.counts.failed and not before.has_failures:
        return Event.FIRST_FAILURE
    return None


def tell_of(event: Event, job: Job, machine: str) -> News:
    """The news of an event on ``machine``."""
    counts = job.counts
    reason = job.error or (job.errors[0].message if job.errors else "")
    warnings = len(job.warnings) + len(job.marks)
    doubt = f", with {warnings} warning{'s' if warnings > 1 else ''}" if warnings else ""
    text = {
        Event.COMPLETED: f"{job.name} is done: {counts.done} of {counts.total} on {machine}{doubt}.",
        Event.FAILED: f"{job.name} failed on {machine}. {reason}",
        Event.FIRST_FAILURE: f"{job.name} has a first failure and goes on, on {machine}. {reason}",
    }[event]
    return News(
        event=event,
        text=text.strip(),
        job=job.id,
        name=job.name,
        engine=job.engine,
        reason=reason,
        output_path=job.output_path,
        done=counts.done,
        failed=counts.failed,
        total=counts.total,
        machine=machine,
    )
