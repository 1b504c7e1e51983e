"""Asking other nodes for help: pure choice of whom, and the calls that do it."""

import logging
import threading
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from zordon_app.domain.jobs import Job, ParentRef
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.reasons import RENDERING
from zordon_app.domain.sharing import HELPING, LEFT_OUT, STALE
from zordon_app.domain.statuses import JobStatus
from zordon_app.errors import PeerGone, ZordonError
from zordon_app.farm.interfaces import Machines
from zordon_app.farm.ledger import ordering
from zordon_app.farm.ledger.job_guard import JobGuard
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.parent.call_queue import CallQueue, PeerCall
from zordon_app.farm.scheduling import planner
from zordon_app.farm.scheduling.blocklist import Blocklist
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.guard import Guard

log = logging.getLogger(__name__)

LOOP = "Sharing work"
LASTING_ROUNDS = 3
SHARED_AT_ONCE = 4
"""Jobs at the head of the queue that peers are asked to help with; those behind wait for their turn."""


class Ask(Struct, frozen=True):
    """One peer to be asked to help with one job."""

    job: Job
    node: str


def whom_to_ask(jobs: Sequence[Job], usable: Collection[str]) -> list[Ask]:
    """Peers that do not help with the jobs that go first; those whose help has ended may help again."""
    open_jobs = [job for job in jobs if job.enable_split_jobs and job.parent is None and job.status.is_active]
    shared = [job for job in ordering.queue(open_jobs) if job.counts.waiting][:SHARED_AT_ONCE]
    return [
        Ask(job, node)
        for job in shared
        for node in sorted(usable)
        if planner.may_work(job, node) and not any(_is_of(child, node) for child in job.child_jobs)
    ]


class Recruiting:
    """Again and again: asks peers for help, tells them when a job has ended, and says who works on what."""

    def __init__(
        self,
        state: FarmState,
        lifecycle: Lifecycle,
        *,
        machines: Machines,
        leases: LeaseKeeper,
        blocklist: Blocklist,
        this_node: str,
        guard: Guard | None = None,
    ) -> None:
        """Share the jobs of ``state``."""
        self._state = state
        self._lifecycle = lifecycle
        self._machines = machines
        self._leases = leases
        self._blocklist = blocklist
        self._this_node = this_node
        self._rounds_alone: dict[str, int] = {}
        """For how many rounds only others have worked on a job."""
        self._seen: set[str] = set()
        self._jobs = JobGuard(guard, lifecycle)
        self._calls = CallQueue(guard)
        self._changed = threading.Event()
        state.listen(self._look_for_new)

    def close(self) -> None:
        """Wait for nothing any more but the answers to what was asked."""
        self._changed.set()
        self._calls.close()

    def _look_for_new(self, changed: Collection[str]) -> None:
        if not self._seen.issuperset(changed):
            self._changed.set()

    def run_once(self, wait: float = 0.0) -> None:
        """One round, after ``wait`` seconds or as soon as there is a new job."""
        self._changed.wait(wait)
        self._changed.clear()
        jobs = self._state.unsettled()
        self._seen = {job.id for job in jobs}
        self._rounds_alone = {job_id: rounds for job_id, rounds in self._rounds_alone.items() if job_id in self._seen}
        for node, calls in self._what_to_say(jobs).items():
            self._calls.begin(node, calls)
        for job in jobs:
            if job.parent is None and job.child_jobs:
                with self._jobs.job(LOOP, job):
                    self._look_after(job)

    def _what_to_say(self, jobs: Sequence[Job]) -> dict[str, list[PeerCall]]:
        """By machine: helping with a job that goes on, and the end of one that has ended or goes on without it."""
        calls: dict[str, list[PeerCall]] = defaultdict(list)
        for ask in whom_to_ask(jobs, self._machines.usable() if jobs else ()):
            calls[ask.node].append(partial(self._ask, ask))
        for job in jobs:
            with self._jobs.job(LOOP, job):
                for child in job.child_jobs if job.parent is None else ():
                    node = str(child.get("node", ""))
                    is_wanted = not job.status.is_final and planner.may_share(job, node)
                    is_helping, is_stale = child.get("status") in HELPING, child.get("status") == STALE
                    if node and (is_stale or (is_helping and not is_wanted)):
                        calls[node].append(partial(self._end_child, job, child))
        return calls

    def _ask(self, ask: Ask) -> None:
        with self._jobs.job(LOOP, ask.job, passing=(PeerGone,)):
            self._ask_for(ask.job, ask.node)

    def _ask_for(self, job: Job, node: str) -> None:
        known = self._state.find(job.id)
        if known is None or not planner.may_help(known, node):
            return  # Others were asked before it, and that took its time.
        try:
            child = self._machines.link(node).add_child(_request(job, self._this_node, node))
        except PeerGone:
            raise
        except ZordonError as error:
            log.info("%s does not help with job %s: %s", node, job.id, error)
            self._note(job, {"node": node, "status": "refused", "reason": str(error)})
            return
        self._note(job, {"id": child, "node": node, "status": "running", "reason": ""})

    def _end_child(self, job: Job, child: dict[str, Any]) -> None:
        with self._jobs.job(LOOP, job, passing=(PeerGone,)):
            self._end_help(job, child)

    def _end_help(self, job: Job, child: dict[str, Any]) -> None:
        try:
            self._machines.link(str(child["node"])).end_child(job.id)
        except PeerGone:
            raise  # It learns when it asks for work.
        except ZordonError as error:
            log.info("Child of job %s: %s", job.id, error)
        self._note(job, {**child, "status": "ended"})

    def _note(self, job: Job, child: dict[str, object]) -> None:
        named = {**child, "node_name": self._machines.name_of(str(child["node"]))}
        with self._state.lock:
            if self._state.has(job.id):
                self._lifecycle.note_child(job.id, named)

    def _look_after(self, job: Job) -> None:
        if job.status.is_final:
            return
        for child in job.child_jobs:
            node = str(child.get("node", ""))
            if not self._machines.is_member(node) and child.get("status") != "ended":
                self._let_go(job, child, "ended")  # Should it join again, it is asked again.
            elif child.get("status") == "running" and self._blocklist.is_left_out(job.id, node):
                name = self._machines.name_of(node)
                self._lifecycle.warn(job.id, f"{name} is left out: it failed what other machines render well.")
                self._let_go(job, child, LEFT_OUT)
        self._show_who_works(job)

    def _let_go(self, job: Job, child: dict[str, Any], status: str) -> None:
        """From now on it may not even say what it holds; that waits again at once."""
        self._note(job, {**child, "status": status})
        self._leases.take_back_from(str(child.get("node", "")), job.id)

    def _show_who_works(self, job: Job) -> None:
        """Nothing left to begin here, but others still work: that is a status of its own."""
        holders = self._leases.holders(job.id)
        only_others = bool(holders) and self._this_node not in holders and not job.counts.waiting
        self._rounds_alone[job.id] = self._rounds_alone.get(job.id, 0) + 1 if only_others else 0
        # Between two leases a node holds nothing for a moment; that is no change worth showing.
        is_lasting = self._rounds_alone[job.id] >= LASTING_ROUNDS
        with self._state.lock:
            if not self._state.has(job.id) or self._state.job(job.id).status != job.status:
                return
            if is_lasting and job.status == JobStatus.RUNNING:
                names = ", ".join(sorted(self._machines.name_of(node) for node in holders))
                self._lifecycle.set_job_status(job.id, JobStatus.WAITING_FOR_SUBJOBS, f"Finishing on {names}.")
            elif not only_others and job.status == JobStatus.WAITING_FOR_SUBJOBS:
                self._lifecycle.set_job_status(job.id, JobStatus.RUNNING, RENDERING)


def _is_of(child: dict[str, Any], node: str) -> bool:
    return child.get("node") == node and child.get("status") != "ended"


def _request(job: Job, this_node: str, node: str) -> JobRequest:
    return JobRequest(
        name=job.name,
        engine=job.engine,
        engine_version=job.build.version,
        priority=job.priority,
        parent=ParentRef(job=job.id, node=this_node),
        idempotency_key=f"{job.id}:{node}",
    )
