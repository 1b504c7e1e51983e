"""The job of a request that was planned: pure."""

from datetime import datetime

from zordon_app.domain.frames import format_frames
from zordon_app.domain.ids import JobId, NodeId
from zordon_app.domain.jobs import Existing, Job, JobPlan, MissingFiles
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.reasons import PREPARING, QUEUED
from zordon_app.domain.statuses import JobStatus
from zordon_app.farm.intake.output_place import OutputPlace
from zordon_app.farm.intake.planning import OFFERED, Planned
from zordon_app.farm.intake.sources import Source


def make_job(job_id: JobId, source: Source, planned: Planned, output: OutputPlace, now: datetime) -> Job:
    """The job that begins at ``now``; its units are those of the plan."""
    request, engine, build, plan = planned.request, planned.engine, planned.build, planned.plan
    status, reason = _first_status(request)
    if build.origin == OFFERED and status in {JobStatus.NOT_STARTED, JobStatus.CONFIGURING}:
        status, reason = JobStatus.CONFIGURING, f"{engine.label} {build.version} is not installed here."
    return Job(
        id=job_id,
        name=request.name or source.path.stem,
        engine=engine.name,
        build=build.ref,
        project=str(source.path),
        owns_project=source.owned,
        project_policy=request.project_policy,
        args=request.args,
        frames=_asked_frames(request, plan),
        start_frame=min(unit.first for unit in plan.units),
        end_frame=max(unit.last for unit in plan.units),
        output_path=str(output.folder),
        owns_output=output.owned,
        existing=request.existing or Existing.OVERWRITE,
        missing_files=request.missing_files or MissingFiles.WARN,
        priority=request.priority,
        status=status,
        reason=reason,
        resume_to=_unpaused_status(request) if request.paused else "",
        enable_split_jobs=request.may_split,
        parent=request.parent,
        child_jobs=request.child_jobs,
        after=[JobId(other) for other in request.after],
        start_at=request.start_at,
        nodes=[NodeId(node) for node in request.nodes],
        max_attempts=request.max_attempts,
        preset=request.preset or "",
        created_at=now,
        warnings=list(plan.warnings),
        assemble=plan.assemble,
        reads_parts=plan.reads_parts,
        output_file=plan.output_file,
        expected=plan.expected,
        fps=plan.fps,
        facts=plan.facts,
    )


def _asked_frames(request: JobRequest, plan: JobPlan) -> str:
    """The frames that the request names, however it does; empty where it leaves them to the project."""
    if request.frames or (request.start_frame is None and request.end_frame is None):
        return request.frames or ""
    return format_frames(frame for unit in plan.units for frame in range(unit.first, unit.last + 1))


def _first_status(request: JobRequest) -> tuple[JobStatus, str]:
    if request.paused:
        return JobStatus.PAUSED, "Added as paused. Resume it when you are ready."
    status = JobStatus(_unpaused_status(request))
    return status, {JobStatus.CONFIGURING: PREPARING, JobStatus.SCHEDULED: "Waits for its turn."}.get(status, QUEUED)


def _unpaused_status(request: JobRequest) -> str:
    if request.after or request.start_at is not None:
        return JobStatus.SCHEDULED
    is_prepared = request.existing == Existing.SKIP or request.missing_files == MissingFiles.WAIT
    return JobStatus.CONFIGURING if is_prepared else JobStatus.NOT_STARTED
