"""What a job has on disk: how it goes with the job, stays, or becomes another job's."""

import logging
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from zordon_app.domain.jobs import Job
from zordon_app.domain.views import OutputView
from zordon_app.errors import ZordonError
from zordon_app.farm.interfaces import Outputs

log = logging.getLogger(__name__)


class JobFolders:
    """A job's private folder, its previews and its output folder."""

    def __init__(self, outputs: Outputs, jobs_folder: Path, forget_previews: Callable[[str], None]) -> None:
        """``forget_previews`` is told each job that goes."""
        self._outputs = outputs
        self._jobs_folder = jobs_folder
        self._forget_previews = forget_previews

    def remove(self, job: Job, *, keep_output: bool = False) -> None:
        """All that is the job's own, or with ``keep_output`` all but what it has made; an empty folder is no use.

        An output folder that a person named is never removed, only cleaned of half-written files.
        """
        self.remove_private(job)
        output = Path(job.output_path)
        if job.owns_output and not (keep_output and self._outputs.list(output)):
            self._outputs.remove_owned(output, job.id)
            return
        try:
            self._outputs.remove_parts(output)
            if job.owns_output:
                self._outputs.release(output, job.id)
        except (OSError, ZordonError) as error:
            log.info("Could not clean %s: %s", output, error)

    def output(self, job: Job, names: Sequence[str]) -> OutputView:
        """The output folder with its files of those ``names``."""
        sizes = [size for name in names if (size := _size(Path(job.output_path) / name)) is not None]
        return OutputView(path=job.output_path, owned=job.owns_output, files=len(sizes), bytes=sum(sizes))

    def remove_private(self, job: Job) -> None:
        """What nobody but Zordon sees: uploads, segments, logs, previews."""
        shutil.rmtree(self._jobs_folder / job.id, ignore_errors=True)
        self._forget_previews(job.id)

    def hand_over(self, old: Job, new: Job) -> None:
        """``new`` has taken the place of ``old``: an output folder of both is its own now, all else of ``old`` goes."""
        if old.owns_output and new.owns_output and old.output_path == new.output_path:
            try:
                self._outputs.make(Path(new.output_path), new.id, owned=True)
            except ZordonError as error:
                log.warning("The output folder of job %s is not marked as its own: %s", new.id, error)
        self.remove(old)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None  # It went between the listing and now.
