"""The door for what people do with jobs: each request becomes one decision of the lifecycle."""

from pathlib import Path
from typing import Any

from zordon_app.domain.frames import parse_frames
from zordon_app.domain.ids import JobId, is_id
from zordon_app.domain.jobs import Existing, Job, Unit
from zordon_app.domain.reasons import PREPARING, QUEUED
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.domain.views import JobView
from zordon_app.errors import BadRequest, IllegalChange, JobNotFound
from zordon_app.farm.intake.folders import JobFolders
from zordon_app.farm.intake.output_names import result_names, would_replace
from zordon_app.farm.interfaces import Outputs
from zordon_app.farm.ledger import ordering
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.reading.views import JobViews
from zordon_app.farm.scheduling.assignment import MachineAssignment
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.farm.scheduling.version_watch import VersionWatch

STOP_SECONDS = 10.0
"""How long deleting waits for an engine to be gone."""


class JobActions:
    """Acts through the lifecycle. Unknown ids raise JobNotFound."""

    def __init__(
        self,
        state: FarmState,
        *,
        lifecycle: Lifecycle,
        leases: LeaseKeeper,
        assignment: MachineAssignment,
        views: JobViews,
        folders: JobFolders,
        outputs: Outputs,
        watch: VersionWatch,
    ) -> None:
        """Act on jobs of ``state``."""
        self._state = state
        self._lifecycle = lifecycle
        self._leases = leases
        self._assignment = assignment
        self._views = views
        self._folders = folders
        self._outputs = outputs
        self._watch = watch

    def cancel(self, job_id: str) -> JobView:
        """Stop it."""
        known = self._known(job_id)
        if self._state.job(known).status != JobStatus.CANCELLED:
            self._lifecycle.stop(known, JobStatus.CANCELLED, "Cancelled. Retry starts it again.")
        return self._views.view(known)

    def delete(self, job_id: str, *, keep_output: bool = False) -> None:
        """Stop it, then remove it and what it owns, with ``keep_output`` all but its output."""
        job = self._state.job(self._known(job_id))
        if not job.status.is_final:
            self._lifecycle.stop(job.id, JobStatus.CANCELLED, "Being deleted.")
        self._leases.wait_until_free(job.id, STOP_SECONDS)
        self._lifecycle.delete([job.id])
        self._folders.remove(job, keep_output=keep_output)

    def pause(self, job_id: str, *, after_current: bool = False) -> JobView:
        """Hold it."""
        known = self._known(job_id)
        job = self._state.job(known)
        if job.status.is_final:
            raise IllegalChange(
                "The job is {status}; only one that goes on can be paused.", code="ended", status=job.status
            )
        if after_current:
            with self._state.change() as change:
                change.job(known).resume_to = job.status
            self._lifecycle.set_job_status(known, JobStatus.PAUSED, "Paused; what was in hand is finished first.")
        else:
            self._lifecycle.stop(known, JobStatus.PAUSED, "Paused. Resume it when you are ready.")
        return self._views.view(known)

    def resume(self, job_id: str) -> JobView:
        """Go on."""
        known = self._known(job_id)
        job = self._state.job(known)
        if job.held_for_files:
            self._lifecycle.go_on_without_files(known)
            return self._views.view(known)
        if job.status != JobStatus.PAUSED:
            status = job.status.replace("_", " ")
            raise IllegalChange("The job is {status}, not paused.", code="not_paused", status=status)
        self._watch.check(job)
        back_to = JobStatus(job.resume_to) if job.resume_to else JobStatus.NOT_STARTED
        if back_to not in {JobStatus.SCHEDULED, JobStatus.CONFIGURING}:
            back_to = JobStatus.NOT_STARTED
        reason = PREPARING if back_to == JobStatus.CONFIGURING else QUEUED
        self._lifecycle.set_job_status(known, back_to, reason)
        return self._views.view(known)

    def retry(self, job_id: str, frames: str | None) -> JobView:
        """Failed units again; a cancelled or failed job starts again."""
        known = self._known(job_id)
        job = self._state.job(known)
        failed = [unit.spec.number for unit in self._chosen(known, frames) if unit.state == UnitState.FAILED]
        if not failed and (frames is not None or job.status not in {JobStatus.CANCELLED, JobStatus.ERROR}):
            raise IllegalChange("Nothing to retry: no frame or segment of this job has failed.", code="nothing_failed")
        self._watch.check(job)
        self._leases.forgive(known)
        self._lifecycle.put_back(known, failed, "Tried again; in the queue.")
        return self._views.view(known)

    def skip(self, job_id: str, frames: str) -> JobView:
        """Leave units out."""
        known = self._known(job_id)
        units = self._chosen(known, frames)
        wanted = [unit.spec.number for unit in units if unit.state not in {UnitState.DONE, UnitState.SKIPPED}]
        self._lifecycle.skip(known, wanted)
        return self._views.view(known)

    def rerender(self, job_id: str, frames: str | None, *, elsewhere: bool = False) -> JobView:
        """Done units again; with ``elsewhere`` on other machines than made them, while there are some."""
        known = self._known(job_id)
        chosen = [unit for unit in self._chosen(known, frames) if unit.state.is_final]
        wanted = [unit.spec.number for unit in chosen]
        if not wanted:
            raise IllegalChange("None of these has ended yet; they are rendered anyway.", code="nothing_ended")
        self._check_results(self._state.job(known), wanted)
        self._watch.check(self._state.job(known))
        self._leases.forgive(known)
        if elsewhere:
            self._leases.avoid(known, {unit.spec.number: unit.node for unit in chosen if unit.node})
        self._lifecycle.put_back(known, wanted, "Rendered again; in the queue.")
        return self._views.view(known)

    def _check_results(self, job: Job, numbers: list[int]) -> None:
        """Raise WouldReplace where a result that is made again has been somebody else's since, or always was."""
        units = [self._state.unit(job.id, number) for number in numbers]
        names = result_names(job, [unit.artifact for unit in units if unit.artifact])
        folder = Path(job.output_path)
        # What an older Zordon made, before folders had lists, is looked at when it would be replaced.
        if job.existing == Existing.REPLACE or not self._outputs.has_list(folder):
            return
        foreign = self._outputs.foreign(folder, names)
        if foreign:
            raise would_replace(foreign, folder)

    def move(self, job_id: str, where: str, other: str | None) -> JobView:
        """Change the place in the queue."""
        known = self._known(job_id)
        with self._state.change() as change:
            order, priority = ordering.place(self._state.jobs(), known, where, other)
            job = change.job(known)
            job.order, job.priority = order, priority
        return self._views.view(known)

    def set_priority(self, job_id: str, priority: int) -> JobView:
        """0–100."""
        if not 0 <= priority <= 100:
            raise BadRequest(f"The priority must be from 0 to 100, not {priority}.")
        with self._state.change() as change:
            change.job(self._known(job_id)).priority = priority
        return self._views.view(job_id)

    def set_nodes(self, job_id: str, nodes: list[str], *, split: bool | None) -> JobView:
        """Choose who renders it; leases of machines that are out are taken back."""
        self._assignment.choose(self._known(job_id), nodes, split=split)
        return self._views.view(job_id)

    def subjob_update(self, job_id: str, update: dict[str, Any]) -> None:
        """A child job changed: remember what it tells."""
        known = self._known(job_id)
        child = update.get("id")
        if not isinstance(child, str) or not is_id(child):
            raise BadRequest("The subjob must name its own job id in the field id.")
        with self._state.change() as change:
            job = change.job(known)
            job.child_jobs = [*(entry for entry in job.child_jobs if entry.get("id") != child), update]

    def clear_history(self) -> int:
        """Remove jobs that have ended; their outputs stay."""
        ended = [job for job in self._state.jobs() if job.status.is_final]
        self._lifecycle.delete([job.id for job in ended])
        for job in ended:
            self._folders.remove_private(job)
        return len(ended)

    def _known(self, job_id: str) -> JobId:
        if not self._state.has(job_id):
            raise JobNotFound(job_id)
        return JobId(job_id)

    def _chosen(self, job_id: JobId, frames: str | None) -> list[Unit]:
        """The units that cover the frames asked for; all when None."""
        units = sorted(self._state.ledger(job_id).values(), key=lambda unit: unit.spec.number)
        if frames is None:
            return units
        wanted = set(parse_frames(frames))
        chosen = [unit for unit in units if unit.spec.number in wanted]
        unknown = wanted - {unit.spec.number for unit in chosen}
        if unknown:
            raise BadRequest("This job has no frame or segment {number}.", code="no_unit", number=min(unknown))
        return chosen
