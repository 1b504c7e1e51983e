"""After a start: this machine holds no lease, nothing half written stays, and what is done must be there."""

import logging
from pathlib import Path

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job, Unit
from zordon_app.domain.reasons import PREPARING
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.farm.interfaces import Manifests, Outputs, Store
from zordon_app.farm.ledger.lifecycle import Lifecycle, artifact_folder, set_state, set_status
from zordon_app.farm.ledger.state import FarmState

log = logging.getLogger(__name__)

AFTER_RESTART = "Zordon was restarted; it goes on by itself."


def rebuild_from_manifests(store: Store, manifests: Manifests) -> set[JobId]:
    """Bring back jobs that a restored ledger does not know; returns all whose files are to be recognised."""
    known = {job.id: job for job in store.load_jobs()}
    rebuilt: set[JobId] = {job_id for job_id, job in known.items() if not job.status.is_final}
    for job, units in manifests.load():
        if job.id not in known:
            log.warning("Job %s (%s) was rebuilt from its manifest", job.id, job.name)
            store.save(jobs=[job], units={job.id: units})
            rebuilt.add(job.id)
    return rebuilt


class Recovery:
    """Puts the ledger right before anything else runs."""

    def __init__(
        self, state: FarmState, lifecycle: Lifecycle, outputs: Outputs, jobs_folder: Path, this_node: str
    ) -> None:
        """Recover ``state``; what other nodes hold stays with them."""
        self._state = state
        self._lifecycle = lifecycle
        self._outputs = outputs
        self._jobs_folder = jobs_folder
        self._this_node = this_node

    def run(self, recheck: set[JobId]) -> None:
        """Requeue what a crash left; jobs in ``recheck`` have their files recognised before they run."""
        for job in self._state.jobs():
            if not job.status.is_final:
                self._recover(job, recheck=job.id in recheck)

    def _recover(self, job: Job, *, recheck: bool) -> None:
        folder = artifact_folder(job, self._jobs_folder)
        self._outputs.remove_parts(folder)
        self._outputs.remove_parts(Path(job.output_path))
        lost = [unit for unit in self._state.ledger(job.id).values() if _is_lost(unit, folder)]
        with self._state.change() as change:
            self._lifecycle.take_back_all(change, job.id, of_node=self._this_node)
            for unit in lost:
                log.warning("Job %s: %s had gone; it is rendered again", job.id, unit.spec.file)
                set_state(change.unit(job.id, unit.spec.number), UnitState.WAITING)
            if recheck and job.status in {JobStatus.RUNNING, JobStatus.NOT_STARTED}:
                edited = change.job(job.id)
                set_status(edited, JobStatus.NOT_STARTED, AFTER_RESTART, job.created_at)
                set_status(edited, JobStatus.CONFIGURING, PREPARING, job.created_at)
            elif recheck and job.status == JobStatus.PAUSED:
                change.job(job.id).resume_to = JobStatus.CONFIGURING
            elif job.status in {JobStatus.RUNNING, JobStatus.WAITING_FOR_SUBJOBS}:
                set_status(change.job(job.id), JobStatus.RUNNING, AFTER_RESTART, job.created_at)


def _is_lost(unit: Unit, folder: Path) -> bool:
    """Whether a unit's file, whose publication was committed, is not there with all its bytes."""
    if unit.state != UnitState.DONE:
        return False
    path = folder / unit.artifact
    return not path.is_file() or path.stat().st_size != unit.bytes
