"""Jobs of other nodes that this one works for: taken in, prepared, worked on, ended."""

import logging
import math
import shutil
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from zordon_app.domain.callers import Caller
from zordon_app.domain.ids import JobId, new_job_id
from zordon_app.domain.jobs import BuildRef, Job, ParentRef
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.sharing import JobOffer
from zordon_app.domain.statuses import JobStatus
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BadRequest, DiskFull, Forbidden, JobNotFound, PeerGone, ZordonError
from zordon_app.farm.child.child_work import ChildWork
from zordon_app.farm.interfaces import Builds, Clock, Machines, ParcelBox
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.scheduling.this_node import ThisNode

log = logging.getLogger(__name__)

RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0)
"""How long to wait before a parent that does not answer is asked again."""
TELL_SECONDS = 1.0
ASK_SECONDS = 5.0
SILENT_SECONDS = 10.0
"""A child that has not spoken with its parent for so long sends nothing before it has."""
KEPT_SECONDS = 600.0
"""How long a child job that has ended is shown."""


class ChildJobs:
    """All child jobs of this node, each with three threads: one prepares and pulls, one tells, one sends."""

    def __init__(
        self,
        state: FarmState,
        lifecycle: Lifecycle,
        *,
        machines: Machines,
        parcels: ParcelBox,
        registry: EngineRegistry,
        builds: Builds,
        clock: Clock,
        node: ThisNode,
        jobs_folder: Path,
        read_log: Callable[[str, int, int], bytes],
        stop: threading.Event,
        scale: float,
    ) -> None:
        """``read_log`` gives the log of a unit of a job from an offset; ``stop`` ends all threads.

        ``scale`` shortens the timers.
        """
        self._state = state
        self._lifecycle = lifecycle
        self._machines = machines
        self._parcels = parcels
        self._registry = registry
        self._builds = builds
        self._clock = clock
        self._node = node
        self._jobs_folder = jobs_folder
        self._read_log = read_log
        self._stop = stop
        self._scale = scale
        self._lock = threading.Lock()
        self._works: dict[JobId, ChildWork] = {}
        self._told: dict[JobId, tuple[float, datetime]] = {}
        """When the parent of each child job answered last."""
        self._threads: list[threading.Thread] = []
        self._on_lease: Callable[[], None] = lambda: None

    def listen(self, on_lease: Callable[[], None]) -> None:
        """``on_lease`` is told when units have come."""
        self._on_lease = on_lease

    def accept(self, request: JobRequest, caller: Caller) -> JobId:
        """A parent asks for help. Raises Forbidden, BadRequest."""
        parent = request.parent
        if parent is None or parent.node != caller.node:
            raise Forbidden("Only the machine that has the parent job may ask for help with it.")
        with self._state.lock:
            known = self._find(parent)
            if known is not None:
                return self._take_up(known)
            job = self._make(request, parent)
            with self._state.change() as change:
                change.add(job, [])
        self._begin(job)
        return job.id

    def end(self, job_id: str, node: str) -> None:
        """The parent's job has ended or is gone; ``job_id`` is the parent's. Raises JobNotFound."""
        job = self._find(ParentRef(job=job_id, node=node))
        if job is None:
            raise JobNotFound(job_id)
        self._end(job.id, "The job has ended.")

    def works(self) -> list[ChildWork]:
        """Child jobs that are worked on, the most important first."""
        with self._lock:
            return sorted(self._works.values(), key=lambda work: -work.job.priority)

    def work(self, job_id: str) -> ChildWork | None:
        """The work of one child job, while it goes on."""
        with self._lock:
            return self._works.get(JobId(job_id))

    def run_once(self) -> None:
        """Start what has come, drop what a person or the parent has ended."""
        for job in self._state.jobs():
            if job.parent is None:
                continue
            if job.status.is_final or job.status == JobStatus.PAUSED:
                self._drop(job.id)
                self._forget(job)
            elif self.work(job.id) is None:
                self._begin(job)
        for work in self.works():
            work.return_unused(now=not self._node.may_begin)
            if not self._state.has(work.job.id):
                self._drop(work.job.id)
        self._threads = [thread for thread in self._threads if thread.is_alive()]

    def join(self) -> None:
        """Wait for all threads, after ``stop`` was set."""
        for work in self.works():
            for event in (work.wanted, work.has_news, work.has_parcels):
                event.set()
        for thread in self._threads:
            thread.join()

    def _find(self, parent: ParentRef) -> Job | None:
        return next((job for job in self._state.jobs() if job.parent == parent), None)

    def _take_up(self, job: Job) -> JobId:
        """Asked again: a child job that had ended goes on, unless a person here cancelled it."""
        if job.status == JobStatus.CANCELLED:
            raise BadRequest("Somebody at that machine has taken it out of this job.")
        if job.status.is_final:
            self._lifecycle.set_job_status(job.id, JobStatus.NOT_STARTED, "Asked to help again.")
        return job.id

    def _make(self, request: JobRequest, parent: ParentRef) -> Job:
        engine = request.engine_name
        if not engine or not request.engine_version:
            raise BadRequest("A child job names its engine and version.")
        job_id = new_job_id()
        return Job(
            id=job_id,
            name=request.name or "job",
            engine=engine,
            build=BuildRef(engine=engine, version=request.engine_version),
            project="",
            output_path=str(self._jobs_folder / job_id),
            priority=request.priority,
            parent=parent,
            status=JobStatus.CONFIGURING,
            reason=f"Helps {self._machines.name_of(parent.node)}.",
            created_at=self._clock.now(),
        )

    def _begin(self, job: Job) -> None:
        if job.parent is None or self._stop.is_set():
            return
        node = job.parent.node
        work = ChildWork(
            job,
            lambda: self._machines.link(node),
            self._parcels,
            on_lease=lambda: self._came(job.id),
            on_ended=lambda reason: self._end(job.id, reason),
            read_log=lambda unit, start: self._read_log(job.id, unit, start),
        )
        with self._lock:
            if self._works.setdefault(job.id, work) is not work:
                return
        for name, loop in (("pull", self._pull), ("tell", self._tell), ("send", self._send)):
            thread = threading.Thread(target=loop, args=(work,), name=f"child {name} {job.id[:8]}")
            self._threads.append(thread)
            thread.start()

    def _drop(self, job_id: JobId) -> None:
        with self._lock:
            work = self._works.pop(job_id, None)
            self._told.pop(job_id, None)
        if work is not None:
            for event in (work.wanted, work.has_news, work.has_parcels):
                event.set()

    def _forget(self, job: Job) -> None:
        """Help that is over is no longer shown after a while."""
        kept = timedelta(seconds=KEPT_SECONDS * self._scale)
        if job.ended_at is not None and self._clock.now() - job.ended_at > kept:
            self._remove(job.id)

    def _came(self, job_id: JobId) -> None:
        with self._state.lock:
            if self._state.has(job_id) and self._state.job(job_id).status == JobStatus.NOT_STARTED:
                self._lifecycle.set_job_status(job_id, JobStatus.RUNNING, self._helps(self._state.job(job_id)))
        self._on_lease()

    def _end(self, job_id: JobId, reason: str) -> None:
        with self._state.lock:
            if self._state.has(job_id) and not self._state.job(job_id).status.is_final:
                self._end_status(self._state.job(job_id), reason)
        for parcel in self._parcels.of_job(job_id):
            self._parcels.remove(parcel)
        self._drop(job_id)

    def _end_status(self, job: Job, reason: str) -> None:
        """Help that never began is not shown: as cancelled it would look like a person's no to helping again."""
        match job.status:
            case JobStatus.RUNNING:
                self._lifecycle.set_job_status(job.id, JobStatus.COMPLETED, reason)
            case JobStatus.PAUSED:
                self._lifecycle.set_job_status(job.id, JobStatus.CANCELLED, reason)
            case _:
                self._remove(job.id)

    def _remove(self, job_id: JobId) -> None:
        self._lifecycle.delete([job_id])
        shutil.rmtree(self._jobs_folder / job_id, ignore_errors=True)

    def _helps(self, job: Job) -> str:
        return f"Helps {self._machines.name_of(job.parent.node)}." if job.parent else ""

    # The three loops

    def _is_on(self, work: ChildWork) -> bool:
        return not self._stop.is_set() and self.work(work.job.id) is work

    def _pull(self, work: ChildWork) -> None:
        prepared = self._insist(work, lambda: self._prepare(work))
        while prepared and self._is_on(work):
            work.wanted.wait(TELL_SECONDS)
            may_begin = self._node.may_begin
            if work.wanted.is_set() and not work.has_lease and may_begin and self._is_on(work):
                self._insist(work, lambda: self._pull_once(work))
            elif work.has_lease or not may_begin:
                self._stop.wait(0.05)

    def _pull_once(self, work: ChildWork) -> None:
        # Else a parent that gave up what this child holds would give it the same frames once more.
        self._ask_after_silence(work)
        work.pull()

    def _tell(self, work: ChildWork) -> None:
        while self._is_on(work):
            work.has_news.wait(TELL_SECONDS * self._scale)
            # A moment for more news to come, so that they travel together.
            self._stop.wait(0.02)
            if self._is_on(work) and (work.has_news.is_set() or not work.is_idle):
                self._insist(work, lambda: self._tell_once(work), tries=1)
        if not self._stop.is_set():
            self._tell_the_rest(work)

    def _tell_the_rest(self, work: ChildWork) -> None:
        """The job has ended: what the engine printed last is still wanted, and nothing hangs on it."""
        try:
            work.tell()
        except ZordonError as error:
            log.info("The last lines for job %s were not told: %s", work.job.id, error)

    def _tell_once(self, work: ChildWork) -> None:
        work.tell()
        self._told[work.job.id] = self._moment()

    def _moment(self) -> tuple[float, datetime]:
        """A clock that stands still while the machine sleeps, and one that does not."""
        return self._clock.monotonic(), self._clock.now()

    def _ask_after_silence(self, work: ChildWork) -> None:
        """After a sleep, a freeze or a cut cable the parent is asked first what still counts (reliability.md, R6)."""
        now, told = self._moment(), self._told.get(work.job.id)
        silent = max(now[0] - told[0], (now[1] - told[1]).total_seconds()) if told is not None else math.inf
        if silent > SILENT_SECONDS * self._scale:
            self._tell_once(work)

    def _send(self, work: ChildWork) -> None:
        while self._is_on(work):
            if work.has_parcels.wait(TELL_SECONDS) and self._is_on(work):
                self._insist(work, lambda: work.send(lambda: self._ask_after_silence(work)))

    def _insist(self, work: ChildWork, step: Callable[[], object], *, tries: int = 0) -> bool:
        """Do it, and again while the parent does not answer; False when it says no, or nobody wants it any more."""
        failed = 0
        while self._is_on(work):
            try:
                step()
            except (PeerGone, DiskFull) as error:
                log.info("Job %s: %s", work.job.id, error)
                if not self._machines.is_member(work.parent):
                    self._end(work.job.id, str(error))
                    return False
                self._stop.wait(RETRY_SECONDS[min(failed, len(RETRY_SECONDS) - 1)] * self._scale)
                failed += 1
                if failed == tries:
                    return False
            except Exception as error:  # noqa: BLE001 - sorted out there
                if self._gives_up(work, error):
                    return False
            else:
                return True
        return False

    def _gives_up(self, work: ChildWork, error: Exception) -> bool:
        """Whether that could be written down; with a full disk it is tried again."""
        try:
            self._give_up(work, error)
        except DiskFull:
            self._stop.wait(TELL_SECONDS * self._scale)
            return False
        return True

    def _give_up(self, work: ChildWork, error: Exception) -> None:
        match error:
            case JobNotFound() | Forbidden():
                self._end(work.job.id, str(error))
            case ZordonError():
                log.warning("Job %s: %s", work.job.id, error)
                self._fail(work, str(error))
            case _:
                log.error("Helping with job %s met an unexpected error", work.job.id, exc_info=error)
                self._fail(work, "Something went wrong in Zordon; the log file has the details.")

    def _fail(self, work: ChildWork, reason: str) -> None:
        with self._state.lock:
            job_id = work.job.id
            if self._state.has(job_id) and not self._state.job(job_id).status.is_final:
                self._lifecycle.stop(job_id, JobStatus.ERROR, reason)
        work.say(JobStatus.ERROR, reason)

    def _prepare(self, work: ChildWork) -> None:
        """Learn what the job needs, and bring its project here."""
        parent = work.job.parent
        if parent is None:
            return
        link = self._machines.link(parent.node)
        offer = link.offer(parent.job)
        self._await_build(work, offer.build)
        manifest = link.project(parent.job)
        name = self._machines.name_of(parent.node)
        address = link.read_in_parts(parent.job, manifest) if offer.reads_parts else ""
        project = address or link.fetch(
            parent.job, manifest, lambda _message, fraction: self._say_copied(work, name, fraction)
        )
        # What is missing at home is missing here; anything else that lacks would be another picture.
        self._describe(work, offer, str(project), missing=list(manifest.missing))

    def _await_build(self, work: ChildWork, build: BuildRef) -> None:
        # Nothing is said of what is there: seven machines that say it at once keep their parent busy.
        if self._builds.find(build) is None:
            self._say(work, f"Needs {self._registry.label_of(build.engine)} {build.version}.")
        while self._is_on(work) and self._builds.find(build) is None:
            self._stop.wait(ASK_SECONDS * self._scale)

    def _say_copied(self, work: ChildWork, name: str, fraction: float) -> None:
        if fraction < 1.0:
            self._say(work, f"Copies the project from {name} ({fraction:.0%}).")

    def _describe(self, work: ChildWork, offer: JobOffer, project: str, *, missing: list[str]) -> None:
        with self._state.change() as change:
            job = change.job(work.job.id)
            job.name, job.build, job.project = offer.name, offer.build, project
            job.args, job.facts, job.fps = offer.args, offer.facts | {"missing": missing}, offer.fps
            job.start_frame, job.end_frame, job.expected = offer.start_frame, offer.end_frame, offer.expected
        with self._state.lock:
            job = self._state.job(work.job.id)
            if job.status == JobStatus.CONFIGURING:
                self._lifecycle.set_job_status(job.id, JobStatus.NOT_STARTED, f"Ready. {self._helps(job)}")
            work.job = self._state.job(work.job.id)
        work.say(JobStatus.RUNNING, "")

    def _say(self, work: ChildWork, reason: str) -> None:
        with self._state.lock:
            if self._state.has(work.job.id) and self._state.job(work.job.id).status == JobStatus.CONFIGURING:
                self._lifecycle.set_job_status(work.job.id, JobStatus.CONFIGURING, reason)
        work.say(JobStatus.CONFIGURING, reason)
