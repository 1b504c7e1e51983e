"""The farm as the API sees it: each request becomes one decision of the lifecycle."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from zordon_app.domain.callers import Caller, Role, Upload
from zordon_app.domain.frames import parse_frames
from zordon_app.domain.ids import JobId, is_id
from zordon_app.domain.jobs import Job, Unit
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.reasons import PREPARING, QUEUED
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.domain.views import JobView, NodeView, OutputView, PlanView, UnitView
from zordon_app.errors import BadRequest, Conflict, IllegalChange, JobNotFound, NotFound
from zordon_app.farm.child.child_jobs import ChildJobs
from zordon_app.farm.intake import replacing
from zordon_app.farm.intake.folders import JobFolders
from zordon_app.farm.intake.intake import OFFERED, Intake
from zordon_app.farm.intake.sources import project_path
from zordon_app.farm.interfaces import Clock, Manifests, Outputs
from zordon_app.farm.ledger import ordering
from zordon_app.farm.ledger.feed import ChangeFeed
from zordon_app.farm.ledger.lifecycle import Lifecycle, artifact_folder
from zordon_app.farm.ledger.progress import LiveProgress
from zordon_app.farm.ledger.state import FarmState, fingerprint
from zordon_app.farm.reading.deltas import Deltas
from zordon_app.farm.reading.views import JobViews, plan_view, unit_view
from zordon_app.farm.scheduling.assignment import MachineAssignment
from zordon_app.farm.scheduling.dispatcher import Dispatcher
from zordon_app.farm.scheduling.nodes import NodeDesk

log = logging.getLogger(__name__)

STOP_SECONDS = 10.0
"""How long deleting waits for an engine to be gone."""


class FarmService:
    """Reads from the state, acts through the lifecycle."""

    def __init__(
        self,
        state: FarmState,
        *,
        lifecycle: Lifecycle,
        dispatcher: Dispatcher,
        intake: Intake,
        feed: ChangeFeed,
        views: JobViews,
        progress: LiveProgress,
        nodes: NodeDesk,
        assignment: MachineAssignment,
        children: ChildJobs,
        outputs: Outputs,
        manifests: Manifests,
        clock: Clock,
        jobs_folder: Path,
        live_engines: Callable[[], list[dict[str, Any]]],
        folders: JobFolders,
    ) -> None:
        """``live_engines`` tells of builds and downloads."""
        self._state = state
        self._lifecycle = lifecycle
        self._dispatcher = dispatcher
        self._intake = intake
        self._feed = feed
        self._views = views
        self._progress = progress
        self._nodes = nodes
        self._assignment = assignment
        self._children = children
        self._outputs = outputs
        self._manifests = manifests
        self._clock = clock
        self._jobs_folder = jobs_folder
        self._deltas = Deltas(state, feed, views, clock, nodes=nodes.views, live_engines=live_engines)
        self._folders = folders
        self._submitting = threading.Lock()
        """One submission at a time, so that a repeated idempotency key finds the first one's jobs."""

    # Reading

    def jobs_json(self) -> bytes:
        """The whole list, encoded."""
        return self._views.all_encoded()

    def token(self) -> str:
        """The present revision."""
        return self._feed.token()

    def wait(self, token: str | None, timeout: float) -> bool:
        """Block until something changed."""
        return self._feed.wait(token, timeout)

    def delta_json(self, token: str | None) -> bytes:
        """What changed since ``token``, encoded."""
        return self._deltas.since(token)

    def jobs_in_status(self, status: str) -> list[JobView]:
        """Jobs in one status."""
        try:
            wanted = JobStatus(status)
        except ValueError:
            raise BadRequest(f"There is no status {status[:40]!r}. Known: {', '.join(JobStatus)}.") from None
        found = [self._views.view(job.id) for job in self._state.jobs() if job.status == wanted]
        if not found:
            raise BadRequest(f"No job is {wanted.replace('_', ' ')}.")
        return found

    def job(self, job_id: str) -> JobView:
        """One job."""
        return self._views.view(self._known(job_id))

    def record(self, job_id: str) -> Job:
        """The stored job."""
        return self._state.job(self._known(job_id))

    def project_path(self, job_id: str) -> Path:
        """The project of a job on this machine."""
        return project_path(self.record(job_id))

    def units(self, job_id: str) -> list[UnitView]:
        """The ledger of one job."""
        with self._state.lock:
            fractions = self._progress.of_job(job_id)
            ledger = self._state.ledger(self._known(job_id))
            return [unit_view(unit, fractions.get(number, 0.0)) for number, unit in sorted(ledger.items())]

    def files(self, job_id: str) -> list[str]:
        """Published files."""
        job = self.record(job_id)
        if job.owns_output:
            return self._outputs.list(Path(job.output_path))
        ours = set(job.files) | {unit.artifact for unit in self._state.ledger(job.id).values() if not job.assemble}
        return [name for name in self._outputs.list(Path(job.output_path)) if name in ours]

    def output(self, job_id: str) -> OutputView:
        """The output folder, and what is in it."""
        return self._folders.output(self.record(job_id), self.files(job_id))

    def file_path(self, job_id: str, name: str) -> Path:
        """One published file."""
        job = self.record(job_id)
        for known in self.files(job_id):
            if known == name or known.casefold() == name.casefold():
                return self._outputs.resolve(Path(job.output_path), known)
        raise NotFound("There is no file {name!r} in the output of this job.", code="no_output_file", name=name[:100])

    def sha256(self, job_id: str, name: str) -> str:
        """The hash of a published file; empty when it is not known."""
        job = self.record(job_id)
        if job.assemble:
            return job.hashes.get(name, "")
        return next((unit.sha256 for unit in self._state.ledger(job.id).values() if unit.artifact == name), "")

    def artifacts(self, job: Job) -> list[tuple[int, Path]]:
        """Published unit files of a job in order: number and path."""
        folder = artifact_folder(job, self._jobs_folder)
        with self._state.lock:
            found = [(number, unit.artifact) for number, unit in sorted(self._state.ledger(job.id).items())]
        return [(number, folder / artifact) for number, artifact in found if artifact]

    def finished_film(self, job: Job) -> Path | None:
        """The assembled film of a job, when it is there."""
        return Path(job.output_path) / job.files[0] if job.assemble and job.files else None

    def counts(self) -> dict[str, int]:
        """Jobs per status."""
        counts = dict.fromkeys((str(status) for status in JobStatus), 0)
        for job in self._state.jobs():
            counts[job.status] += 1
        return counts

    def nodes(self) -> list[NodeView]:
        """The machines."""
        return self._nodes.views()

    def probe(self, path: Path, *, engine: str | None, engine_version: str | None) -> dict[str, Any]:
        """A look into a project."""
        _engine, build, probe = self._intake.look(path, engine_name=engine, version=engine_version)
        is_here = build.origin != OFFERED
        return {**msgspec.to_builtins(probe), "engine_version": build.version, "engine_installed": is_here}

    def plan(self, request: JobRequest, path: Path, *, caller: Caller) -> PlanView:
        """What a job would come to."""
        return plan_view(*self._intake.plan(self._with_machines(request), path, caller=caller, find=self._state.find))

    # Acting

    def submit(self, requests: list[JobRequest], *, caller: Caller, upload: Upload | None) -> list[JobView]:
        """Create all jobs or none."""
        if not requests:
            raise BadRequest("The list of jobs is empty.")
        if caller.role == Role.PEER or any(request.parent for request in requests):
            return [self._views.view(self._children.accept(request, caller)) for request in requests]
        with self._submitting:
            repeated = self._find_repeated(requests)
            ids = repeated if repeated is not None else self._create(requests, caller=caller, upload=upload)
        return [self._views.view(job_id) for job_id in ids]

    def cancel(self, job_id: str) -> JobView:
        """Stop it."""
        known = self._known(job_id)
        if self._state.job(known).status != JobStatus.CANCELLED:
            self._lifecycle.stop(known, JobStatus.CANCELLED, "Cancelled. Retry starts it again.")
        return self._views.view(known)

    def delete(self, job_id: str, *, keep_output: bool = False) -> None:
        """Stop it, then remove it and what it owns, with ``keep_output`` all but its output."""
        job = self.record(job_id)
        if not job.status.is_final:
            self._lifecycle.stop(job.id, JobStatus.CANCELLED, "Being deleted.")
        self._dispatcher.wait_until_free(job.id, STOP_SECONDS)
        self._lifecycle.delete([job.id])
        self._folders.remove(job, keep_output=keep_output)

    def pause(self, job_id: str, *, after_current: bool = False) -> JobView:
        """Hold it."""
        known = self._known(job_id)
        job = self._state.job(known)
        if job.status.is_final:
            raise IllegalChange(
                "The job is {status}; only one that goes on can be paused.", code="ended", status=job.status
            )
        if after_current:
            with self._state.change() as change:
                change.job(known).resume_to = job.status
            self._lifecycle.set_job_status(known, JobStatus.PAUSED, "Paused; what was in hand is finished first.")
        else:
            self._lifecycle.stop(known, JobStatus.PAUSED, "Paused. Resume it when you are ready.")
        return self._views.view(known)

    def resume(self, job_id: str) -> JobView:
        """Go on."""
        known = self._known(job_id)
        job = self._state.job(known)
        if job.status != JobStatus.PAUSED:
            status = job.status.replace("_", " ")
            raise IllegalChange("The job is {status}, not paused.", code="not_paused", status=status)
        back_to = JobStatus(job.resume_to) if job.resume_to else JobStatus.NOT_STARTED
        if back_to not in {JobStatus.SCHEDULED, JobStatus.CONFIGURING}:
            back_to = JobStatus.NOT_STARTED
        reason = PREPARING if back_to == JobStatus.CONFIGURING else QUEUED
        self._lifecycle.set_job_status(known, back_to, reason)
        return self._views.view(known)

    def retry(self, job_id: str, frames: str | None) -> JobView:
        """Failed units again; a cancelled or failed job starts again."""
        known = self._known(job_id)
        job = self._state.job(known)
        failed = [unit.spec.number for unit in self._chosen(known, frames) if unit.state == UnitState.FAILED]
        if not failed and (frames is not None or job.status not in {JobStatus.CANCELLED, JobStatus.ERROR}):
            raise IllegalChange("Nothing to retry: no frame or segment of this job has failed.", code="nothing_failed")
        self._dispatcher.forgive(known)
        self._lifecycle.put_back(known, failed, "Tried again; in the queue.")
        return self._views.view(known)

    def skip(self, job_id: str, frames: str) -> JobView:
        """Leave units out."""
        known = self._known(job_id)
        units = self._chosen(known, frames)
        wanted = [unit.spec.number for unit in units if unit.state not in {UnitState.DONE, UnitState.SKIPPED}]
        self._lifecycle.skip(known, wanted)
        return self._views.view(known)

    def rerender(self, job_id: str, frames: str | None) -> JobView:
        """Done units again."""
        known = self._known(job_id)
        wanted = [unit.spec.number for unit in self._chosen(known, frames) if unit.state.is_final]
        if not wanted:
            raise IllegalChange("None of these has ended yet; they are rendered anyway.", code="nothing_ended")
        self._dispatcher.forgive(known)
        self._lifecycle.put_back(known, wanted, "Rendered again; in the queue.")
        return self._views.view(known)

    def move(self, job_id: str, where: str, other: str | None) -> JobView:
        """Change the place in the queue."""
        known = self._known(job_id)
        with self._state.change() as change:
            order, priority = ordering.place(self._state.jobs(), known, where, other)
            job = change.job(known)
            job.order, job.priority = order, priority
        return self._views.view(known)

    def set_priority(self, job_id: str, priority: int) -> JobView:
        """0–100."""
        if not 0 <= priority <= 100:
            raise BadRequest(f"The priority must be from 0 to 100, not {priority}.")
        with self._state.change() as change:
            change.job(self._known(job_id)).priority = priority
        return self._views.view(job_id)

    def set_nodes(self, job_id: str, nodes: list[str], *, split: bool | None) -> JobView:
        """Choose who renders it; leases of machines that are out are taken back."""
        self._assignment.choose(self._known(job_id), nodes, split=split)
        return self._views.view(job_id)

    def subjob_update(self, job_id: str, update: dict[str, Any]) -> None:
        """A child job changed: remember what it tells."""
        known = self._known(job_id)
        child = update.get("id")
        if not isinstance(child, str) or not is_id(child):
            raise BadRequest("The subjob must name its own job id in the field id.")
        with self._state.change() as change:
            job = change.job(known)
            job.child_jobs = [*(entry for entry in job.child_jobs if entry.get("id") != child), update]

    def node_history(self, node_id: str, seconds: float) -> dict[str, Any]:
        """Load of a machine."""
        return self._nodes.history(node_id, seconds)

    def node_benchmarks(self, node_id: str) -> list[dict[str, Any]]:
        """Measurements of a machine."""
        return self._nodes.benchmarks(node_id)

    def set_node_pause(
        self, node_id: str, *, paused: bool, after_current: bool, until: datetime | None = None
    ) -> NodeView:
        """Take a machine out of the work, for good or ``until`` a moment; or back."""
        view = self._nodes.pause(node_id, paused=paused, after_current=after_current, until=until)
        self._dispatcher.wake()
        self._feed.touch([])
        return view

    def clear_history(self) -> int:
        """Remove jobs that have ended; their outputs stay."""
        ended = [job for job in self._state.jobs() if job.status.is_final]
        self._lifecycle.delete([job.id for job in ended])
        for job in ended:
            self._folders.remove_private(job)
        return len(ended)

    def _known(self, job_id: str) -> JobId:
        if not self._state.has(job_id):
            raise JobNotFound(job_id)
        return JobId(job_id)

    def _chosen(self, job_id: JobId, frames: str | None) -> list[Unit]:
        """The units that cover the frames asked for; all when None."""
        units = sorted(self._state.ledger(job_id).values(), key=lambda unit: unit.spec.number)
        if frames is None:
            return units
        wanted = set(parse_frames(frames))
        chosen = [unit for unit in units if unit.spec.number in wanted]
        unknown = wanted - {unit.spec.number for unit in chosen}
        if unknown:
            raise BadRequest("This job has no frame or segment {number}.", code="no_unit", number=min(unknown))
        return chosen

    def _find_repeated(self, requests: list[JobRequest]) -> list[JobId] | None:
        found: list[JobId] = []
        for request in requests:
            known = self._job_of_request(request)
            if known is None:
                return None
            found.append(known)
        return found

    def _job_of_request(self, request: JobRequest) -> JobId | None:
        if request.idempotency_key is None:
            return None
        known = self._state.find_request(request.idempotency_key)
        if known is None:
            return None
        if known[0] != fingerprint(request):
            raise Conflict("This idempotency key was used for another job. Use a new key for a new job.")
        return known[1] if self._state.has(known[1]) else None

    def _with_machines(self, request: JobRequest) -> JobRequest:
        """The request with ids of machines that there are. Raises BadRequest: there is no such machine."""
        if not request.nodes:
            return request
        return structs.replace(request, nodes=list(self._nodes.known(request.nodes)))

    def _create(self, requests: list[JobRequest], *, caller: Caller, upload: Upload | None) -> list[JobId]:
        prepared: list[tuple[Job, list[Unit]]] = []
        try:
            for request in requests:
                known = self._with_machines(request)
                prepared.append(self._intake.prepare(known, caller=caller, upload=upload, find=self._state.find))
            replaced = self._add(prepared, requests)
        except BaseException:
            for job, _units in prepared:
                self._folders.remove(job)
            raise
        for old, new in replaced:
            self._folders.hand_over(old, new)
        return [job.id for job, _units in prepared]

    def _add(self, prepared: list[tuple[Job, list[Unit]]], requests: list[JobRequest]) -> list[tuple[Job, Job]]:
        """Put them into the queue in one transaction; which jobs went for which new ones."""
        replaced: list[tuple[Job, Job]] = []
        with self._state.change() as change:
            last = ordering.last_place(self._state.jobs())
            for place, ((job, units), request) in enumerate(zip(prepared, requests, strict=True), 1):
                job.order = last + place
                change.add(job, units)
                if request.replaces is not None:
                    replaced.append((replacing.take_place(change, self._state, request.replaces, job), job))
                self._manifests.write(job, units)
                if request.idempotency_key is not None:
                    change.requests[request.idempotency_key] = (fingerprint(request), job.id)
        return replaced
