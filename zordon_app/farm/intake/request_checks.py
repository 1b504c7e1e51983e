"""What can be wrong with a request before its project is looked at."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from zordon_app.domain.jobs import Job
from zordon_app.domain.messages import JobRequest
from zordon_app.errors import BadRequest, Forbidden
from zordon_app.farm.intake.replacing import check_replaceable

START_LEEWAY = timedelta(seconds=60)
"""A request may be on its way for so long."""

FindJob = Callable[[str], Job | None]
"""The other jobs that a request names, by id."""


def check_request(request: JobRequest, *, local: bool, find: FindJob, now: datetime) -> None:
    """Raise BadRequest or Forbidden with the sentence for the person; ``local``: from a program of this machine."""
    if request.engine and request.renderer and request.engine != request.renderer:
        raise BadRequest("engine and renderer are two names of one field; they must not differ.")
    if not local:
        _check_no_new_path(request, find)
    if request.start_frame is not None and request.end_frame is not None and request.start_frame > request.end_frame:
        raise BadRequest(
            "The frame range runs backwards: {start} is after {end}.",
            code="frames_backwards",
            start=request.start_frame,
            end=request.end_frame,
        )
    if request.frames is not None and (request.start_frame is not None or request.end_frame is not None):
        raise BadRequest("Give either frames or start_frame and end_frame, not both.")
    if request.start_at is not None and request.start_at.tzinfo is None:
        raise BadRequest("start_at needs a time zone, as in 2026-01-31T22:00:00Z.")
    _check_start(request, find, now)
    _check_named(request, find)


def _check_start(request: JobRequest, find: FindJob, now: datetime) -> None:
    """A time that has passed is a slip of the hand more often than a wish: nobody finds out before the bill."""
    replaced = find(request.replaces or "")
    is_kept = replaced is not None and replaced.start_at == request.start_at
    if request.start_at is not None and not is_kept and now - request.start_at > START_LEEWAY:
        raise BadRequest(
            "The start time {time} UTC has passed. Start now? Then leave start_at out.",
            code="start_passed",
            time=f"{request.start_at.astimezone(UTC):%Y-%m-%d %H:%M}",
        )


def _check_no_new_path(request: JobRequest, find: FindJob) -> None:
    """From elsewhere only the folder is taken that the replaced job has already."""
    replaced = find(request.replaces or "")
    has_new_output = request.output_path is not None and (
        replaced is None or request.output_path != replaced.output_path
    )
    if request.local_path is not None or has_new_output:
        raise Forbidden(
            "Paths of this machine (local_path, output_path) are taken only from programs on it. Upload the file.",
            code="paths_elsewhere",
        )


def _check_named(request: JobRequest, find: FindJob) -> None:
    """The other jobs that a request names."""
    named = [("after", other) for other in request.after]
    named += [(field, other) for field in ("project_of", "replaces") if (other := getattr(request, field)) is not None]
    for field, other in named:
        if find(other) is None:
            raise BadRequest(f"{field} names a job that does not exist: {other[:60]!r}.")
    if request.replaces is not None and (replaced := find(request.replaces)) is not None:
        check_replaceable(replaced)
    if request.replaces in request.after:
        raise BadRequest("A job cannot come after the one that it replaces.")
