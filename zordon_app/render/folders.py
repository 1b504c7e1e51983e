"""Where things of a job are on this node."""

import shutil
from pathlib import Path


class NodeFolders:
    """Meets ``JobFolders``: logs with the job, attempts in the work folder, which may be emptied at any start."""

    def __init__(self, *, jobs: Path, work: Path) -> None:
        """Under ``jobs`` and ``work``."""
        self._jobs = jobs
        self._work = work

    def logs(self, job_id: str) -> Path:
        """Folder of a job's logs."""
        return self._jobs / job_id / "logs"

    def work(self, job_id: str, lease_id: str) -> Path:
        """A private folder, made empty."""
        folder = self._work / job_id / lease_id
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder
