"""A job that takes the place of another that has not begun: that is how a queued job is edited.

Its units, the build it is bound to and what peers were told follow from what was asked for, so a job is not changed but
planned anew as another one, with everything checked as for any new job. One transaction puts it in the old one's place
in the queue and in what other jobs wait for, and removes the old one; if that has begun meanwhile, nothing happens.
"""

from zordon_app.domain.jobs import Job
from zordon_app.errors import IllegalChange
from zordon_app.farm.ledger.state import Change, FarmState


def check_replaceable(job: Job) -> None:
    """Raises IllegalChange: something of the job may have been rendered, or it is another machine's."""
    if job.parent is not None:
        raise IllegalChange("This is help with another machine's job; it is edited there.", code="edited_elsewhere")
    if job.status.is_final or job.started_at is not None:
        raise IllegalChange(
            "The job {name!r} has begun or ended; only one that still waits can be replaced.",
            code="has_begun",
            name=job.name,
        )


def take_place(change: Change, state: FarmState, old_id: str, new: Job) -> Job:
    """Put ``new``, already in ``change``, where another job is, and delete that one, which is returned.

    Raises:
        IllegalChange: it has begun.
        JobNotFound: it is gone.
    """
    old = state.job(old_id)
    if old.id in change.deleted:
        raise IllegalChange("Two jobs cannot take the place of one.")
    check_replaceable(old)
    new.order = old.order
    for other in state.unsettled():
        if old.id in other.after and other.id != old.id:
            waiting = change.job(other.id)
            waiting.after = [new.id if known == old.id else known for known in waiting.after]
    change.delete(old.id)
    return old
