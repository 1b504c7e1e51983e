"""Before a job runs: files that are there already are checked, and count when they are what is wanted."""

import logging
import queue
from collections.abc import Callable, Sequence
from pathlib import Path

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Existing, Job, MissingFiles, Unit
from zordon_app.domain.reasons import QUEUED
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.errors import ZordonError
from zordon_app.farm.intake.output_names import result_names, shown
from zordon_app.farm.interfaces import Builds, CheckFile, Outputs
from zordon_app.farm.ledger.job_guard import JobGuard
from zordon_app.farm.ledger.lifecycle import Lifecycle, artifact_folder
from zordon_app.farm.ledger.state import FarmState
from zordon_app.guard import Guard

log = logging.getLogger(__name__)


class Preparing:
    """Takes jobs in ``configuring`` to ``not_started``. ``run_once`` is called by a thread of its own."""

    def __init__(
        self,
        state: FarmState,
        lifecycle: Lifecycle,
        *,
        builds: Builds,
        outputs: Outputs,
        check: CheckFile,
        jobs_folder: Path,
        recheck: set[JobId],
        missing: Callable[[Job], Sequence[str]] = lambda _job: (),
        guard: Guard | None = None,
    ) -> None:
        """``missing`` names the files that a job's project lacks, which may take long.

        ``recheck``: jobs of a rebuilt ledger, whose published files are recognised whatever they ask for.
        """
        self._state = state
        self._missing = missing
        self._lifecycle = lifecycle
        self._builds = builds
        self._outputs = outputs
        self._check = check
        self._jobs_folder = jobs_folder
        self._recheck = recheck
        self._jobs = JobGuard(guard, lifecycle)
        self._due: queue.SimpleQueue[JobId | None] = queue.SimpleQueue()
        state.listen(self._notice)
        self._notice([job.id for job in state.jobs()])

    def run_once(self, timeout: float) -> bool:
        """Prepare one job that is due; False when the queue was closed or nothing came within ``timeout`` seconds."""
        try:
            job_id = self._due.get(timeout=timeout)
        except queue.Empty:
            return False
        if job_id is not None and self._is_due(job_id):
            job = self._state.job(job_id)
            with self._jobs.job("Preparing", job, failed=lambda sentence: self._fail(job_id, sentence)):
                self._prepare(job)
        return job_id is not None

    def close(self) -> None:
        """Let the thread go."""
        self._due.put(None)

    def _notice(self, changed: list[JobId]) -> None:
        for job_id in changed:
            if _is_to_prepare(self._state.job(job_id)):
                self._due.put(job_id)

    def _is_due(self, job_id: JobId) -> bool:
        return (
            self._state.has(job_id)
            and _is_to_prepare(self._state.job(job_id))
            and self._builds.find(self._state.job(job_id).build) is not None
        )

    def _prepare(self, job: Job) -> None:
        if job.missing_files == MissingFiles.WAIT and (missing := self._missing(job)):
            self._hold(job.id, missing)
            return
        if job.assemble and (job.existing == Existing.SKIP or job.id in self._recheck):
            self._recognise_film(job)
        if job.existing == Existing.SKIP or job.id in self._recheck:
            self._recognise_files(job)
            self._recheck.discard(job.id)
        taken = self._taken(job)
        with self._state.lock:
            if self._is_due(job.id) and taken:
                self._lifecycle.stop(job.id, JobStatus.ERROR, _taken_sentence(job, taken))
            elif self._is_due(job.id):
                self._lifecycle.set_job_status(job.id, JobStatus.NOT_STARTED, QUEUED)

    def _hold(self, job_id: JobId, missing: Sequence[str]) -> None:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        names = ", ".join(missing[:3]) + more
        with self._state.lock:
            if self._is_due(job_id):
                what_to_do = "Put them there, then resume the job; or resume it without them."
                self._lifecycle.hold_for_files(job_id, f"Missing files: {names}. {what_to_do}")

    def _taken(self, job: Job) -> list[str]:
        """Names of results yet to be made that are taken: said now, not when all the work is done."""
        if job.existing != Existing.SKIP:
            return []
        waiting = [unit.spec.file for unit in self._state.ledger(job.id).values() if unit.state == UnitState.WAITING]
        names = result_names(job, waiting) if waiting else []
        return self._outputs.foreign(Path(job.output_path), names)

    def _fail(self, job_id: JobId, sentence: str) -> None:
        with self._state.lock:
            if self._is_due(job_id):
                self._lifecycle.stop(job_id, JobStatus.ERROR, sentence)

    def _recognise_film(self, job: Job) -> None:
        """A film that is there counts like a frame; a rebuilt ledger does not know that the parts were joined."""
        path = Path(job.output_path) / job.output_file
        if job.expected is None or not self._may_be_ours(job, path):
            return
        try:
            sha256 = self._check(path, job.expected).sha256
        except (ZordonError, OSError) as error:
            log.info("Job %s makes %s again: %s", job.id, job.output_file, error)
            return
        with self._state.lock:
            if self._is_due(job.id):
                self._lifecycle.recognise_film(job.id, job.output_file, sha256)

    def _may_be_ours(self, job: Job, path: Path) -> bool:
        """Whether a file counts when it passes the checks; one from before the job only if the job says so."""
        if not path.is_file() or path.is_symlink():
            return False
        return job.existing == Existing.SKIP or path.stat().st_mtime >= job.created_at.timestamp()

    def _recognise_files(self, job: Job) -> None:
        folder = artifact_folder(job, self._jobs_folder)
        for unit in list(self._state.ledger(job.id).values()):
            if not self._is_due(job.id):
                return
            path = folder / unit.spec.file
            if unit.state == UnitState.WAITING and self._may_be_ours(job, path):
                self._recognise(job, unit, path)

    def _recognise(self, job: Job, unit: Unit, path: Path) -> None:
        try:
            found = self._check(path, unit.spec.expected)
        except (ZordonError, OSError) as error:
            log.info("Job %s renders %s again: %s", job.id, unit.spec.file, error)
            return
        with self._state.lock:
            if self._is_due(job.id) and self._state.unit(job.id, unit.spec.number).state == UnitState.WAITING:
                self._lifecycle.recognise(job.id, unit.spec.number, found, artifact=unit.spec.file)


def _taken_sentence(job: Job, names: list[str]) -> str:
    return (
        f"{shown(names)} in {job.output_path} cannot be kept as a result, and is not as Zordon made it, so it stays. "
        "Move it away and retry, or render into another folder, or with existing: replace."
    )


def _is_to_prepare(job: Job) -> bool:
    """Child jobs are prepared by the child desk: their files come from the parent."""
    return job.status == JobStatus.CONFIGURING and job.parent is None and not job.held_for_files
