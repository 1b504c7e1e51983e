"""Jobs of other nodes that this one works for: taken in, prepared, worked on, ended."""

import logging
import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from zordon_app.domain.callers import Caller
from zordon_app.domain.ids import JobId, new_job_id
from zordon_app.domain.jobs import BuildRef, Job, ParentRef
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.statuses import JobStatus
from zordon_app.errors import BadRequest, Forbidden, JobNotFound
from zordon_app.farm.child.child_threads import LOOP, ChildThreads
from zordon_app.farm.child.child_work import ChildWork
from zordon_app.farm.child.preparation import Preparation, helps
from zordon_app.farm.interfaces import Clock, Machines, ParcelBox
from zordon_app.farm.ledger.job_guard import JobGuard
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.scheduling.this_node import ThisNode
from zordon_app.guard import Guard

log = logging.getLogger(__name__)

KEPT_SECONDS = 600.0
"""How long a child job that has ended is shown."""


class ChildJobs:
    """All child jobs of this node."""

    def __init__(
        self,
        state: FarmState,
        lifecycle: Lifecycle,
        *,
        machines: Machines,
        parcels: ParcelBox,
        preparation: Preparation,
        clock: Clock,
        node: ThisNode,
        jobs_folder: Path,
        read_log: Callable[[str, int, int], bytes],
        stop: threading.Event,
        scale: float,
        guard: Guard | None = None,
    ) -> None:
        """``read_log`` gives the log of a unit of a job from an offset; ``stop`` ends all threads.

        ``scale`` shortens the timers.
        """
        self._state = state
        self._lifecycle = lifecycle
        self._machines = machines
        self._parcels = parcels
        self._preparation = preparation
        self._clock = clock
        self._node = node
        self._jobs_folder = jobs_folder
        self._read_log = read_log
        self._stop = stop
        self._scale = scale
        self._guard = guard or Guard()
        self._jobs = JobGuard(guard, lifecycle)
        self._lock = threading.Lock()
        self._works: dict[JobId, ChildWork] = {}
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
            if job.parent is not None:
                with self._jobs.job(LOOP, job):
                    self._look_at(job)
        for work in self.works():
            with self._jobs.job(LOOP, work.job):
                work.return_unused(now=not self._node.may_begin)
                if not self._state.has(work.job.id):
                    self._drop(work.job.id)
        self._clear_box()
        self._threads = [thread for thread in self._threads if thread.is_alive()]

    def _clear_box(self) -> None:
        """A result that came into the box just as its job ended, or was cancelled here, is nobody's."""
        for child in self._parcels.children():
            job = self._state.find(child)
            if job is None or job.status in {JobStatus.COMPLETED, JobStatus.CANCELLED}:
                for parcel in self._parcels.of_job(child):
                    self._parcels.remove(parcel)

    def _look_at(self, job: Job) -> None:
        if job.status.is_final or job.status == JobStatus.PAUSED:
            self._drop(job.id)
            self._forget(job)
        elif self.work(job.id) is None:
            self._begin(job)

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
        threads = ChildThreads(
            work,
            preparation=self._preparation,
            machines=self._machines,
            node=self._node,
            clock=self._clock,
            is_wanted=lambda: self.work(job.id) is work,
            on_ended=lambda reason: self._end(job.id, reason),
            on_failed=lambda reason: self._fail(work, reason),
            stop=self._stop,
            scale=self._scale,
            guard=self._guard,
        )
        self._threads += threads.start()

    def _drop(self, job_id: JobId) -> None:
        with self._lock:
            work = self._works.pop(job_id, None)
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
                self._lifecycle.set_job_status(
                    job_id, JobStatus.RUNNING, helps(self._state.job(job_id), self._machines)
                )
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

    def _fail(self, work: ChildWork, reason: str) -> None:
        with self._state.lock:
            job_id = work.job.id
            if self._state.has(job_id) and not self._state.job(job_id).status.is_final:
                self._lifecycle.stop(job_id, JobStatus.ERROR, reason)
        work.say(JobStatus.ERROR, reason)
