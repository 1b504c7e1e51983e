"""The door for the choice that a person has when the project of a job has changed."""

from collections.abc import Iterable
from pathlib import Path

from zordon_app.domain.frames import format_frames, parse_frames
from zordon_app.domain.jobs import Job, JobPlan, UnitSpec
from zordon_app.domain.messages import JobRequest, ProjectUse
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.domain.views import JobView
from zordon_app.errors import BadRequest
from zordon_app.farm.intake.pinning import Pinning
from zordon_app.farm.intake.planning import Planning
from zordon_app.farm.ledger.ledgers import Ledger
from zordon_app.farm.ledger.lifecycle import Lifecycle, set_state, set_status
from zordon_app.farm.ledger.state import Change, FarmState
from zordon_app.farm.reading.views import JobViews
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.farm.scheduling.version_watch import begin_version


class ProjectChoice:
    """Lets a job go on with one version of its project."""

    def __init__(
        self,
        state: FarmState,
        *,
        lifecycle: Lifecycle,
        leases: LeaseKeeper,
        pinning: Pinning,
        planning: Planning,
        views: JobViews,
    ) -> None:
        """Act on jobs of ``state``."""
        self._state = state
        self._lifecycle = lifecycle
        self._leases = leases
        self._pinning = pinning
        self._planning = planning
        self._views = views

    def choose(self, job_id: str, use: ProjectUse, frames: str | None) -> JobView:
        """Go on with it; ``frames`` that have ended are rendered again.

        Raises:
            JobNotFound. BadRequest: nothing is kept of what was submitted, or the new file makes other frames.
        """
        job = self._state.job(job_id)
        if job.parent is not None:
            raise BadRequest("That job is help with another machine's job; choose there.", code="project_elsewhere")
        wanted = self._numbers(job, frames)
        if use == ProjectUse.SUBMITTED:
            self._go_on(job, wanted, None, self._pinning.submitted(job))
        else:
            plan = self._plan(job)
            if use == ProjectUse.NEW:
                wanted = set(self._state.ledger(job.id))
            else:
                _check_mixing(job, plan, self._state.ledger(job.id))
            self._pinning.forget(job)
            self._go_on(job, wanted, plan, "")
            self._pinning.stamp(self._state.job(job.id))
        return self._views.view(job.id)

    def _numbers(self, job: Job, frames: str | None) -> set[int]:
        """Units that are made again in any case."""
        ledger = self._state.ledger(job.id)
        if frames:
            wanted = set(parse_frames(frames))
            unknown = wanted - set(ledger)
            if unknown:
                raise BadRequest("This job has no frame or segment {number}.", code="no_unit", number=min(unknown))
            return wanted
        return {number for number, unit in ledger.items() if unit.state == UnitState.FAILED}

    def _plan(self, job: Job) -> JobPlan:
        """What the new file comes to. Raises BadRequest: not the same frames."""
        request = JobRequest(
            name=job.name,
            engine=job.engine,
            engine_version=job.build.version,
            frames=job.frames or None,
            args=job.args,
            existing=job.existing,
        )
        plan = self._planning.plan(request, Path(job.project), local=True, same=job).plan
        if {unit.number for unit in plan.units} != set(self._state.ledger(job.id)) or plan.assemble != job.assemble:
            raise BadRequest(
                "The new file makes other frames or parts than the job has. Add it as a new job.", code="other_frames"
            )
        return plan

    def _go_on(self, job: Job, wanted: Iterable[int], plan: JobPlan | None, reads_from: str) -> None:
        self._leases.forgive(job.id)
        with self._state.change() as change:
            edited = change.job(job.id)
            if plan is not None or edited.reads_from != reads_from:
                begin_version(edited, reads_from)
            edited.project_changed = []
            self._put_back(change, job, set(wanted), plan)
            if plan is not None:
                edited.facts, edited.fps, edited.expected = plan.facts, plan.fps, plan.expected
                edited.warnings = [*edited.warnings, *(text for text in plan.warnings if text not in edited.warnings)]
                edited.warnings += self._which(job, set(wanted))
            self._resume(edited)

    def _put_back(self, change: Change, job: Job, wanted: set[int], plan: JobPlan | None) -> None:
        specs: dict[int, UnitSpec] = {unit.number: unit for unit in plan.units} if plan is not None else {}
        for number, known in self._state.ledger(job.id).items():
            is_open = known.state not in {UnitState.DONE, UnitState.SKIPPED}
            if number not in wanted and not (is_open and plan is not None):
                continue
            unit = change.unit(job.id, number)
            unit.spec = specs.get(number, unit.spec)
            unit.node = ""  # Nobody's: what the last holder still sends is of the version before.
            if known.state != UnitState.WAITING:
                set_state(unit, UnitState.WAITING)
            unit.failures, unit.error = 0, ""

    def _which(self, job: Job, wanted: set[int]) -> list[str]:
        """Which frames stay as they are of the version before."""
        kept = [
            number
            for number, unit in self._state.ledger(job.id).items()
            if unit.state == UnitState.DONE and number not in wanted
        ]
        if not kept:
            return []
        before = job.project_sha256[:12] or "not hashed"
        return [
            f"Frames {format_frames(kept)} are of the project as it was submitted ({before}), the others of the new."
        ]

    def _resume(self, job: Job) -> None:
        if job.status == JobStatus.PAUSED or job.status.is_final:
            job.error = ""
            back = JobStatus(job.resume_to) if job.status == JobStatus.PAUSED and job.resume_to else None
            to = back if back in {JobStatus.SCHEDULED, JobStatus.CONFIGURING} else JobStatus.NOT_STARTED
            set_status(job, to, "In the queue, with the version that was chosen.", job.created_at)


def _check_mixing(job: Job, plan: JobPlan, ledger: Ledger) -> None:
    if job.assemble:
        raise BadRequest(
            "A film is of one source: use the new file for everything, or go on with what was submitted.",
            code="film_of_two",
        )
    if any(unit.expected != ledger[unit.number].spec.expected for unit in plan.units):
        raise BadRequest(
            "The new file makes pictures of another size or kind: use it for everything.", code="other_pictures"
        )
