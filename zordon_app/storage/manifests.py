"""A copy of each job beside its files: enough to rebuild the ledger when the database is lost."""

import logging
from pathlib import Path

import msgspec

from zordon_app.domain.jobs import Job, Unit, UnitSpec
from zordon_app.domain.statuses import JobStatus
from zordon_app.files.durable import write_durably

log = logging.getLogger(__name__)

NAME = "job.json"


class Manifest(msgspec.Struct, kw_only=True):
    """What the file holds: the job as it was made, and its units."""

    job: Job
    units: list[UnitSpec]


class ManifestFiles:
    """Manifests in the jobs' own folders."""

    def __init__(self, jobs_folder: Path) -> None:
        """Keep them under ``jobs_folder/<job id>/``."""
        self._folder = jobs_folder

    def write(self, job: Job, units: list[Unit]) -> None:
        """Write it durably; called before the job is committed, so that no committed job lacks one."""
        manifest = Manifest(job=job, units=[unit.spec for unit in units])
        write_durably(self._folder / job.id / NAME, msgspec.json.encode(manifest))

    def load(self) -> list[tuple[Job, list[Unit]]]:
        """Every readable manifest. What is done shows in their files; jobs that were added to wait still do."""
        found: list[tuple[Job, list[Unit]]] = []
        for path in sorted(self._folder.glob(f"*/{NAME}")):
            try:
                manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
            except (msgspec.DecodeError, OSError) as error:
                log.warning("The manifest %s cannot be read: %s", path, error)
                continue
            job = manifest.job
            if job.status not in {JobStatus.PAUSED, JobStatus.SCHEDULED}:
                job.status, job.reason = JobStatus.NOT_STARTED, "Rebuilt after the database was lost."
            job.counts.waiting = len(manifest.units)
            found.append((job, [Unit(spec=spec) for spec in manifest.units]))
        return found
