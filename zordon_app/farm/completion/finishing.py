"""The end of a job: assemble, verify, publish, complete; or say what failed."""

import logging
import queue
import shutil
from collections.abc import Callable
from pathlib import Path

from msgspec import structs

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Expected, Job, as_read
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.engines.base import Build, RunProgram
from zordon_app.engines.hearing import hearing
from zordon_app.engines.limits import limited
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import DiskFull, EngineFailed, WouldReplace, ZordonError
from zordon_app.farm.completion.claiming import Claiming
from zordon_app.farm.intake.build_binding import bound_build
from zordon_app.farm.interfaces import Builds, CheckFile, Outputs
from zordon_app.farm.ledger.job_guard import JobGuard
from zordon_app.farm.ledger.lifecycle import GIVE_UP_AFTER, Lifecycle, artifact_folder
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.scheduling.version_watch import VersionWatch
from zordon_app.guard import Guard

log = logging.getLogger(__name__)


class _Stopped(Exception):
    """The source changed while it was read."""


class Finishing:
    """Watches for jobs whose units have all ended. ``run_once`` is called by a thread of its own."""

    def __init__(
        self,
        state: FarmState,
        lifecycle: Lifecycle,
        *,
        registry: EngineRegistry,
        builds: Builds,
        outputs: Outputs,
        claiming: Claiming,
        watch: VersionWatch,
        check: CheckFile,
        make_runner: Callable[[str], RunProgram],
        threads: Callable[[], int],
        jobs_folder: Path,
        work_folder: Path,
        guard: Guard | None = None,
    ) -> None:
        """Look at the jobs that are under way; ``threads`` is how many an engine may use here, 0: all."""
        self._state = state
        self._lifecycle = lifecycle
        self._registry = registry
        self._builds = builds
        self._outputs = outputs
        self._claiming = claiming
        self._watch = watch
        self._check = check
        self._make_runner = make_runner
        self._threads = threads
        self._jobs_folder = jobs_folder
        self._work_folder = work_folder
        self._jobs = JobGuard(guard, lifecycle)
        self._due: queue.SimpleQueue[JobId | None] = queue.SimpleQueue()
        state.listen(self._notice)
        self._notice([job.id for job in state.jobs() if not job.status.is_final])

    def run_once(self, timeout: float) -> bool:
        """Finish one job that is due; False when the queue was closed or nothing came within ``timeout`` seconds."""
        try:
            job_id = self._due.get(timeout=timeout)
        except queue.Empty:
            return False
        job = None if job_id is None else self._state.find(job_id)
        if job is not None:
            with self._jobs.job("Finishing", job, failed=lambda sentence: self._fail(job.id, sentence)):
                self._finish(job.id)
        return job_id is not None

    def close(self) -> None:
        """Let the thread go."""
        self._due.put(None)

    def _notice(self, changed: list[JobId]) -> None:
        for job_id in changed:
            if _is_due(self._state.job(job_id)):
                self._due.put(job_id)

    def _finish(self, job_id: JobId) -> None:
        job = self._state.job(job_id)
        if not _is_due(job):
            return
        if job.counts.failed:
            self._if_due(job_id, lambda: self._lifecycle.stop(job_id, JobStatus.ERROR, _failure_sentence(job)))
            return
        try:
            self._complete(job)
        except DiskFull as error:
            shortage = str(error)
            self._if_due(job_id, lambda: self._lifecycle.stop(job_id, JobStatus.PAUSED, shortage, held_for_disk=True))
        except WouldReplace as error:
            words = str(error)
            self._if_due(job_id, lambda: self._lifecycle.stop(job_id, JobStatus.ERROR, words))
        except (ZordonError, OSError) as error:
            log.warning("Could not finish job %s: %s", job_id, error)
            self._fail(job_id, f"The result could not be put together: {error}")

    def _fail(self, job_id: JobId, reason: str) -> None:
        self._if_due(job_id, lambda: self._lifecycle.stop(job_id, JobStatus.ERROR, reason))

    def _if_due(self, job_id: JobId, act: Callable[[], object]) -> bool:
        """Do it, unless a person has stopped or deleted the job since it was looked at."""
        with self._state.lock:
            job = self._state.find(job_id)
            if job is None or not _is_due(job):
                return False
            act()
            return True

    def _complete(self, job: Job) -> None:
        missing = self._missing(job)
        if missing:
            words = "Some files had gone; they are rendered again."
            self._if_due(job.id, lambda: self._lifecycle.put_back(job.id, missing, words))
            return
        if job.assemble and not self._watch.may_go_on(job.id):
            return  # What is not cut into parts, as the sound, comes from the source.
        files = self._assemble(job) if job.assemble else {}
        if files is None or not self._if_due(job.id, lambda: self._lifecycle.complete(job.id, files)):
            return
        if job.assemble:
            # Only now: a crash before the commit must find the segments again.
            shutil.rmtree(artifact_folder(job, self._jobs_folder), ignore_errors=True)

    def _missing(self, job: Job) -> list[int]:
        folder = artifact_folder(job, self._jobs_folder)
        return [
            number
            for number, unit in self._state.ledger(job.id).items()
            if unit.state == UnitState.DONE and not (folder / unit.artifact).is_file()
        ]

    def _assemble(self, job: Job) -> dict[str, str] | None:
        """As ``_join``; None: somebody has stopped the job."""
        build = bound_build(job, self._builds, self._registry)
        if not self._say(job.id, "Joining the parts."):
            return None
        folder = self._work_folder / job.id / "assembly"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            return self._join(job, folder, build)
        except _Stopped:
            return None
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _join(self, job: Job, folder: Path, build: Build) -> dict[str, str]:
        """Names of the published files, each with its sha256."""
        engine = self._registry.get(job.engine)
        specs = [unit.spec for unit in self._state.ledger(job.id).values() if unit.artifact]

        def warn(sentence: str) -> None:
            if self._state.has(job.id):
                self._lifecycle.warn(job.id, sentence)

        made = engine.assemble(
            as_read(job),
            specs,
            artifact_folder(job, self._jobs_folder),
            folder,
            build,
            hearing(engine, limited(engine, self._make_runner(job.id), self._threads()), warn),
            lambda message, fraction: self._tell(job.id, message, fraction),
        )
        if not made:
            raise EngineFailed("the engine made no file.")
        if not self._watch.may_go_on(job.id):
            raise _Stopped
        return {path.name: self._publish(job, path) for path in made}

    def _publish(self, job: Job, path: Path) -> str:
        expected = job.expected or Expected(format=path.suffix.removeprefix("."))
        sha256 = self._check(path, self._without_skipped(job, expected)).sha256
        claim = self._claiming.claim(job, sha256, published=job.hashes.values())
        part = self._outputs.stage(path, Path(job.output_path), path.name, "final", claim)
        try:
            self._outputs.publish(part, path.name, claim)
        except WouldReplace:
            self._outputs.discard(part)
            raise
        return sha256

    def _without_skipped(self, job: Job, expected: Expected) -> Expected:
        """What the film must be when a person left segments out."""
        left_out = [unit for unit in self._state.ledger(job.id).values() if not unit.artifact]
        if not left_out:
            return expected
        return structs.replace(
            expected, frames=expected.frames - sum(unit.spec.frame_count for unit in left_out), seconds=0.0
        )

    def _tell(self, job_id: JobId, message: str, fraction: float) -> None:
        self._say(job_id, f"{message} ({fraction:.0%})")

    def _say(self, job_id: JobId, reason: str) -> bool:
        return self._if_due(job_id, lambda: self._lifecycle.set_job_status(job_id, JobStatus.RUNNING, reason))


def _is_due(job: Job) -> bool:
    counts = job.counts
    if not job.status.is_active or counts.leased or job.parent is not None:
        return False
    return counts.waiting == 0 or (counts.failed >= GIVE_UP_AFTER and counts.done == 0)


def _failure_sentence(job: Job) -> str:
    first = job.errors[0].message if job.errors else "unknown reason."
    what = f"{job.counts.failed} of {job.counts.total} frames or segments failed"
    if job.counts.waiting:
        what = f"The first {job.counts.failed} frames or segments all failed; stopped"
    return f"{what}: {first}"
