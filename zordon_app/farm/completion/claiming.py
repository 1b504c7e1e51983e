"""The claim of a result to its name: what it may replace in the output folder, and what never."""

from collections.abc import Iterable

from zordon_app.domain.claims import Claim
from zordon_app.domain.jobs import Job
from zordon_app.farm.intake.read_files import ReadFiles
from zordon_app.farm.ledger.state import FarmState


class Claiming:
    """Makes claims for results of jobs."""

    def __init__(self, state: FarmState, reads: ReadFiles) -> None:
        """The jobs are those of ``state``."""
        self._state = state
        self._reads = reads

    def claim(self, job: Job, sha256: str, *, published: Iterable[str]) -> Claim:
        """For a file of that hash; ``published`` are hashes of what the job has put there before."""
        return Claim(
            job=job.id,
            sha256=sha256,
            since=job.created_at,
            existing=job.existing,
            known=tuple(known for known in published if known),
            reader=lambda path: self._reads.reader(path, job),
            is_open=self._is_open,
        )

    def _is_open(self, job_id: str) -> bool:
        job = self._state.find(job_id)
        return job is not None and not job.status.is_final
