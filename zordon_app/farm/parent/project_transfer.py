"""The project of a job as it travels to the nodes that help with it."""

import shutil
import threading
from pathlib import Path

from zordon_app.domain.jobs import Job
from zordon_app.domain.projects import ProjectManifest
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BadRequest
from zordon_app.farm.interfaces import Hashes


class JobProjects:
    """Lists the files of a job's project, once for each job: it is what was submitted that is rendered everywhere."""

    def __init__(self, registry: EngineRegistry, hashes: Hashes, jobs_folder: Path) -> None:
        """Copies with relative paths go into the job's own folder."""
        self._registry = registry
        self._hashes = hashes
        self._jobs_folder = jobs_folder
        self._lock = threading.Lock()
        self._known: dict[str, ProjectManifest] = {}

    def manifest(self, job: Job) -> ProjectManifest:
        """All files. Raises BadRequest: one cannot be read."""
        with self._lock:
            if job.id not in self._known:
                self._known[job.id] = self._list(job)
            return self._known[job.id]

    def file(self, job: Job, sha256: str) -> Path:
        """One of them. Raises NotFound."""
        self.manifest(job)
        return self._hashes.path(sha256)

    def _list(self, job: Job) -> ProjectManifest:
        scratch = self._jobs_folder / job.id / "packed"
        shutil.rmtree(scratch, ignore_errors=True)
        try:
            files = self._registry.get(job.engine).files(Path(job.project), scratch)
            return self._hashes.manifest(files)
        except OSError as error:
            raise BadRequest(
                "The project cannot be read: {why}.", code="project_unreadable", why=error.strerror or error
            ) from error
