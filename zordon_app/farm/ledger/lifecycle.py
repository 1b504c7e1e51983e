"""The only code that changes a status: of jobs here, of units through here. Persist, then publish, with a reason."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job, MissingFiles, Unit
from zordon_app.domain.pictures import Picture
from zordon_app.domain.reasons import PREPARING, QUEUED, RENDERING, WAITS
from zordon_app.domain.results import Checked
from zordon_app.domain.sharing import LEFT_OUT
from zordon_app.domain.statuses import JobStatus, UnitState, can_job_change, can_unit_change
from zordon_app.errors import IllegalChange
from zordon_app.farm.interfaces import Clock
from zordon_app.farm.ledger.marking import mark_all, mark_around
from zordon_app.farm.ledger.state import Change, FarmState

GIVE_UP_AFTER = 10
"""A job whose first units all fail is stopped after so many: the rest would fail alike."""


def set_status(job: Job, status: JobStatus, reason: str, now: datetime) -> None:
    """Change the status of ``job`` (a copy under change).

    Raises:
        IllegalChange: the table of legal changes does not have it.
    """
    if not can_job_change(job.status, status):
        raise IllegalChange(f"The job {job.name!r} is {job.status}; it cannot become {status}.")
    if status == JobStatus.RUNNING and job.started_at is None:
        job.started_at = now
    if status.is_final and not job.status.is_final:
        job.ended_at = now
    if not status.is_final:
        job.ended_at = None
    if status != JobStatus.PAUSED:
        job.held_for_disk = False
    if status != JobStatus.CONFIGURING:
        job.held_for_files = False
    job.status = status
    job.reason = reason


def set_state(unit: Unit, state: UnitState) -> None:
    """Change the state of ``unit`` (a copy under change)."""
    if not can_unit_change(unit.state, state):
        raise IllegalChange(f"Frame or segment {unit.spec.number} is {unit.state}; it cannot become {state}.")
    unit.state = state


class Lifecycle:
    """What may happen to jobs and units, each one transaction."""

    def __init__(self, state: FarmState, clock: Clock) -> None:
        """Work on ``state``."""
        self._state = state
        self._clock = clock

    def set_job_status(self, job_id: JobId, status: JobStatus, reason: str) -> Job:
        """Change a job's status, or only its reason."""
        with self._state.change() as change:
            set_status(change.job(job_id), status, reason, self._clock.now())
        return self._state.job(job_id)

    def set_reasons(self, reasons: Mapping[JobId, str]) -> None:
        """Say something else of jobs whose status stays, of all in one transaction."""
        if reasons:
            with self._state.change() as change:
                for job_id, reason in reasons.items():
                    change.job(job_id).reason = reason

    def grant(self, job_id: JobId, numbers: Iterable[int], node: str, node_name: str) -> list[Unit]:
        """Lease units to a node; each gets its next attempt number."""
        with self._state.change() as change:
            units = [change.unit(job_id, number) for number in numbers]
            for unit in units:
                set_state(unit, UnitState.LEASED)
                unit.attempt += 1
                unit.node = node
                unit.started_at = self._clock.now()
            job = change.job(job_id)
            if job.status != JobStatus.RUNNING or job.reason.startswith(WAITS):
                set_status(job, JobStatus.RUNNING, f"Rendering on {node_name}.", self._clock.now())
        return units

    def is_current(self, job_id: JobId, number: int, attempt: int) -> bool:
        """Whether a result of that attempt still counts."""
        with self._state.lock:
            if not self._state.has(job_id) or self._state.job(job_id).status == JobStatus.CANCELLED:
                return False
            unit = self._state.unit(job_id, number)
            return unit.attempt == attempt and bool(unit.node) and unit.state in {UnitState.LEASED, UnitState.WAITING}

    def publish(
        self,
        job_id: JobId,
        number: int,
        *,
        sha256: str,
        size: int,
        seconds: float,
        artifact: str,
        program: str = "",
        picture: Picture | None = None,
    ) -> None:
        """A checked artifact is in its place: the unit is done."""
        with self._state.change() as change:
            unit = change.unit(job_id, number)
            set_state(unit, UnitState.DONE)
            unit.artifact, unit.sha256, unit.bytes, unit.program = artifact, sha256, size, program
            unit.seconds, unit.error, unit.ended_at = seconds, "", self._clock.now()
            self._show(change, job_id, unit, picture)
            job = change.job(job_id)
            job.last_unit = number
            job.published += 1
            if job.machine_seconds is not None or job.published == 1:
                job.machine_seconds = (job.machine_seconds or 0.0) + seconds
            unit.project = job.project_sha256
            change.published.append((job_id, unit))

    def _show(self, change: Change, job_id: JobId, unit: Unit, picture: Picture | None) -> None:
        if picture is not None or unit.picture is not None:
            unit.picture, unit.marks = picture, []
            mark_around(change, job_id, self._state.ledger(job_id), [unit.spec.number])

    def set_aside(self, job_id: JobId) -> None:
        """Count a result that came too late."""
        with self._state.change() as change:
            change.job(job_id).superseded += 1

    def recognise(self, job_id: JobId, number: int, found: Checked, *, artifact: str) -> None:
        """A file that was there before passed the checks: the unit need not be rendered."""
        with self._state.change() as change:
            unit = change.unit(job_id, number)
            set_state(unit, UnitState.SKIPPED)
            unit.artifact, unit.sha256, unit.bytes = artifact, found.sha256, found.bytes
            unit.program, unit.project = "", ""
            self._show(change, job_id, unit, found.picture)
            unit.error, unit.ended_at = "Already rendered; the file was checked.", self._clock.now()
            change.job(job_id).last_unit = number

    def recognise_film(self, job_id: JobId, name: str, sha256: str) -> None:
        """The assembled film was there before and passed the checks: the job need not be rendered."""
        with self._state.change() as change:
            for number, known in self._state.ledger(job_id).items():
                if known.state == UnitState.WAITING:
                    unit = change.unit(job_id, number)
                    set_state(unit, UnitState.DONE)
                    unit.artifact, unit.ended_at = unit.spec.file, self._clock.now()
            job = change.job(job_id)
            job.files, job.hashes = [name], {name: sha256}
            set_status(job, JobStatus.NOT_STARTED, QUEUED, self._clock.now())
            set_status(job, JobStatus.COMPLETED, "", self._clock.now())

    def fail(self, job_id: JobId, number: int, attempt: int, message: str) -> None:
        """An attempt failed: the unit waits again, or is out of attempts. Late news of an older attempt is ignored."""
        with self._state.change() as change:
            unit = change.unit(job_id, number)
            if unit.attempt != attempt or unit.state != UnitState.LEASED:
                change.units.clear()
                return
            unit.failures += 1
            unit.error, unit.ended_at = message, self._clock.now()
            is_out = unit.failures >= change.job(job_id).max_attempts
            set_state(unit, UnitState.FAILED if is_out else UnitState.WAITING)

    def give_back(self, job_id: JobId, attempts: Iterable[tuple[int, int]]) -> None:
        """Leased units wait again, without blame; ``attempts`` are (number, attempt) pairs."""
        with self._state.change() as change:
            for number, attempt in attempts:
                unit = self._state.unit(job_id, number)
                if unit.attempt == attempt and unit.state == UnitState.LEASED:
                    set_state(change.unit(job_id, number), UnitState.WAITING)

    def take_up(self, job_id: JobId, numbers: Iterable[int]) -> None:
        """Units that wait again belong to their last holder after all, under the attempt it has."""
        with self._state.change() as change:
            for number in numbers:
                if self._state.unit(job_id, number).state == UnitState.WAITING:
                    set_state(change.unit(job_id, number), UnitState.LEASED)
            if self._state.job(job_id).status == JobStatus.NOT_STARTED:
                set_status(change.job(job_id), JobStatus.RUNNING, RENDERING, self._clock.now())

    def take_back_all(self, change: Change, job_id: JobId, *, of_node: str | None = None) -> None:
        """Every leased unit of a job, or those that one node holds, waits again."""
        for unit in self._state.ledger(job_id).values():
            if unit.state == UnitState.LEASED and of_node in {None, unit.node}:
                set_state(change.unit(job_id, unit.spec.number), UnitState.WAITING)

    def stop(self, job_id: JobId, status: JobStatus, reason: str, *, held_for_disk: bool = False) -> None:
        """Pause, cancel or fail a job: its leases are void from now on."""
        with self._state.change() as change:
            job = change.job(job_id)
            if status == JobStatus.PAUSED and job.status != JobStatus.PAUSED:
                job.resume_to = job.status
            set_status(job, status, reason, self._clock.now())
            job.held_for_disk = held_for_disk
            if status == JobStatus.ERROR:
                job.error = reason
            self.take_back_all(change, job_id)

    def hold_for_files(self, job_id: JobId, reason: str) -> None:
        """A job that is being prepared waits for a person: files that its project names are missing."""
        with self._state.change() as change:
            job = change.job(job_id)
            job.held_for_files, job.reason = True, reason

    def go_on_without_files(self, job_id: JobId) -> None:
        """A person has seen what is missing."""
        with self._state.change() as change:
            job = change.job(job_id)
            job.held_for_files, job.missing_files, job.reason = False, MissingFiles.WARN, PREPARING

    def warn(self, job_id: JobId, message: str) -> None:
        """Add a warning to a job, once."""
        with self._state.change() as change:
            job = self._state.job(job_id)
            if message not in job.warnings and len(job.warnings) < 100:
                change.job(job_id).warnings = [*job.warnings, message]

    def trouble(self, job_id: JobId, sentence: str) -> None:
        """Some work for a job went wrong in the program: the job says so, once."""
        with self._state.lock:
            job = self._state.find(job_id)
            if job is None or sentence in job.warnings:
                return
            self.warn(job_id, sentence)
            if not job.status.is_final:
                self.set_reasons({job_id: sentence})

    def note_child(self, job_id: JobId, child: dict[str, Any]) -> None:
        """What is known of the child job on one node."""
        with self._state.change() as change:
            job = change.job(job_id)
            job.child_jobs = [*(one for one in job.child_jobs if one.get("node") != child["node"]), child]

    def put_back(self, job_id: JobId, numbers: Iterable[int], reason: str) -> None:
        """Units wait again with fresh attempts, and the job goes on; results of earlier attempts no longer count."""
        with self._state.change() as change:
            for number in numbers:
                unit = change.unit(job_id, number)
                if unit.state == UnitState.SKIPPED:
                    unit.sha256 = ""  # A file that was there before is not the job's: it may not replace it.
                set_state(unit, UnitState.WAITING)
                unit.failures, unit.error = 0, ""
                unit.node = ""  # Nobody's: what the last holder still sends is of before.
                unit.picture, unit.marks = None, []
            mark_around(change, job_id, self._state.ledger(job_id), change.units.get(job_id, {}).copy())
            job = change.job(job_id)
            job.error = ""
            # Whoever was left out is asked again.
            job.child_jobs = [
                {**child, "status": "ended"} if child.get("status") == LEFT_OUT else child for child in job.child_jobs
            ]
            if job.status.is_final or job.status == JobStatus.WAITING_FOR_SUBJOBS:
                set_status(job, JobStatus.NOT_STARTED, reason, self._clock.now())

    def skip(self, job_id: JobId, numbers: Iterable[int]) -> None:
        """Leave units out."""
        with self._state.change() as change:
            for number in numbers:
                unit = change.unit(job_id, number)
                set_state(unit, UnitState.SKIPPED)
                unit.error, unit.ended_at = "Left out.", self._clock.now()

    def complete(self, job_id: JobId, files: dict[str, str]) -> None:
        """Everything is there and verified; ``files`` are the assembled ones with their sha256."""
        with self._state.change() as change:
            mark_all(change, job_id, self._state.ledger(job_id))
            job = change.job(job_id)
            job.files, job.hashes = list(files), files
            set_status(job, JobStatus.COMPLETED, "", self._clock.now())

    def delete(self, job_ids: list[JobId]) -> None:
        """Forget jobs."""
        with self._state.change() as change:
            for job_id in job_ids:
                change.delete(job_id)


def artifact_folder(job: Job, jobs_folder: Path) -> Path:
    """Where a job's unit artifacts are published: frames in the output, segments (parts of a film) beside the job."""
    return jobs_folder / job.id / "segments" if job.assemble else Path(job.output_path)
