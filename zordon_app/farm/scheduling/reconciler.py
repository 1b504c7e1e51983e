"""Once a second: start what is due, go on where there is room again, take back what was lost."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from zordon_app.domain.jobs import Existing, Job, MissingFiles
from zordon_app.domain.reasons import PREPARING, QUEUED, RENDERING, WAITS
from zordon_app.domain.statuses import JobStatus
from zordon_app.domain.views import NodeView
from zordon_app.engines.registry import EngineRegistry
from zordon_app.farm.interfaces import Builds, Clock, Disk
from zordon_app.farm.ledger.job_guard import JobGuard
from zordon_app.farm.ledger.lifecycle import Lifecycle, artifact_folder
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.scheduling.blocklist import Blocklist
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.farm.scheduling.waiting_reasons import waiting_reason
from zordon_app.guard import Guard

LOOP = "Starting what is due"

OTHERWISE = {JobStatus.NOT_STARTED: QUEUED, JobStatus.RUNNING: RENDERING}
"""What jobs say that wait for no machine any more."""


class Reconciler:
    """Repairs and starts; ``run_once`` is called by a thread of its own."""

    def __init__(
        self,
        state: FarmState,
        lifecycle: Lifecycle,
        leases: LeaseKeeper,
        *,
        registry: EngineRegistry,
        builds: Builds,
        disk: Disk,
        clock: Clock,
        jobs_folder: Path,
        blocklist: Blocklist,
        nodes: Callable[[], Sequence[NodeView]],
        guard: Guard | None = None,
    ) -> None:
        """Look after ``state``; ``nodes`` are the machines of the farm, this one first."""
        self._state = state
        self._lifecycle = lifecycle
        self._leases = leases
        self._registry = registry
        self._builds = builds
        self._disk = disk
        self._clock = clock
        self._jobs_folder = jobs_folder
        self._blocklist = blocklist
        self._nodes = nodes
        self._guard = guard or Guard()
        self._jobs = JobGuard(guard, lifecycle)

    def run_once(self) -> None:
        """One round."""
        with self._guard.item(LOOP, "frames of machines that fell silent"):
            self._leases.take_back_expired()
        for job in self._state.unsettled():
            if job.parent is None:  # The child desk looks after the others.
                with self._jobs.job(LOOP, job):
                    self._look_at(job)
        self._say_who_is_awaited()

    def _look_at(self, job: Job) -> None:
        if job.status == JobStatus.SCHEDULED:
            self._start_if_due(job)
        elif job.held_for_disk:
            self._go_on_if_room(job)
        elif _may_be_prepared(job) and self._builds.find(job.build):
            self._set_first_status(job)

    def _say_who_is_awaited(self) -> None:
        """Of jobs that a person limited to some machines, and of those that nobody works on: which they wait for."""
        jobs = [job for job in self._state.unsettled() if job.parent is None]
        waiting = [job for job in jobs if _needs_machines(job) or _says_it_waits(job)]
        if not waiting:
            return
        this_node, *others = self._nodes()
        nodes = {node.id: node for node in (this_node, *others)}
        with self._state.lock:
            reasons = {}
            for job in waiting:
                if self._state.find(job.id) is not job:
                    continue  # It has changed meanwhile; the next round looks again.
                with self._jobs.job(LOOP, job):
                    words = self._words(job, nodes, this_node.id)
                    if words != job.reason:
                        reasons[job.id] = words
            self._lifecycle.set_reasons(reasons)

    def _words(self, job: Job, nodes: Mapping[str, NodeView], this_node: str) -> str:
        awaited = ""
        if _needs_machines(job):
            awaited = waiting_reason(
                job,
                nodes,
                this_node=this_node,
                label=self._registry.label_of(job.engine),
                is_left_out=partial(self._blocklist.is_left_out, job.id),
            )
        return awaited or (OTHERWISE[job.status] if _says_it_waits(job) else job.reason)

    def _start_if_due(self, job: Job) -> None:
        waits_for = self.reason_to_wait(job)
        if not waits_for:
            self._set_first_status(job)
        elif waits_for != job.reason:
            self._set_unless_changed(job, JobStatus.SCHEDULED, waits_for)

    def reason_to_wait(self, job: Job) -> str:
        """What a scheduled job waits for; empty when its time has come."""
        if job.start_at is not None and job.start_at > self._clock.now():
            return f"Starts at {job.start_at:%Y-%m-%d %H:%M} UTC."
        for other_id in job.after:
            if not self._state.has(other_id):
                continue  # Deleted jobs hold nobody up.
            other = self._state.job(other_id)
            if other.status != JobStatus.COMPLETED:
                return f"Starts after {other.name}, which is {other.status.replace('_', ' ')}."
        return ""

    def _set_first_status(self, job: Job) -> None:
        is_prepared = job.existing == Existing.SKIP or job.missing_files == MissingFiles.WAIT
        if is_prepared and not job.started_at:
            self._set_unless_changed(job, JobStatus.CONFIGURING, PREPARING)
        else:
            self._set_unless_changed(job, JobStatus.NOT_STARTED, QUEUED)

    def _set_unless_changed(self, job: Job, status: JobStatus, reason: str) -> None:
        """A person may have stopped or deleted it since it was looked at."""
        with self._state.lock:
            known = self._state.find(job.id)
            if known is not None and (known.status, known.held_for_disk) == (job.status, job.held_for_disk):
                self._lifecycle.set_job_status(job.id, status, reason)

    def _go_on_if_room(self, job: Job) -> None:
        folders = (artifact_folder(job, self._jobs_folder), Path(job.output_path), self._jobs_folder)
        if not any(self._disk.shortage(folder) for folder in folders):
            self._set_unless_changed(job, JobStatus.NOT_STARTED, "There is room again; it goes on by itself.")


def _needs_machines(job: Job) -> bool:
    """Whether somebody has to begin with it. Without a list thousands of the queue would all say the same."""
    if job.status == JobStatus.NOT_STARTED:
        return bool(job.nodes)
    return job.status == JobStatus.RUNNING and job.counts.waiting > 0 and job.counts.leased == 0


def _says_it_waits(job: Job) -> bool:
    return job.status in OTHERWISE and job.reason.startswith(WAITS)


def _may_be_prepared(job: Job) -> bool:
    """Whether nothing but its build can have kept a job from being prepared."""
    return job.status == JobStatus.CONFIGURING and job.reason != PREPARING and not job.held_for_files
