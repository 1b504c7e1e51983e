"""One job, one version of its project: what was submitted is listed, hashed and kept beside the first units."""

import logging
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import structs

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job
from zordon_app.domain.projects import PinnedFile, ProjectVersion
from zordon_app.domain.statuses import JobStatus
from zordon_app.engines.base import ProjectFiles, RunProgram
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BadRequest, NotFound, ZordonError
from zordon_app.farm.intake.read_files import ReadFiles
from zordon_app.farm.interfaces import Builds, Hashes, Versions
from zordon_app.farm.ledger.state import FarmState

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
PATIENCE_SECONDS = 5.0
"""Engines that start need the disk more: hashing waits for the first result, or for so long."""
_TELL_SECONDS = 1.0
LEAST_FREE = 8 * 1024 * 1024
"""Bytes: what is left on a disk that is fuller belongs to what cannot wait, as a pause and its reason."""


class ProjectChanged(BadRequest):
    """Files of a project are not what was submitted."""


class Pinning:
    """Knows the version of each job's project. Safe from several threads; ``run_once`` is called by one of its own."""

    def __init__(
        self,
        state: FarmState,
        registry: EngineRegistry,
        *,
        hashes: Hashes,
        versions: Versions,
        reads: ReadFiles,
        builds: Builds,
        make_runner: Callable[[str], RunProgram],
        keep_gib: Callable[[], float],
        jobs_folder: Path,
        scale: float = 1.0,
    ) -> None:
        """``make_runner`` is given a job's id; ``keep_gib`` is what may be copied for one job."""
        self._state = state
        self._registry = registry
        self._hashes = hashes
        self._versions = versions
        self._reads = reads
        self._builds = builds
        self._make_runner = make_runner
        self._keep_gib = keep_gib
        self._jobs_folder = jobs_folder
        self._scale = scale
        self._lock = threading.Lock()
        self._pinning: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._known: dict[str, ProjectVersion] = {}
        self._failed: dict[str, int] = {}
        """Jobs whose project cannot be listed, by the version that was tried."""
        self._open: dict[JobId, float] = {}
        """Since when jobs are seen whose project is still to be hashed."""
        state.listen(self._notice)
        self._notice([job.id for job in state.unsettled()])

    def run_once(self) -> None:
        """Look at the files of what is new, and pin one project that is due."""
        for job_id in list(self._open):
            job = self._state.find(job_id)
            if job is None or not _is_ours(job) or job.project_sha256:
                self._close(job_id, gone=job is None)
            elif not _waits_for_others(job):
                self.stamp(job)
                if self._is_due(job) and self._has_room():
                    self._try(job)
                    return

    def _has_room(self) -> bool:
        return shutil.disk_usage(self._jobs_folder).free > LEAST_FREE

    def _notice(self, changed: Iterable[JobId]) -> None:
        """Jobs whose project is not known yet."""
        for job_id in changed:
            job = self._state.find(job_id)
            if job is not None and not job.project_sha256 and job_id not in self._open:
                self._open[job_id] = time.monotonic()

    def _close(self, job_id: JobId, *, gone: bool) -> None:
        self._open.pop(job_id, None)
        if gone:
            with self._lock:
                self._known.pop(job_id, None)
                self._pinning.pop(job_id, None)
                self._failed.pop(job_id, None)

    def stamp(self, job: Job) -> None:
        """Remember how the files look that the project names, unless that is known."""
        if self._find(job) is None:
            self._remember(job, ProjectVersion(files=tuple(_stamps(self._reads.paths(job)))))

    def version(self, job: Job) -> ProjectVersion:
        """All files with their hashes: listed once, and never again for this version.

        Raises:
            BadRequest: one cannot be read. ProjectChanged: they are not what was submitted any more.
        """
        with self._lock:
            pinning = self._pinning[job.id]
        with pinning:
            known = self._find(job)
            if known is None or not known.sha256:
                known = self._pin(self._state.find(job.id) or job)
            if not job.project_sha256 and self._has_room():
                self._tell_pinned(job.id, known)
            return known

    def file(self, job: Job, sha256: str) -> Path:
        """A file of the version by its content: where it is, or the copy. Raises NotFound."""
        version = self.version(job)
        found = [file for file in version.files if file.sha256 == sha256 and file.travels]
        for file in found:
            if file.travels in version.kept:
                return self._versions.place(job.id, version, file.travels)
        for file in found:
            if self._hash(Path(file.source)) == sha256:
                return Path(file.source)
        raise NotFound("The project has no such file, or it has changed since the job began.")

    def changed(self, job: Job) -> list[str]:
        """Names of the files that are not what was submitted; one that was only touched, or saved alike, is."""
        if not _is_ours(job) or job.reads_from:
            return []
        version = self._find(job)
        if version is None:
            self.stamp(job)
            return []
        files = [self._looked_at(file) for file in version.files]
        changed = [old.path for old, new in zip(version.files, files, strict=True) if new is None]
        same = tuple(new or old for old, new in zip(version.files, files, strict=True))
        if same != version.files:
            self._remember(job, structs.replace(version, files=same))
        return [Path(path).name for path in changed]

    def submitted(self, job: Job) -> str:
        """The project file as it was submitted, to be read from the copy. Raises BadRequest: nothing is kept."""
        version = self._find(job)
        if version is not None and version.sha256 and self._has_kept(version):
            try:
                return str(self._versions.tree(job.id, version))
            except OSError as error:
                log.warning("The kept project of job %s cannot be put together: %s", job.id, error)
        raise BadRequest(
            "Nothing was kept of the project as it was submitted: it is larger than the setting keep_projects_gib "
            "allows, or it changed before it was read. Use the new file.",
            code="nothing_kept",
        )

    def forget(self, job: Job) -> None:
        """The job gets another version: what the files hold now."""
        self._versions.forget(job.id)
        with self._lock:
            self._known.pop(job.id, None)
            self._failed.pop(job.id, None)

    def _is_due(self, job: Job) -> bool:
        if self._failed.get(job.id) == job.project_version:
            return False
        is_starting = job.status in {JobStatus.NOT_STARTED, JobStatus.CONFIGURING, JobStatus.RUNNING}
        waited = time.monotonic() - self._open.get(job.id, 0.0)
        return not is_starting or job.published > 0 or waited > PATIENCE_SECONDS * self._scale

    def _try(self, job: Job) -> None:
        try:
            self.version(job)
        except (ZordonError, OSError) as error:
            log.info("The project of job %s is not hashed: %s", job.id, error)
            self._failed[job.id] = job.project_version

    def _pin(self, job: Job) -> ProjectVersion:
        """List, hash and keep; what was seen before must still be so."""
        names = self.changed(job)
        if names:
            raise ProjectChanged(
                "{names} changed since the job was added.", code="project_changed", names=", ".join(names)
            )
        try:
            files = self.listed(job)
            paths = [*dict.fromkeys([*files.files, *(Path(text) for text in files.stays), *self._reads.paths(job)])]
            before = _stamps(paths)
            manifest = self._hashes.manifest(files, lambda fraction: self._tell_hashed(job.id, fraction))
        except OSError as error:
            raise BadRequest(
                "The project cannot be read: {why}.", code="project_unreadable", why=error.strerror or error
            ) from error
        hashed = {
            str(path): (file, str(files.copies.get(path, path)))
            for path, file in zip(sorted(set(files.files)), manifest.files, strict=True)
        }
        pinned = ProjectVersion(
            files=tuple(
                structs.replace(
                    file,
                    sha256=hashed[file.path][0].sha256,
                    travels=hashed[file.path][0].path,
                    source=hashed[file.path][1],
                )
                if file.path in hashed
                else file
                for file in before
            ),
            sha256=manifest.sha256,
            main=manifest.main,
            manifest=structs.replace(manifest, missing=files.missing),
            stays=files.stays,
        )
        if _stamps(Path(file.path) for file in before) != before:
            raise ProjectChanged("The project was written while it was read.", code="project_written")
        self._remember(job, pinned)
        kept = self._keep(job, pinned)
        self._remember(job, kept)
        return kept

    def _keep(self, job: Job, version: ProjectVersion) -> ProjectVersion:
        if job.owns_project:
            return version  # It is a copy already.
        try:
            kept = self._versions.keep(job.id, version, self._keep_gib())
        except OSError as error:
            log.warning("The project of job %s is not kept: %s", job.id, error)
            return version
        # A copy of what was written meanwhile would be of neither version.
        names = {file.travels for file in version.files if self._looked_at(file) is None}
        return structs.replace(kept, kept=tuple(name for name in kept.kept if name not in names))

    def listed(self, job: Job) -> ProjectFiles:
        """What the project reads now, asked of its engine. Raises BadRequest, OSError: it cannot be read."""
        scratch = self._jobs_folder / job.id / "packed"
        shutil.rmtree(scratch, ignore_errors=True)
        return self._registry.get(job.engine).files(
            Path(job.project),
            scratch,
            build=self._builds.find(job.build),
            run=self._make_runner(job.id),
            frames=range(job.start_frame or 0, (job.end_frame or 0) + 1),
        )

    def _looked_at(self, file: PinnedFile) -> PinnedFile | None:
        """The file as it looks now, if it holds what it held; None if not, or nobody can tell."""
        path = Path(file.path)
        now = next(iter(_stamps([path])), None)
        if now is None:
            return None
        if (now.bytes, now.mtime_ns, now.inode) == (file.bytes, file.mtime_ns, file.inode):
            return file
        if not file.sha256 or file.source != file.path or now.bytes != file.bytes or self._hash(path) != file.sha256:
            return None
        return structs.replace(file, mtime_ns=now.mtime_ns, inode=now.inode)

    def _hash(self, path: Path) -> str:
        try:
            return self._hashes.hash(path)
        except (ZordonError, OSError):
            return ""

    def _has_kept(self, version: ProjectVersion) -> bool:
        """Whether all that has changed is there as it was."""
        return all(
            file.travels and file.travels in version.kept for file in version.files if self._looked_at(file) is None
        )

    def _find(self, job: Job) -> ProjectVersion | None:
        with self._lock:
            known = self._known.get(job.id)
        if known is None:
            known = self._versions.load(job.id)
            if known is not None:
                with self._lock:
                    self._known[job.id] = known
        return known

    def _remember(self, job: Job, version: ProjectVersion) -> None:
        with self._lock:
            self._known[job.id] = version
        try:
            self._versions.save(job.id, version)
        except OSError as error:
            log.warning("The project's version of job %s cannot be written: %s", job.id, error)

    def _tell_hashed(self, job_id: JobId, fraction: float) -> None:
        with self._state.lock:
            if self._state.has(job_id) and self._has_room():
                with self._state.change() as change:
                    change.job(job_id).project_hashed = round(min(fraction, 0.999), 3)

    def _tell_pinned(self, job_id: JobId, version: ProjectVersion) -> None:
        """The job and its units know it now; those that were made before it was hashed show it too."""
        with self._state.lock:
            if not self._state.has(job_id):
                return
            with self._state.change() as change:
                job = change.job(job_id)
                job.project_sha256, job.project_hashed = version.sha256, 1.0
                job.project_kept = bool(version.kept) or job.owns_project
                for number, unit in self._state.ledger(job_id).items():
                    if unit.attempt and unit.artifact and not unit.project:
                        change.unit(job_id, number).project = version.sha256


def _stamps(paths: Iterable[Path]) -> list[PinnedFile]:
    """How files look that are there."""
    found = []
    for path in paths:
        try:
            about = path.stat()
        except OSError:
            continue
        if path.is_file():
            found.append(
                PinnedFile(path=str(path), bytes=about.st_size, mtime_ns=about.st_mtime_ns, inode=about.st_ino)
            )
    return found


def _is_ours(job: Job) -> bool:
    return job.parent is None


def _waits_for_others(job: Job) -> bool:
    """Whether what it reads is still being made."""
    return job.status == JobStatus.SCHEDULED and bool(job.after)
