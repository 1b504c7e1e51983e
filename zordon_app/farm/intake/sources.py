"""Where the project of a new job comes from: an upload, an archive, a path of this machine, another job."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from zordon_app.domain.callers import Upload
from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.naming import check_encoding, file_stem
from zordon_app.domain.sequences import first_of_each
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BadRequest

LONGEST_ENDING = 16


class Source(Struct, frozen=True, kw_only=True):
    """Where a job's project is; ``owned`` when Zordon keeps it in the job's own folder."""

    path: Path
    owned: bool


class ProjectSources:
    """Brings projects of new jobs to where they are rendered from."""

    def __init__(self, registry: EngineRegistry, unpack: Callable[[Path, Path], object], jobs_folder: Path) -> None:
        """``unpack`` opens an archive safely into a folder."""
        self._registry = registry
        self._unpack = unpack
        self._jobs_folder = jobs_folder

    def bring(self, job_id: JobId, request: JobRequest, upload: Upload | None, other: Job | None) -> Source:
        """The project of a new job; what was uploaded or packed lies in the job's own folder then.

        ``other`` is the job whose project the request takes.

        Raises:
            BadRequest: there is none, or too many, or it is not there.
        """
        if other is not None:
            if upload is not None or request.local_path is not None:
                raise BadRequest("Give one project: a file, a path, or another job's with project_of.")
            return project_of(other, self._jobs_folder, job_id)
        if upload is not None:
            path = self._keep_upload(job_id, upload)
        elif request.local_path is not None:
            path = Path(request.local_path).expanduser()
            check_local_path(path, request.local_path)
        else:
            raise BadRequest(
                "The job has no project: upload a file, give its path on this machine as local_path, or take that of "
                "another job with project_of."
            )
        if path.suffix.lower() == ".zip":
            return Source(path=self._open_archive(job_id, path, request.engine_name), owned=True)
        return Source(path=path.absolute(), owned=upload is not None)

    def _keep_upload(self, job_id: JobId, upload: Upload) -> Path:
        folder = self._jobs_folder / job_id / "project"
        folder.mkdir(parents=True, exist_ok=True)
        suffix = Path(upload.filename).suffix.lower()
        # No longer ending than that of any kind of file: what comes from outside must fit into a name.
        is_ending = suffix[1:].isalnum() and len(suffix.encode()) <= LONGEST_ENDING
        kept = folder / (file_stem(Path(upload.filename).stem) + (suffix if is_ending else ""))
        # A hard link: several jobs of one request share the bytes, and each may be deleted on its own.
        kept.hardlink_to(upload.path)
        return kept

    def _open_archive(self, job_id: JobId, archive: Path, engine_name: str | None) -> Path:
        folder = self._jobs_folder / job_id / "unpacked"
        self._unpack(archive, folder)
        engines = [self._registry.get(engine_name)] if engine_name else self._registry.all()
        for engine in engines:
            projects = [
                path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in engine.extensions
            ]
            depth = min((len(path.parts) for path in projects), default=0)
            # Numbered images are one project together, named by the first of them.
            shallow = first_of_each(path for path in projects if len(path.parts) == depth)
            if len(shallow) == 1:
                return shallow[0]
            if shallow:
                names = ", ".join(sorted(path.name for path in shallow)[:5])
                raise BadRequest(
                    "The archive holds several projects ({names}). Pack one, or put the others into folders.",
                    code="many_projects",
                    names=names,
                )
        raise BadRequest("The archive holds no project file that an engine takes.", code="no_project_inside")


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


def check_local_path(path: Path, text: str) -> None:
    """Raise BadRequest where ``path``, given as ``text``, names no project of this machine."""
    if "\0" in text or not path.is_absolute():
        raise BadRequest("local_path must be a whole path, not {path!r}.", code="project_path", path=text[:100])
    check_place(path)


def check_place(path: Path) -> None:
    """Raise BadRequest where nothing can be read.

    A path that is not there may be the pattern of a sequence; reading a pipe or a device would never end.
    """
    shown = str(path)[:200]
    check_encoding(path)
    try:
        has_folder = path.parent.is_dir()
        is_odd = path.exists() and not path.is_file() and not path.is_dir()
    except OSError as error:
        raise BadRequest(
            "{path!r} cannot be read: {why}.", code="unreadable", path=shown, why=error.strerror
        ) from error
    if not has_folder:
        raise BadRequest("There is no file {path!r} on this machine.", code="no_file", path=shown)
    if is_odd:
        raise BadRequest("{path!r} is not a file.", code="not_a_file", path=shown)
