"""The versions of jobs' projects on disk: which files, which content, and copies of what is small enough."""

import logging
import shutil
from pathlib import Path

import msgspec

from zordon_app.domain.projects import ProjectVersion
from zordon_app.files.copying import copy_or_share
from zordon_app.files.durable import write_durably

log = logging.getLogger(__name__)

NAME = "version.json"
KEPT = "kept"
GIB = 1024**3
SHARE_OF_FREE = 0.1
"""Of the free space, what copies for all jobs together may take."""


class VersionFiles:
    """Keeps them in the jobs' own folders, so that they go with the job."""

    def __init__(self, jobs_folder: Path) -> None:
        """Below ``jobs_folder/<job id>/``."""
        self._folder = jobs_folder

    def load(self, job_id: str) -> ProjectVersion | None:
        """What was saved last; None where there is none that can be read."""
        try:
            return msgspec.json.decode((self._folder / job_id / NAME).read_bytes(), type=ProjectVersion)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("The project's version of job %s cannot be read: %s", job_id, error)
            return None

    def save(self, job_id: str, version: ProjectVersion) -> None:
        """Remember it, while the job is there."""
        if (self._folder / job_id).is_dir():
            write_durably(self._folder / job_id / NAME, msgspec.json.encode(version))

    def forget(self, job_id: str) -> None:
        """The job gets another version."""
        (self._folder / job_id / NAME).unlink(missing_ok=True)
        shutil.rmtree(self._folder / job_id / KEPT, ignore_errors=True)

    def keep(self, job_id: str, version: ProjectVersion, limit_gib: float) -> ProjectVersion:
        """Copy what fits, the project itself first, then small files before large ones; the version with what is kept.

        Raises:
            OSError: a file cannot be read, or there is no room after all.
        """
        room = min(limit_gib * GIB, self._room())
        kept: list[str] = []
        for file in sorted(version.files, key=lambda file: (file.travels != version.main, file.bytes)):
            room -= file.bytes
            if file.travels and room >= 0:
                self._copy(Path(file.source), self.place(job_id, version, file.travels))
                kept.append(file.travels)
        return msgspec.structs.replace(version, kept=tuple(kept))

    def tree(self, job_id: str, version: ProjectVersion) -> Path:
        """The project as it was, to be read from there: what is not kept is a link to where it is.

        Raises:
            OSError: such a link cannot be made.
        """
        for file in version.files:
            place = self.place(job_id, version, file.travels)
            if file.travels and file.travels not in version.kept and not place.is_symlink():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(file.source)
        return self.place(job_id, version, version.main)

    def place(self, job_id: str, version: ProjectVersion, travels: str) -> Path:
        """Where the copy of a file is."""
        return self._folder / job_id / KEPT / version.sha256[:32] / travels

    def _copy(self, source: Path, target: Path) -> None:
        if not target.exists():
            copy_or_share(source, target)

    def _room(self) -> float:
        self._folder.mkdir(parents=True, exist_ok=True)
        held = sum(
            path.stat().st_size
            for path in self._folder.glob(f"*/{KEPT}/**/*")
            if path.is_file() and not path.is_symlink()
        )
        return SHARE_OF_FREE * (shutil.disk_usage(self._folder).free + held) - held
