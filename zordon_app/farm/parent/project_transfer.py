"""The project of a job as it travels to the nodes that help with it."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from zordon_app.domain.jobs import Job
from zordon_app.domain.projects import ProjectManifest
from zordon_app.engines.base import ProjectFiles, RunProgram
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BadRequest
from zordon_app.farm.interfaces import Builds, Hashes


class JobProjects:
    """Lists the files of a job's project, once for each job: it is what was submitted that is rendered everywhere."""

    def __init__(
        self,
        registry: EngineRegistry,
        hashes: Hashes,
        jobs_folder: Path,
        *,
        builds: Builds,
        make_runner: Callable[[str], RunProgram],
    ) -> None:
        """Copies with relative paths go into the job's own folder; ``make_runner`` is given a job's id."""
        self._registry = registry
        self._builds = builds
        self._make_runner = make_runner
        self._hashes = hashes
        self._jobs_folder = jobs_folder
        self._lock = threading.Lock()
        self._known: dict[str, ProjectManifest] = {}

    def manifest(self, job: Job) -> ProjectManifest:
        """All files. Raises BadRequest: one cannot be read, or cannot travel."""
        with self._lock:
            if job.id not in self._known:
                self._known[job.id] = self._list(job)
            return self._known[job.id]

    def file(self, job: Job, sha256: str) -> Path:
        """One of them. Raises NotFound."""
        self.manifest(job)
        return self._hashes.path(sha256)

    def missing(self, job: Job) -> tuple[str, ...]:
        """What the project names and is not there now. Raises BadRequest: it cannot be read."""
        return self._files(job).missing

    def _files(self, job: Job) -> ProjectFiles:
        scratch = self._jobs_folder / job.id / "packed"
        shutil.rmtree(scratch, ignore_errors=True)
        return self._registry.get(job.engine).files(
            Path(job.project),
            scratch,
            build=self._builds.find(job.build),
            run=self._make_runner(job.id),
            frames=range(job.start_frame or 0, (job.end_frame or 0) + 1),
        )

    def _list(self, job: Job) -> ProjectManifest:
        try:
            files = self._files(job)
            _refuse_what_stays(files)
            return self._hashes.manifest(files)
        except OSError as error:
            raise BadRequest(
                "The project cannot be read: {why}.", code="project_unreadable", why=error.strerror or error
            ) from error


def _refuse_what_stays(files: ProjectFiles) -> None:
    """A machine that lacks a file would make another picture, so it gets no work of the job."""
    if files.stays:
        more = f" and {len(files.stays) - 3} more" if len(files.stays) > 3 else ""
        raise BadRequest(
            "The project uses files that cannot travel: {names}. Put them beside the project, or pack them into it.",
            code="files_stay",
            names=", ".join(files.stays[:3]) + more,
        )
