"""Which files jobs read: no result ever takes the place of one."""

import logging
import threading
from pathlib import Path

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import ZordonError
from zordon_app.farm.ledger.state import FarmState
from zordon_app.files.names import place, places

log = logging.getLogger(__name__)

THIS_JOB = "this job"


class ReadFiles:
    """Knows of each job what it reads, as far as its project tells without its engine."""

    def __init__(self, state: FarmState, registry: EngineRegistry) -> None:
        """Look at the jobs of ``state``."""
        self._state = state
        self._registry = registry
        self._lock = threading.Lock()
        self._known: dict[JobId, frozenset[str]] = {}
        state.listen(lambda _changed: self._forget())

    def reader(self, path: str, maker: Job) -> str:
        """Who reads a file that ``maker`` would make: that job itself, or one that goes on; empty: nobody.

        A job that comes after the maker waits for it.
        """
        key = place(path)
        if key in self.of(maker):
            return THIS_JOB
        for job in self._state.unsettled():
            is_other = job.id != maker.id and job.parent is None and not job.status.is_final
            if is_other and maker.id not in job.after and key in self.of(job):
                return f"the job {job.name!r}"
        return ""

    def of(self, job: Job) -> frozenset[str]:
        """Places of the files that a job reads."""
        with self._lock:
            known = self._known.get(job.id)
        if known is None:
            known = places(self.paths(job))
            with self._lock:
                self._known[job.id] = known
        return known

    def paths(self, job: Job) -> list[Path]:
        """The files that a job reads, as they are written."""
        return [Path(job.project), *self._named(Path(job.project), job.engine)]

    def _named(self, project: Path, engine: str) -> list[Path]:
        try:
            return self._registry.get(engine).named_files(project)
        except (ZordonError, OSError) as error:
            log.info("%s does not tell which files it names: %s", project, error)
            return []

    def _forget(self) -> None:
        if len(self._known) > 2 * len(self._state.unsettled()) + 100:
            with self._lock:
                self._known.clear()
