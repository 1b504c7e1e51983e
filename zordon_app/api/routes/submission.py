"""New jobs, and looks into projects before they become jobs."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bottle import HTTPResponse

from zordon_app.api import jobs as farm_jobs
from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.kept_uploads import KeptUploads
from zordon_app.api.routing import ACTORS_AND_PEERS, JSON, Body, Context, Route, Says, act
from zordon_app.api.schemas import ProbeRequest
from zordon_app.domain.callers import Caller, Upload
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.validation import checked
from zordon_app.domain.views import JobView, PlanView
from zordon_app.errors import BadRequest, Forbidden

MAX_JOBS = 1000


def routes(context: Context) -> list[Route]:
    """The table."""
    submit = Submission(context.services.submission)
    gone = {204: Says("It is not kept any more.", media="")}
    created = Says("The job, or the list of jobs when a list was sent.", JobView | list[JobView], JSON)
    found = Says("What was found.", dict[str, Any], JSON)
    added = {
        200: created,
        403: Says("local_path is for programs on this machine."),
        404: Says("There is no such engine, or no such version of it."),
        409: Says("The idempotency key was used for another request."),
        413: Says("The body is too large."),
        503: Says("The disk is full, or too many send at once."),
    }
    probed = {200: found, 403: added[403], 404: added[404], 413: added[413], 503: added[503]}
    jobs = Body(JobRequest | list[JobRequest], "One job or several, all or none.", required=True, upload=True)
    probe = Body(ProbeRequest, "What to look into.", required=True, upload=True)
    planned = {**probed, 200: Says("What it would come to.", PlanView, JSON)}
    job = Body(JobRequest, "The job, its project named by local_path or project_of.", required=True)
    who = ACTORS_AND_PEERS
    return [
        act("POST", "/api/add_job", submit.add, "Add one or more render jobs", answers=added, body=jobs, allow=who),
        act("POST", "/api/plan", submit.plan, "What a job would come to", answers=planned, body=job),
        act("DELETE", "/api/uploads/<upload_id>", submit.drop, "Forget a file that was kept", answers=gone),
        act("POST", "/api/probe", submit.probe, "Look into a project", answers=probed, body=probe),
    ]


class Submission:
    """Checks what comes in and hands it to the farm."""

    def __init__(self, submission: farm_jobs.Submission) -> None:
        """Submit to ``farm``."""
        self._submission = submission
        self._kept = KeptUploads(time.monotonic)

    def add(self, ask: Ask) -> HTTPResponse:
        """An object makes one job and is answered by one, a list by a list."""
        with ask.received() as received:
            requests = job_requests(received.value)
            _check_paths(requests, ask.caller)
            with self._kept_for(requests) as kept:
                jobs = self._submission.submit(requests, caller=ask.caller, upload=received.upload, kept=kept)
        return json_answer(jobs if isinstance(received.value, list) else jobs[0])

    def probe(self, ask: Ask) -> HTTPResponse:
        """Of the file that came along, of ``local_path``, or of the project of a job."""
        with ask.received() as received:
            wanted = checked(received.value, ProbeRequest)
            _check_paths([wanted], ask.caller)
            path = received.upload.path if received.upload else self._path_of(wanted)
            with _named_as_sent(received.upload):
                found = self._submission.probe(path, engine=wanted.engine, engine_version=wanted.engine_version)
            upload = self._kept.keep(received) if wanted.keep else ""
            return json_answer({**found, "upload": upload} if upload else found)

    def drop(self, _ask: Ask, upload_id: str) -> HTTPResponse:
        """Also where there is none any more."""
        self._kept.drop(upload_id)
        return HTTPResponse(status=204)

    @contextmanager
    def _kept_for(self, requests: list[JobRequest]) -> Iterator[Callable[[str], Upload]]:
        """Finds kept files; when the jobs are made, what they took goes, else it stays for another try."""
        taken: list[str] = []

        def take(upload_id: str) -> Upload:
            upload = self._kept.take(upload_id)
            taken.append(upload_id)
            return upload

        try:
            yield take
        except BaseException:
            for upload_id in taken:
                self._kept.give_back(upload_id)
            raise
        for upload_id in {request.upload for request in requests if request.upload is not None}:
            self._kept.drop(upload_id)

    def plan(self, ask: Ask) -> HTTPResponse:
        """Nothing is added."""
        with ask.received() as received:
            wanted = checked(received.value, JobRequest)
            _check_paths([wanted], ask.caller)
            return json_answer(self._submission.plan(wanted, self._path_of(wanted), caller=ask.caller))

    def _path_of(self, wanted: JobRequest | ProbeRequest) -> Path:
        if (wanted.local_path is None) == (wanted.project_of is None):
            raise BadRequest("Name the project: send a file, or its path in 'local_path', or a job in 'project_of'.")
        if wanted.project_of is not None:
            return self._submission.project_path(wanted.project_of)
        if "\0" in str(wanted.local_path):
            raise BadRequest("The field 'local_path' has a character that no path has.")
        return Path(str(wanted.local_path))


def job_requests(value: Any) -> list[JobRequest]:
    """The requests in a submission. Raises BadRequest that names the job and the field."""
    if not isinstance(value, list):
        return [checked(value, JobRequest)]
    if not 1 <= len(value) <= MAX_JOBS:
        raise BadRequest(f"The list of jobs must have 1 to {MAX_JOBS} jobs.")
    return [checked(item, JobRequest, what=f"Job {number}: ") for number, item in enumerate(value, 1)]


@contextmanager
def _named_as_sent(upload: Upload | None) -> Iterator[None]:
    """A refusal names the file as its sender does, not as it is kept."""
    try:
        yield
    except BadRequest as error:
        if upload is not None:
            error.rename(upload.path.name, upload.filename)
        raise


def _check_paths(requests: Sequence[JobRequest | ProbeRequest], caller: Caller) -> None:
    if not caller.local and any(request.local_path is not None for request in requests):
        raise Forbidden(
            "local_path is taken only from programs on this machine; upload the file instead.", code="paths_elsewhere"
        )
