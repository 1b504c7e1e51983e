"""The project of a job as it travels to the nodes that help with it."""

from pathlib import Path

from zordon_app.domain.jobs import Job
from zordon_app.domain.projects import ProjectManifest
from zordon_app.errors import BadRequest
from zordon_app.farm.intake.pinning import Pinning


class JobProjects:
    """The pinned version of a job's project: it is what was submitted that is rendered everywhere."""

    def __init__(self, pinning: Pinning) -> None:
        """``pinning`` knows the versions."""
        self._pinning = pinning

    def manifest(self, job: Job) -> ProjectManifest:
        """All files. Raises BadRequest: one cannot be read, or cannot travel."""
        version = self._pinning.version(job)
        _refuse_what_stays(version.stays)
        if version.manifest is None:
            raise BadRequest("The project of this job is not known yet.")
        return version.manifest

    def file(self, job: Job, sha256: str) -> Path:
        """One of them. Raises NotFound."""
        return self._pinning.file(job, sha256)

    def missing(self, job: Job) -> tuple[str, ...]:
        """What the project names and is not there now. Raises BadRequest: it cannot be read."""
        return self._pinning.listed(job).missing


def _refuse_what_stays(stays: tuple[str, ...]) -> None:
    """A machine that lacks a file would make another picture, so it gets no work of the job."""
    if stays:
        more = f" and {len(stays) - 3} more" if len(stays) > 3 else ""
        raise BadRequest(
            "The project uses files that cannot travel: {names}. Put them beside the project, or pack them into it.",
            code="files_stay",
            names=", ".join(stays[:3]) + more,
        )
