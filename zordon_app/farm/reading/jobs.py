"""Jobs as the API reads them: lists and changes, ledgers, files."""

from pathlib import Path

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job
from zordon_app.domain.statuses import JobStatus
from zordon_app.domain.views import JobView, OutputView, QueueView, ReadsView, UnitView
from zordon_app.errors import BadRequest, JobNotFound, NotFound
from zordon_app.farm.intake.folders import JobFolders
from zordon_app.farm.intake.read_files import ReadFiles
from zordon_app.farm.intake.sources import project_path
from zordon_app.farm.interfaces import Outputs
from zordon_app.farm.ledger.feed import ChangeFeed
from zordon_app.farm.ledger.lifecycle import artifact_folder
from zordon_app.farm.ledger.progress import LiveProgress
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.reading.deltas import Deltas
from zordon_app.farm.reading.queue_end import QueueEnd
from zordon_app.farm.reading.views import JobViews, unit_view


class JobReading:
    """Reads; changes nothing. Unknown ids raise JobNotFound."""

    def __init__(
        self,
        state: FarmState,
        *,
        feed: ChangeFeed,
        views: JobViews,
        deltas: Deltas,
        queue: QueueEnd,
        progress: LiveProgress,
        outputs: Outputs,
        folders: JobFolders,
        jobs_folder: Path,
        reads: ReadFiles,
    ) -> None:
        """Read from ``state``."""
        self._state = state
        self._reads = reads
        self._feed = feed
        self._views = views
        self._deltas = deltas
        self._queue = queue
        self._progress = progress
        self._outputs = outputs
        self._folders = folders
        self._jobs_folder = jobs_folder

    def jobs_json(self) -> bytes:
        """The whole list, encoded."""
        return self._views.all_encoded()

    def token(self) -> str:
        """The present revision."""
        return self._feed.token()

    def wait(self, token: str | None, timeout: float) -> bool:
        """Block until something changed."""
        return self._feed.wait(token, timeout)

    def queue(self) -> QueueView:
        """When all that waits and runs will be done."""
        return self._queue.view()

    def delta_json(self, token: str | None) -> bytes:
        """What changed since ``token``, encoded."""
        return self._deltas.since(token)

    def jobs_in_status(self, status: str) -> list[JobView]:
        """Jobs in one status."""
        try:
            wanted = JobStatus(status)
        except ValueError:
            raise BadRequest(f"There is no status {status[:40]!r}. Known: {', '.join(JobStatus)}.") from None
        found = [self._views.view(job.id) for job in self._state.jobs() if job.status == wanted]
        if not found:
            raise BadRequest(f"No job is {wanted.replace('_', ' ')}.")
        return found

    def job(self, job_id: str) -> JobView:
        """One job."""
        return self._views.view(self._known(job_id))

    def record(self, job_id: str) -> Job:
        """The stored job."""
        return self._state.job(self._known(job_id))

    def units(self, job_id: str) -> list[UnitView]:
        """The ledger of one job."""
        with self._state.lock:
            fractions = self._progress.of_job(job_id)
            ledger = self._state.ledger(self._known(job_id))
            return [unit_view(unit, fractions.get(number, 0.0)) for number, unit in sorted(ledger.items())]

    def files(self, job_id: str) -> list[str]:
        """Published files."""
        job = self.record(job_id)
        if job.owns_output:
            return self._outputs.list(Path(job.output_path))
        ours = set(job.files) | {unit.artifact for unit in self._state.ledger(job.id).values() if not job.assemble}
        return [name for name in self._outputs.list(Path(job.output_path)) if name in ours]

    def reads(self, job_id: str) -> ReadsView:
        """The project of a job, and what it reads."""
        job = self.record(job_id)
        return ReadsView(path=str(project_path(job)), reads=[str(path) for path in self._reads.paths(job)])

    def output(self, job_id: str) -> OutputView:
        """The output folder, and what is in it."""
        return self._folders.output(self.record(job_id), self.files(job_id))

    def file_path(self, job_id: str, name: str) -> Path:
        """One published file."""
        job = self.record(job_id)
        for known in self.files(job_id):
            if known == name or known.casefold() == name.casefold():
                return self._outputs.resolve(Path(job.output_path), known)
        raise NotFound("There is no file {name!r} in the output of this job.", code="no_output_file", name=name[:100])

    def sha256(self, job_id: str, name: str) -> str:
        """The hash of a published file; empty when it is not known."""
        job = self.record(job_id)
        if job.assemble:
            return job.hashes.get(name, "")
        return next((unit.sha256 for unit in self._state.ledger(job.id).values() if unit.artifact == name), "")

    def artifacts(self, job: Job) -> list[tuple[int, Path]]:
        """Published unit files of a job in order: number and path."""
        folder = artifact_folder(job, self._jobs_folder)
        with self._state.lock:
            found = [(number, unit.artifact) for number, unit in sorted(self._state.ledger(job.id).items())]
        return [(number, folder / artifact) for number, artifact in found if artifact]

    def finished_film(self, job: Job) -> Path | None:
        """The assembled film of a job, when it is there."""
        return Path(job.output_path) / job.files[0] if job.assemble and job.files else None

    def counts(self) -> dict[str, int]:
        """Jobs per status."""
        counts = dict.fromkeys((str(status) for status in JobStatus), 0)
        for job in self._state.jobs():
            counts[job.status] += 1
        return counts

    def _known(self, job_id: str) -> JobId:
        if not self._state.has(job_id):
            raise JobNotFound(job_id)
        return JobId(job_id)
