"""Granting leases: what the planner picks for a node that asks."""

from collections.abc import Callable
from pathlib import Path

from zordon_app.domain.ids import JobId, LeaseId, NodeId, new_lease_id
from zordon_app.domain.jobs import Job, as_read
from zordon_app.domain.leases import Lease
from zordon_app.domain.sharing import HELPING
from zordon_app.domain.statuses import JobStatus
from zordon_app.engines.assignments import Assignment
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import DiskFull
from zordon_app.farm.intake.build_binding import bound_build
from zordon_app.farm.interfaces import Builds, Clock, Disk
from zordon_app.farm.ledger import ordering
from zordon_app.farm.ledger.job_guard import JobGuard
from zordon_app.farm.ledger.lifecycle import Lifecycle, artifact_folder
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.scheduling import planner
from zordon_app.farm.scheduling.blocklist import Blocklist
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.farm.scheduling.leases import HeldLease
from zordon_app.farm.scheduling.speeds import Speeds
from zordon_app.guard import Guard

LOOP = "Giving out frames"

PEER_AT_WORK_SECONDS = 60.0
"""A peer that asked for units of a job so lately still works for it."""


class Dispatcher:
    """Grants leases to nodes that ask."""

    def __init__(
        self,
        state: FarmState,
        lifecycle: Lifecycle,
        speeds: Speeds,
        leases: LeaseKeeper,
        *,
        registry: EngineRegistry,
        builds: Builds,
        disk: Disk,
        clock: Clock,
        jobs_folder: Path,
        blocklist: Blocklist,
        guard: Guard | None = None,
    ) -> None:
        """Grant from ``state``; ``leases`` are those that are out."""
        self._state = state
        self._lifecycle = lifecycle
        self._speeds = speeds
        self._registry = registry
        self._builds = builds
        self._disk = disk
        self._clock = clock
        self._jobs_folder = jobs_folder
        self._blocklist = blocklist
        self._leases = leases
        self._jobs = JobGuard(guard, lifecycle)
        self._asked: dict[tuple[JobId, str], float] = {}
        """When each peer asked last for units of a job."""
        self._closed = False

    def next_lease(
        self, node: NodeId, node_name: str, *, wait: float, may_work: Callable[[], bool], job: JobId | None = None
    ) -> Lease | None:
        """Wait up to ``wait`` seconds for work; None when there is none, or the node may not work.

        ``job`` is the one that a peer asks for; this machine takes from any.
        """
        deadline = self._clock.monotonic() + wait
        with self._leases.changed:
            while not self._closed:
                lease = self._grant(node, node_name, job) if may_work() else None
                left = deadline - self._clock.monotonic()
                if lease is not None or left <= 0 or (job is not None and not self._is_open(job, node)):
                    return lease
                # An idle node looks again by itself: whether others are too slow shows only with time.
                self._leases.changed.wait(min(left, 1.0))
        return None

    def assignment(self, lease: Lease) -> Assignment:
        """A lease of this machine with all that is needed to render it. Raises BuildNotFound, JobNotFound."""
        job = self._state.job(lease.job)
        build = bound_build(job, self._builds, self._registry)
        return Assignment(lease=lease, job=as_read(job), engine=self._registry.get(job.engine), build=build)

    def best_rank(self, node: NodeId) -> int | None:
        """The priority of the best job that has work for a node; None when there is none."""
        with self._state.lock:
            return max((job.priority for job in self._candidates(node, None) if job.counts.waiting), default=None)

    def close(self) -> None:
        """Let every waiting node go."""
        with self._leases.changed:
            self._closed = True
            self._leases.changed.notify_all()

    def _is_open(self, job_id: JobId, peer: NodeId) -> bool:
        """Whether it is worth waiting: a peer that is let out of a job learns so from its next question."""
        if not self._state.has(job_id):
            return False
        job = self._state.job(job_id)
        return not job.status.is_final and planner.may_share(job, peer)

    def _candidates(self, node: NodeId, only: JobId | None) -> list[Job]:
        jobs = self._state.unsettled() if only is None else [self._state.job(only)] if self._state.has(only) else []
        return [job for job in jobs if self._leases.is_admitted(job, node, peer=only is not None)]

    def _grant(self, node: NodeId, node_name: str, only: JobId | None) -> Lease | None:
        if only is not None:
            self._asked[only, node] = self._clock.monotonic()
        jobs = ordering.queue([job for job in self._candidates(node, only) if job.counts.waiting])
        for job in jobs:
            lease = None
            with self._jobs.job(LOOP, job, passing=(DiskFull,)):
                if self._has_room(job) and (only is not None or self._has_build(job)):
                    lease = self._lease_waiting(job, node, node_name)
            if lease is not None:
                return lease
        return self._grant_held(node, node_name, only)

    def _grant_held(self, node: NodeId, node_name: str, only: JobId | None) -> Lease | None:
        """Nothing waits: take over what a slower node has not begun, or is far too long at."""
        for job in ordering.queue([job for job in self._candidates(node, only) if job.counts.leased]):
            lease = None
            with self._jobs.job(LOOP, job, passing=(DiskFull,)):
                if only is not None or self._builds.find(job.build) is not None:
                    lease = self._lease_held(job, node, node_name)
            if lease is not None:
                return lease
        return None

    def _lease_held(self, job: Job, node: NodeId, node_name: str) -> Lease | None:
        seconds = self._speeds.seconds_per_unit(job.id, node)
        others = {held.lease.id: held for held in self._leases.of_job(job.id) if self._leases.may_lose(held, node)}
        if seconds is None or not others:
            return None
        chosen = planner.take_over({lease_id: self._load(held) for lease_id, held in others.items()}, seconds)
        return None if chosen is None else self._take_over(job, others[LeaseId(chosen[0])], chosen[1], node, node_name)

    def _load(self, held: HeldLease) -> planner.Load:
        seconds = self._speeds.seconds_per_unit(held.lease.job, held.lease.node) or 0.0
        return held.load(seconds, self._clock.monotonic())

    def _take_over(self, job: Job, held: HeldLease, numbers: list[int], node: NodeId, node_name: str) -> Lease:
        self._leases.lose(held, numbers)
        return self._lease(job, numbers, node, node_name)

    def _has_build(self, job: Job) -> bool:
        """Whether this machine can render the job; if nobody can, the job is told what it waits for."""
        if self._builds.find(job.build) is not None:
            return True
        now = self._clock.monotonic()
        if not any(asked == job.id and now - at < PEER_AT_WORK_SECONDS for (asked, _), at in self._asked.items()):
            label = self._registry.label_of(job.engine)
            self._lifecycle.stop(
                job.id,
                JobStatus.CONFIGURING,
                f"No machine has {label} {job.build.version}. Install it, or change the job's version.",
            )
        return False

    def _has_room(self, job: Job) -> bool:
        shortage = self._disk.shortage(artifact_folder(job, self._jobs_folder)) or self._disk.shortage(
            self._jobs_folder
        )
        if shortage:
            self._lifecycle.stop(job.id, JobStatus.PAUSED, shortage, held_for_disk=True)
        return not shortage

    def _lease_waiting(self, job: Job, node: NodeId, node_name: str) -> Lease | None:
        nodes, holders, waiting = self._nodes_on(job, node), self._leases.holders(job.id), job.counts.waiting
        if planner.leaves_the_rest(waiting=waiting, holds_units=node in holders, idle=len(nodes - holders)):
            return None
        size = planner.lease_size(
            waiting=waiting,
            seconds_per_unit=self._speeds.seconds_per_unit(job.id, node),
            nodes=len(nodes),
            others_per_second=self._speeds.units_per_second(job.id, without=node, count=len(nodes) - 1),
            head_start=self._speeds.head_start(job.id, node, nodes - {node}),
        )
        now = self._clock.monotonic()
        avoid = self._blocklist.units_to_leave(job.id, node, alone=len(nodes) == 1, now=now)
        picked = planner.pick_units(list(self._state.ledger(job.id).values()), size, avoid)
        return self._lease(job, [unit.spec.number for unit in picked], node, node_name) if picked else None

    def _lease(self, job: Job, numbers: list[int], node: NodeId, node_name: str) -> Lease:
        units = self._lifecycle.grant(job.id, numbers, node, node_name)
        return self._leases.hold(new_lease_id(), job.id, node, units).lease

    def _nodes_on(self, job: Job, node: NodeId) -> set[NodeId]:
        now = self._clock.monotonic()
        asking = {
            NodeId(asker)
            for (asked, asker), at in self._asked.items()
            if asked == job.id and now - at < 2 * self._leases.lease_seconds
        }
        # Those that were asked to help and still fetch the project will want their share in a moment.
        asked = {NodeId(str(child["node"])) for child in job.child_jobs if child.get("status") in HELPING}
        return self._leases.holders(job.id) | asking | asked | {node}
