"""Results come in: the one way a unit becomes done."""

from pathlib import Path

from zordon_app.domain.jobs import Job, Unit
from zordon_app.domain.leases import Lease, LeasedUnit
from zordon_app.domain.results import CheckedFile
from zordon_app.farm.interfaces import Outputs
from zordon_app.farm.ledger.lifecycle import Lifecycle, artifact_folder
from zordon_app.farm.ledger.state import FarmState


class Gathering:
    """Publishes checked artifacts, each once, under the attempt that is current."""

    def __init__(self, state: FarmState, lifecycle: Lifecycle, outputs: Outputs, jobs_folder: Path) -> None:
        """Publish into the folders of the jobs of ``state``."""
        self._state = state
        self._lifecycle = lifecycle
        self._outputs = outputs
        self._jobs_folder = jobs_folder

    def deliver(self, lease: Lease, unit: LeasedUnit, file: CheckedFile) -> bool:
        """Publish ``file`` as the artifact of a unit; False when the result came too late and was set aside.

        The slow part (moving, fsync) goes on outside the lock; inside it the attempt is compared once more.

        Raises:
            DiskFull: the output volume is full; nothing was changed.
        """
        number, attempt = unit.spec.number, unit.attempt
        if not self._lifecycle.is_current(lease.job, number, attempt):
            return self._supersede(lease)
        folder = artifact_folder(self._state.job(lease.job), self._jobs_folder)
        part = self._outputs.stage(file.path, folder, unit.spec.file, f"{number}-{attempt}")
        with self._state.lock:
            if not self._lifecycle.is_current(lease.job, number, attempt):
                self._outputs.discard(part)
                return self._supersede(lease)
            self._outputs.publish(part, unit.spec.file)
            self._commit(lease, unit, file)
        return True

    def _commit(self, lease: Lease, unit: LeasedUnit, file: CheckedFile) -> None:
        self._lifecycle.publish(
            lease.job,
            unit.spec.number,
            sha256=file.sha256,
            size=file.bytes,
            seconds=file.seconds,
            artifact=unit.spec.file,
            program=file.program,
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
