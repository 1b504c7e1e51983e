"""Jobs as the API shows them, encoded once per change."""

from collections.abc import Callable

import msgspec

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job, JobPlan, Unit
from zordon_app.domain.pictures import SENTENCES, Mark
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.domain.views import JobView, MadeBy, PlanView, UnitView
from zordon_app.engines.base import Build
from zordon_app.farm.ledger.feed import ChangeFeed
from zordon_app.farm.ledger.ordering import queue
from zordon_app.farm.ledger.progress import LiveProgress
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.reading.queue_end import remaining
from zordon_app.farm.scheduling import planner
from zordon_app.farm.scheduling.speeds import Speeds


class JobViews:
    """Builds views, and keeps the encoded form of each until its job changes."""

    def __init__(
        self,
        state: FarmState,
        feed: ChangeFeed,
        progress: LiveProgress,
        speeds: Speeds,
        node_name: Callable[[], str],
        name_of: Callable[[str], str] = str,
    ) -> None:
        """Show jobs of ``state``; ``node_name`` is the machine they were submitted to, ``name_of`` that of any."""
        self._state = state
        self._feed = feed
        self._progress = progress
        self._speeds = speeds
        self._node_name = node_name
        self._name_of = name_of
        self._encode = msgspec.json.Encoder().encode
        self._encoded: dict[JobId, tuple[int, bytes]] = {}
        self._all: tuple[str, bytes] = ("", b"")
        state.listen(self._forget_deleted)

    def view(self, job_id: str) -> JobView:
        """One job as it is now."""
        with self._state.lock:
            return self._view(self._state.job(job_id))

    def encoded(self, job_id: JobId) -> bytes:
        """JSON of one job; from the cache when it has not changed."""
        return self._encoded_at(job_id, self._feed.rev(job_id))

    def all_encoded(self) -> bytes:
        """``{"jobs": […], "token": "…"}`` in queue order; from the cache when nothing has changed."""
        with self._state.lock:
            token = self._feed.token()
            if self._all[0] == token:
                return self._all[1]
            revs = self._feed.revs()
            jobs = [self._encoded_at(job.id, revs[job.id]) for job in queue(self._state.jobs())]
        data = b'{"jobs":[' + b",".join(jobs) + b'],"token":' + self._encode(token) + b"}"
        self._all = (token, data)
        return data

    def _encoded_at(self, job_id: JobId, rev: int) -> bytes:
        # Reading and writing one key of a dict is atomic; at worst two readers encode the same view.
        known = self._encoded.get(job_id)
        if known is not None and known[0] == rev:
            return known[1]
        data = self._encode(self.view(job_id))
        self._encoded[job_id] = (rev, data)
        return data

    def _forget_deleted(self, _changed: list[JobId]) -> None:
        if len(self._encoded) > len(self._state.jobs()):
            self._encoded = {key: value for key, value in self._encoded.items() if self._state.has(key)}

    def _view(self, job: Job) -> JobView:
        fractions = self._progress.of_job(job.id)
        return JobView(
            id=job.id,
            name=job.name,
            engine=job.engine,
            renderer=job.engine,
            engine_version=job.build.version,
            status=job.status,
            reason=job.reason,
            progress=job_progress(job, fractions),
            units=job.counts,
            start_frame=job.start_frame,
            end_frame=job.end_frame,
            frames=job.frames,
            args=job.args,
            priority=job.priority,
            order=job.order,
            parent=job.parent,
            child_jobs=job.child_jobs,
            enable_split_jobs=job.enable_split_jobs,
            created_at=job.created_at,
            started_at=job.started_at,
            ended_at=job.ended_at,
            eta_seconds=self._eta(job, fractions),
            errors=job.errors,
            warnings=[*job.warnings, *(f"{SENTENCES[Mark(mark)]} {units}." for mark, units in job.marks.items())],
            marks=job.marks,
            held_for_files=job.held_for_files,
            output_path=job.output_path,
            owns_output=job.owns_output,
            file_count=len(job.files) if job.assemble else job.counts.done,
            node=self._node_name(),
            nodes=list(job.nodes),
            machines=made_by(job, self._name_of),
            ran_seconds=job.ran_seconds,
            ran_at=job.ran_at,
            machine_seconds=job.machine_seconds,
            max_attempts=job.max_attempts,
            after=list(job.after),
            start_at=job.start_at,
            existing=job.existing,
            preset=job.preset,
            project=job.project,
            project_policy=job.project_policy,
            project_sha256=job.project_sha256 or None,
            project_hashed=job.project_hashed,
            project_changed=job.project_changed,
            project_kept=job.project_kept,
            fps=job.fps,
            width=int(job.facts.get("width", 0) or (job.expected.width if job.expected else 0)),
            height=int(job.facts.get("height", 0) or (job.expected.height if job.expected else 0)),
            last_unit=job.last_unit,
            rev=self._feed.rev(job.id),
        )

    def _eta(self, job: Job, fractions: dict[int, float]) -> float | None:
        if job.status != JobStatus.RUNNING:
            return None
        return planner.eta_seconds(
            remaining=remaining(job, fractions),
            units_per_second=self._speeds.units_per_second(job.id),
            done=job.counts.done,
        )


def made_by(job: Job, name_of: Callable[[str], str]) -> list[MadeBy]:
    """The machines that made units of a job or have some in hand, those that did most first."""
    # A machine may have left the farm since; what it was called is still known.
    names = {str(child.get("node", "")): str(child.get("node_name", "")) for child in job.child_jobs}
    found = [
        MadeBy(
            node=node, name=names.get(node) or name_of(node), done=job.made.get(node, 0), in_hand=job.held.get(node, 0)
        )
        for node in {**job.made, **job.held}
    ]
    return sorted(found, key=lambda part: (-part.done, -part.in_hand, part.name))


def job_progress(job: Job, fractions: dict[int, float]) -> float:
    """0–1: done and skipped units, and the fractions of those in work."""
    if job.status == JobStatus.COMPLETED:
        return 1.0
    total = job.counts.total
    ended = job.counts.done + job.counts.skipped
    return round(min((ended + sum(fractions.values())) / total, 0.9999), 4) if total else 0.0


def plan_view(build: Build, plan: JobPlan) -> PlanView:
    """A plan for the API."""
    return PlanView(
        engine=build.engine,
        engine_version=build.version,
        units=len(plan.units),
        start_frame=min(unit.first for unit in plan.units),
        end_frame=max(unit.last for unit in plan.units),
        unsplittable=str(plan.facts.get("unsplittable", "")),
        warnings=list(plan.warnings),
    )


def unit_view(unit: Unit, fraction: float) -> UnitView:
    """One row of the ledger for the API."""
    ended = unit.state in {UnitState.DONE, UnitState.SKIPPED}
    return UnitView(
        unit=unit.spec.number,
        first=unit.spec.first,
        last=unit.spec.last,
        state=unit.state,
        attempt=unit.attempt,
        failures=unit.failures,
        node=unit.node,
        file=unit.spec.file,
        sha256=unit.sha256,
        project_sha256=unit.project,
        bytes=unit.bytes,
        seconds=unit.seconds,
        progress=1.0 if ended else fraction,
        marks=list(unit.marks),
        error=unit.error,
        started_at=unit.started_at,
        ended_at=unit.ended_at,
    )
