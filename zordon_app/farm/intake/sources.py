"""Where the project of a new job comes from when another job has it already."""

import os
import shutil
from pathlib import Path

from msgspec import Struct

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job
from zordon_app.errors import BadRequest


class Source(Struct, frozen=True, kw_only=True):
    """Where a job's project is; ``owned`` when Zordon keeps it in the job's own folder."""

    path: Path
    owned: bool


def project_path(job: Job) -> Path:
    """The project of a job, where it is on this machine. Raises BadRequest: it is not here."""
    if job.parent is not None:
        raise BadRequest("That job is help with another machine's job; the project is there.", code="project_elsewhere")
    return Path(job.project)


def project_of(job: Job, jobs_folder: Path, new_id: JobId) -> Source:
    """The project of ``job`` for a new job; what Zordon keeps is linked into the new job's own folder.

    So each of the two may be deleted on its own.

    Raises:
        BadRequest: the project is not here, or not any more.
    """
    path = project_path(job)
    if not job.owns_project:
        return Source(path=path, owned=False)
    inside = path.relative_to(jobs_folder / job.id)
    try:
        shutil.copytree(
            jobs_folder / job.id / inside.parts[0],
            jobs_folder / new_id / inside.parts[0],
            copy_function=_link_or_copy,
            symlinks=True,
        )
    except FileNotFoundError:
        raise BadRequest("The project of {name} is no longer here.", code="project_gone", name=job.name) from None
    return Source(path=jobs_folder / new_id / inside, owned=True)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        # Not every file system has links, exFAT for one.
        shutil.copy2(source, target)
