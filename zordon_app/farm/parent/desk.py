"""What other nodes ask while work is shared: leases of our jobs, news and results of theirs, the project's files."""

from pathlib import Path

from zordon_app.domain.ids import JobId, LeaseId, NodeId
from zordon_app.domain.jobs import Job, Unit
from zordon_app.domain.leases import Lease, LeasedUnit, LeaseOrder
from zordon_app.domain.projects import ProjectManifest
from zordon_app.domain.results import CheckedFile
from zordon_app.domain.sharing import (
    STALE,
    ChildOrders,
    ChildUpdate,
    Delivered,
    JobOffer,
    LeaseAsk,
    LeaseGiven,
    News,
    NewsKind,
)
from zordon_app.domain.statuses import UnitState
from zordon_app.errors import BadRequest, Forbidden, ZordonError
from zordon_app.farm.child.child_jobs import ChildJobs
from zordon_app.farm.completion.results import Results
from zordon_app.farm.interfaces import CheckFile, Machines
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.progress import LiveProgress
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.parent.by_job import ByJob
from zordon_app.farm.parent.log_receiver import LogReceiver
from zordon_app.farm.parent.project_transfer import JobProjects
from zordon_app.farm.scheduling import planner
from zordon_app.farm.scheduling.dispatcher import Dispatcher
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.farm.scheduling.version_watch import VersionWatch


class ParentDesk:
    """Answers the children of this node's jobs. ``node`` is always the device that signed in, never what it says."""

    def __init__(
        self,
        state: FarmState,
        *,
        dispatcher: Dispatcher,
        leases: LeaseKeeper,
        lifecycle: Lifecycle,
        results: Results,
        progress: LiveProgress,
        check: CheckFile,
        machines: Machines,
        projects: JobProjects,
        children: ChildJobs,
        logs: LogReceiver,
        watch: VersionWatch,
    ) -> None:
        """Hand out the jobs of ``state``; ``children`` are those that this node helps with."""
        self._state = state
        self._dispatcher = dispatcher
        self._leases = leases
        self._lifecycle = lifecycle
        self._results = results
        self._progress = progress
        self._check = check
        self._machines = machines
        self._projects = projects
        self._children = children
        self._watch = watch
        self._logs = logs
        self._heard: ByJob[dict[tuple[str, str], int]] = ByJob(dict, state.has)
        """The number of the last update of each child."""

    def offer(self, job_id: str, node: str) -> JobOffer:
        """What a child must know. Raises JobNotFound, Forbidden."""
        job = self._shared(job_id, node)
        return JobOffer(
            job=job.id,
            name=job.name,
            engine=job.engine,
            build=job.build,
            args=job.args,
            facts=job.facts,
            fps=job.fps,
            priority=job.priority,
            start_frame=job.start_frame,
            end_frame=job.end_frame,
            assemble=job.assemble,
            expected=job.expected,
            reads_parts=job.reads_parts,
        )

    def lease(self, job_id: str, node: str, ask: LeaseAsk) -> LeaseGiven:
        """Units for a child, as soon as there are some. Raises Forbidden."""
        if not self._state.has(job_id):
            return LeaseGiven(ended=True)
        job = self._shared(job_id, node)
        if _is_stale(job, node):
            return LeaseGiven(ended=True)
        name = self._machines.name_of(node)
        lease = self._dispatcher.next_lease(
            NodeId(node), name, wait=ask.wait, may_work=lambda: not self._machines.is_held(node), job=job.id
        )
        if lease is not None and not self._watch.may_go_on(job.id):
            self._results.give_back(lease, list(lease.units))
            lease = None
        return LeaseGiven(lease=lease, ended=lease is None and self._has_ended(job.id))

    def update(self, job_id: str, node: str, update: ChildUpdate) -> ChildOrders:
        """Take a child's news, renew its leases, and tell it what to do. Raises Forbidden."""
        if not self._state.has(job_id):
            stop = {holding.lease: LeaseOrder.STOP_NOW for holding in update.holding}
            return ChildOrders(orders=stop, ended=True)
        job = self._shared(job_id, node)
        if self._is_new(job.id, update):
            for news in update.news:
                self._take(job.id, node, news)
            self._hear(job.id, node, update)
        self._note(job, node, update)
        orders, lost = {}, {}
        for holding in update.holding:
            orders[holding.lease] = self._leases.renew(
                job.id, NodeId(node), holding.lease, dict(holding.units), holding.made
            )
            lost[holding.lease] = sorted(self._leases.lost(holding.lease))
        return ChildOrders(orders=orders, lost=lost, ended=self._has_ended(job.id) or _is_stale(job, node))

    def deliver(
        self,
        job_id: str,
        node: str,
        number: int,
        *,
        attempt: int,
        lease: str,
        sha256: str,
        seconds: float,
        program: str,
        path: Path,
    ) -> Delivered:
        """Check a result again and publish it; the file at ``path`` is moved away.

        Raises:
            Forbidden: not this node's work.
            BadRequest: the file is damaged or not what was asked for; the attempt has failed.
            DiskFull: no room here at present; the child keeps it and tries again.
        """
        if not self._state.has(job_id):
            return Delivered(published=False)
        job = self._shared(job_id, node)
        unit = self._state.unit(job.id, number)
        if unit.state == UnitState.DONE and unit.attempt == attempt and unit.sha256 == sha256:
            return Delivered(published=True)  # The answer to the first delivery was lost on its way.
        if unit.node != node or unit.attempt != attempt or unit.state == UnitState.DONE:
            self._lifecycle.set_aside(job.id)
            return Delivered(published=False)
        held = _lease(lease, job.id, node, unit, attempt)
        try:
            found = self._check(path, unit.spec.expected)
            if found.sha256 != sha256:
                raise BadRequest(f"{unit.spec.file} arrived damaged from {self._machines.name_of(node)}.")
        except (ZordonError, OSError) as error:
            self._results.fail(held, held.units[0], str(error))
            raise BadRequest(str(error)) from error
        file = CheckedFile(
            path=path,
            sha256=found.sha256,
            bytes=found.bytes,
            picture=found.picture,
            seconds=seconds,
            program=program,
        )
        return Delivered(published=self._results.deliver(held, held.units[0], file))

    def project(self, job_id: str, node: str) -> ProjectManifest:
        """The files of a job's project. Raises JobNotFound, Forbidden, BadRequest."""
        job = self._shared(job_id, node)
        self._watch.may_go_on(job.id)
        return self._projects.manifest(job)

    def project_file(self, job_id: str, node: str, sha256: str) -> Path:
        """One of them. Raises JobNotFound, Forbidden, NotFound."""
        return self._projects.file(self._shared(job_id, node), sha256)

    def end(self, job_id: str, node: str) -> None:
        """A parent says that its job has ended. Raises JobNotFound."""
        self._children.end(job_id, node)

    def _note(self, job: Job, node: str, update: ChildUpdate) -> None:
        """Show how a child stands, when that has changed."""
        with self._state.lock:
            job = self._state.find(job.id) or job
            known = next((child for child in job.child_jobs if child.get("node") == node), None)
            if update.status and known is not None and known.get("status") in {"running", "configuring", "error"}:
                child = {**known, "status": update.status, "reason": update.reason}
                if child != known and self._state.has(job.id):
                    self._lifecycle.note_child(job.id, child)

    def _shared(self, job_id: str, node: str) -> Job:
        job = self._state.job(job_id)
        if not planner.may_share(job, node):
            raise Forbidden("This job is not shared with that machine.")
        return job

    def _has_ended(self, job_id: JobId) -> bool:
        return not self._state.has(job_id) or self._state.job(job_id).status.is_final

    def _is_new(self, job_id: JobId, update: ChildUpdate) -> bool:
        """Whether these news were not taken yet: they come again when an answer got lost, and perhaps out of order."""
        heard, told = self._heard.of(job_id), (update.id, update.boot)
        if update.seq and update.seq <= heard.get(told, 0):
            return False
        heard[told] = update.seq
        return True

    def _hear(self, job_id: JobId, node: str, update: ChildUpdate) -> None:
        """Keep what engines printed there, of units that this machine has or had last."""
        ledger = self._state.ledger(job_id)
        for piece in update.logs:
            unit = ledger.get(piece.unit)
            if unit is not None and unit.node == node:
                self._logs.take(job_id, update.id, self._machines.name_of(node), piece)

    def _take(self, job_id: JobId, node: str, news: News) -> None:
        if news.kind == NewsKind.WARNING:
            self._results.warn(job_id, news.message)
            return
        unit = self._state.ledger(job_id).get(news.unit) if news.unit is not None else None
        if unit is None or unit.node != node or unit.attempt != news.attempt or unit.state != UnitState.LEASED:
            return  # Late news of a unit that somebody else has by now, or that is done.
        lease = _lease(news.lease, job_id, node, unit, unit.attempt)
        match news.kind:
            case NewsKind.STARTED:
                self._leases.begin(news.lease, unit.spec.number)
                self._progress.set(job_id, unit.spec.number, 0.0)
            case NewsKind.PROGRESS:
                self._progress.set(job_id, unit.spec.number, news.fraction)
            case NewsKind.FAILED:
                self._results.fail(lease, lease.units[0], f"{news.message} ({self._machines.name_of(node)})")
            case NewsKind.RETURNED:
                self._results.give_back(lease, list(lease.units))
            case NewsKind.FATAL:
                # On another machine a project may fail for that machine's own reasons; only this attempt is to blame.
                self._results.fail(lease, lease.units[0], f"{news.message} ({self._machines.name_of(node)})")


def _is_stale(job: Job, node: str) -> bool:
    """Whether a machine has an older version of the project: it ends its child job, and is asked anew."""
    return any(child.get("node") == node and child.get("status") == STALE for child in job.child_jobs)


def _lease(lease_id: str, job_id: JobId, node: str, unit: Unit, attempt: int) -> Lease:
    units = (LeasedUnit(spec=unit.spec, attempt=attempt),)
    return Lease(id=LeaseId(lease_id), job=job_id, node=NodeId(node), units=units, seconds=0.0)
