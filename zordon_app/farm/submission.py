"""The door for new jobs: looks, plans, and adds all jobs of a request or none."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from zordon_app.domain.callers import Caller, Role, Upload
from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job, Unit
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.views import JobView, PlanView
from zordon_app.errors import BadRequest, Conflict, NotFound
from zordon_app.farm.child.child_jobs import ChildJobs
from zordon_app.farm.intake import replacing
from zordon_app.farm.intake.folders import JobFolders
from zordon_app.farm.intake.intake import Intake
from zordon_app.farm.intake.planning import OFFERED, Planning
from zordon_app.farm.intake.sources import project_path
from zordon_app.farm.interfaces import Manifests
from zordon_app.farm.ledger import ordering
from zordon_app.farm.ledger.state import FarmState, fingerprint
from zordon_app.farm.reading.views import JobViews, plan_view
from zordon_app.farm.scheduling.nodes import NodeDesk

FindUpload = Callable[[str], Upload]
"""A file that was sent before, by the id under which it is kept. Raises NotFound."""


def no_upload(_upload_id: str) -> Upload:
    """Nothing is kept."""
    raise NotFound("The file that was sent is not kept any more. Send it again.", code="upload_gone")


class Submission:
    """Adds jobs, of this machine's people and of parents that ask for help."""

    def __init__(
        self,
        state: FarmState,
        *,
        planning: Planning,
        intake: Intake,
        children: ChildJobs,
        views: JobViews,
        nodes: NodeDesk,
        folders: JobFolders,
        manifests: Manifests,
    ) -> None:
        """Add to ``state``."""
        self._state = state
        self._planning = planning
        self._intake = intake
        self._children = children
        self._views = views
        self._nodes = nodes
        self._folders = folders
        self._manifests = manifests
        self._submitting = threading.Lock()
        """One submission at a time, so that a repeated idempotency key finds the first one's jobs."""

    def project_path(self, job_id: str) -> Path:
        """The project of a job on this machine. Raises JobNotFound, BadRequest: it is not here."""
        return project_path(self._state.job(job_id))

    def probe(self, path: Path, *, engine: str | None, engine_version: str | None) -> dict[str, Any]:
        """A look into a project."""
        _engine, build, probe = self._planning.look(path, engine_name=engine, version=engine_version)
        is_here = build.origin != OFFERED
        return {**msgspec.to_builtins(probe), "engine_version": build.version, "engine_installed": is_here}

    def plan(self, request: JobRequest, path: Path, *, caller: Caller) -> PlanView:
        """What a job would come to."""
        planned = self._intake.plan(self._with_machines(request), path, caller=caller, find=self._state.find)
        return plan_view(planned.build, planned.plan)

    def submit(
        self, requests: list[JobRequest], *, caller: Caller, upload: Upload | None, kept: FindUpload = no_upload
    ) -> list[JobView]:
        """Create all jobs or none; ``kept`` finds the files that requests name by ``upload``."""
        if not requests:
            raise BadRequest("The list of jobs is empty.")
        if caller.role == Role.PEER or any(request.parent for request in requests):
            return [self._views.view(self._children.accept(request, caller)) for request in requests]
        with self._submitting:
            repeated = self._find_repeated(requests)
            ids = repeated if repeated is not None else self._create(requests, caller=caller, upload=upload, kept=kept)
        return [self._views.view(job_id) for job_id in ids]

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

    def _create(
        self, requests: list[JobRequest], *, caller: Caller, upload: Upload | None, kept: FindUpload
    ) -> list[JobId]:
        prepared: list[tuple[Job, list[Unit]]] = []
        try:
            for request in requests:
                known = self._with_machines(request)
                sent = upload if request.upload is None else kept(request.upload)
                prepared.append(
                    self._intake.prepare(known, caller=caller, upload=sent, find=self._state.find, beside=prepared)
                )
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
