"""Results come in: the one way a unit becomes done."""

from pathlib import Path

from zordon_app.domain.claims import Claim
from zordon_app.domain.jobs import Job, Unit
from zordon_app.domain.leases import Lease, LeasedUnit
from zordon_app.domain.results import CheckedFile
from zordon_app.domain.statuses import JobStatus
from zordon_app.errors import WouldReplace
from zordon_app.farm.completion.claiming import Claiming
from zordon_app.farm.interfaces import Outputs
from zordon_app.farm.ledger.lifecycle import Lifecycle, artifact_folder
from zordon_app.farm.ledger.state import FarmState


class Gathering:
    """Publishes checked artifacts, each once, under the attempt that is current."""

    def __init__(
        self, state: FarmState, lifecycle: Lifecycle, outputs: Outputs, claiming: Claiming, jobs_folder: Path
    ) -> None:
        """Publish into the folders of the jobs of ``state``."""
        self._claiming = claiming
        self._state = state
        self._lifecycle = lifecycle
        self._outputs = outputs
        self._jobs_folder = jobs_folder

    def deliver(self, lease: Lease, unit: LeasedUnit, file: CheckedFile) -> bool:
        """Publish ``file`` as the artifact of a unit; False when the result came too late and was set aside.

        Where a file has its name that somebody owns, the job stops and says so: that file stays.

        The slow part (moving, fsync) goes on outside the lock; inside it the attempt is compared once more.

        Raises:
            DiskFull: the output volume is full; nothing was changed.
        """
        number, attempt = unit.spec.number, unit.attempt
        if not self._lifecycle.is_current(lease.job, number, attempt):
            return self._supersede(lease)
        try:
            return self._publish(lease, unit, file)
        except WouldReplace as error:
            with self._state.lock:
                if self._lifecycle.is_current(lease.job, number, attempt):
                    self._lifecycle.stop(lease.job, JobStatus.ERROR, str(error))
            return False

    def _publish(self, lease: Lease, unit: LeasedUnit, file: CheckedFile) -> bool:
        number, attempt, name = unit.spec.number, unit.attempt, unit.spec.file
        job = self._state.job(lease.job)
        claim = self._claim(job, number, file)
        part = self._outputs.stage(
            file.path, artifact_folder(job, self._jobs_folder), name, f"{number}-{attempt}", claim
        )
        with self._state.lock:
            if not self._lifecycle.is_current(lease.job, number, attempt):
                self._outputs.discard(part)
                return self._supersede(lease)
            try:
                self._outputs.publish(part, name, claim)
            except WouldReplace:
                self._outputs.discard(part)
                raise
            self._commit(lease, unit, file)
        return True

    def _claim(self, job: Job, number: int, file: CheckedFile) -> Claim | None:
        """None: segments lie in a folder that is Zordon's alone."""
        if job.assemble:
            return None
        return self._claiming.claim(job, file.sha256, published=[self._state.unit(job.id, number).sha256])

    def _commit(self, lease: Lease, unit: LeasedUnit, file: CheckedFile) -> None:
        self._lifecycle.publish(
            lease.job,
            unit.spec.number,
            sha256=file.sha256,
            size=file.bytes,
            seconds=file.seconds,
            artifact=unit.spec.file,
            program=file.program,
            picture=file.picture,
        )

    def _supersede(self, lease: Lease) -> bool:
        if self._state.has(lease.job):
            self._lifecycle.set_aside(lease.job)
        return False

    def artifact(self, job: Job, unit: Unit) -> Path | None:
        """The published file of a unit, if it is there."""
        if not unit.artifact:
            return None
        path = artifact_folder(job, self._jobs_folder) / unit.artifact
        return path if path.is_file() else None
