"""Reading jobs."""

from bottle import HTTPResponse

from zordon_app.api import jobs as farm_jobs
from zordon_app.api.exchange import Ask, json_answer, json_bytes
from zordon_app.api.routing import JSON, LOCAL_ONLY, Context, Query, Route, Says, get
from zordon_app.api.schemas import Delta, JobList
from zordon_app.domain.statuses import JobStatus
from zordon_app.domain.views import JobView, QueueView, ReadsView, UnitView
from zordon_app.errors import BadRequest

BUSY = Says("Too many wait already; ask again after Retry-After seconds.")


def routes(context: Context) -> list[Route]:
    """The table."""
    read = JobReading(context.services.jobs, context.services.poll_seconds)
    token = Query("token", "What the last answer gave as token.")
    delta = Query("delta", "Truthy: answer only what changed since the token.", "boolean")
    timeout = Query("timeout", "Seconds to wait at most, 0 to 30.", "number")
    changed = Says("The list, or with delta=1 what changed.", JobList | Delta, JSON)
    unchanged = Says("Nothing changed for 30 s; no body.", media="")
    status = Says("The jobs in that status.", list[JobView], JSON)
    none = Says("No job is in that status, or there is no such status.")
    one = Says("The job.", JobView, JSON)
    units = Says("The ledger.", list[UnitView], JSON)
    polled = {200: changed, 204: unchanged, 400: Says("The timeout is not a number."), 503: BUSY}
    reads = {200: Says("The project and what it reads.", ReadsView, JSON)}
    ahead = Says("The end of the queue, as far as it can be told.", QueueView, JSON)
    listed = Says("The jobs.", JobList, JSON)
    return [
        get("/api/jobs", read.all, "All jobs, and the token of the list", answers={200: listed}),
        get("/api/jobs/long_poll", read.poll, "The jobs, once they changed", token, delta, timeout, answers=polled),
        get("/api/jobs/status/<status_val>", read.in_status, "Jobs in one status", answers={200: status, 400: none}),
        get("/api/queue", read.queue, "When all that waits and runs will be done", answers={200: ahead}),
        get("/api/jobs/<job_id>", read.one, "One job", answers={200: one}),
        get("/api/jobs/<job_id>/reads", read.reads, "What it reads", answers=reads, allow=LOCAL_ONLY),
        get("/api/jobs/<job_id>/units", read.units, "The units of a job", answers={200: units}),
    ]


class JobReading:
    """Answers with jobs as they are."""

    def __init__(self, jobs: farm_jobs.JobReading, poll_seconds: float) -> None:
        """``poll_seconds``: how long a long poll waits at most."""
        self._jobs = jobs
        self._poll_seconds = poll_seconds

    def queue(self, _ask: Ask) -> HTTPResponse:
        """Nothing, while that cannot be told."""
        return json_answer(self._jobs.queue())

    def all(self, _ask: Ask) -> HTTPResponse:
        """``{"jobs": […], "token": "…"}``."""
        return json_bytes(self._jobs.jobs_json())

    def poll(self, ask: Ask) -> HTTPResponse:
        """Wait for the token to differ, then answer; 204 when it did not."""
        token = ask.query.get("token") or None
        if not self._jobs.wait(token, self._timeout(ask)):
            return HTTPResponse(status=204, headers={"Cache-Control": "no-store"})
        return json_bytes(self._jobs.delta_json(token) if ask.truthy("delta") else self._jobs.jobs_json())

    def in_status(self, _ask: Ask, status_val: str) -> HTTPResponse:
        """A list; BadRequest for none."""
        if status_val not in set(JobStatus):
            known = ", ".join(JobStatus)
            raise BadRequest(f"There is no status {status_val[:60]!r}. Statuses: {known}.")
        jobs = self._jobs.jobs_in_status(status_val)
        if not jobs:
            raise BadRequest(f"No job is {status_val}.")
        return json_answer(jobs)

    def one(self, _ask: Ask, job_id: str) -> HTTPResponse:
        """One job."""
        return json_answer(self._jobs.job(job_id))

    def reads(self, _ask: Ask, job_id: str) -> HTTPResponse:
        """With paths of this machine."""
        return json_answer(self._jobs.reads(job_id))

    def units(self, _ask: Ask, job_id: str) -> HTTPResponse:
        """The ledger of one job."""
        return json_answer(self._jobs.units(job_id))

    def _timeout(self, ask: Ask) -> float:
        text = ask.query.get("timeout")
        if text is None:
            return self._poll_seconds
        try:
            seconds = float(text)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < float("inf"):
            raise BadRequest("The parameter 'timeout' must be a number of seconds, 0 or more.")
        return min(seconds, self._poll_seconds)
