"""Acting on jobs: for people. What members may do with a job stands in ``work``."""

from bottle import HTTPResponse

from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.routing import JSON, Body, Context, Query, Route, Says, act
from zordon_app.api.schemas import (
    Confirm,
    Delete,
    Done,
    Frames,
    FramesAgain,
    JobNodes,
    Move,
    NeededFrames,
    Pause,
    Priority,
    ProjectToUse,
)
from zordon_app.api.services import Services
from zordon_app.domain.views import JobView
from zordon_app.errors import BadRequest

JOB = "/api/jobs/<job_id>"


def routes(context: Context) -> list[Route]:
    """The table."""
    do = JobActions(context.services)
    job = {200: Says("The job as it is now.", JobView, JSON)}
    done = {200: Says("It is done.", Done, JSON)}
    confirm = Query("confirm", "Must be truthy (1, true, yes, on), here or in the body.", "boolean")
    redirect = Query("redirect", "Truthy: go to the index page afterwards.", "boolean")
    cancelled = {**job, 303: Says("Cancelled; the index page is next.", media="")}
    stop = Body(Confirm)
    keep = Query("keep_output", "Truthy: the files that the job has made stay.", "boolean")
    gone = Body(Delete)
    version = Body(ProjectToUse, required=True)
    return [
        act("POST", f"{JOB}/cancel", do.cancel, "Stop", confirm, redirect, answers=cancelled, body=stop),
        act("POST", f"{JOB}/delete", do.delete, "Stop and remove", confirm, keep, answers=done, body=gone),
        act("POST", f"{JOB}/pause", do.pause, "Hold", answers=job, body=Body(Pause)),
        act("POST", f"{JOB}/resume", do.resume, "Go on", answers=job),
        act("POST", f"{JOB}/retry", do.retry, "Try failed units again", answers=job, body=Body(Frames)),
        act("POST", f"{JOB}/skip", do.skip, "Leave units out", answers=job, body=Body(NeededFrames, required=True)),
        act("POST", f"{JOB}/rerender", do.rerender, "Render done units again", answers=job, body=Body(FramesAgain)),
        act("POST", f"{JOB}/project", do.project, "Choose its version", answers=job, body=version),
        act("POST", f"{JOB}/move", do.move, "Change the order", answers=job, body=Body(Move, required=True)),
        act("POST", f"{JOB}/nodes", do.nodes, "Who takes part", answers=job, body=Body(JobNodes, required=True)),
        act("POST", f"{JOB}/priority", do.priority, "Priority", answers=job, body=Body(Priority, required=True)),
    ]


class JobActions:
    """Each method hands one request to the farm."""

    def __init__(self, farm: Services) -> None:
        """Act through ``farm``."""
        self._actions = farm.actions
        self._jobs = farm.jobs
        self._choice = farm.project_choice

    def cancel(self, ask: Ask, job_id: str) -> HTTPResponse:
        """Needs ``confirm``; with ``redirect`` the browser goes to the index page."""
        self._need_confirmation(ask, job_id, "Cancelling")
        job = self._actions.cancel(job_id)
        if ask.says_yes("redirect"):
            return HTTPResponse(status=303, headers={"Location": "/", "Cache-Control": "no-store"})
        return json_answer(job)

    def delete(self, ask: Ask, job_id: str) -> HTTPResponse:
        """Needs ``confirm``; with ``keep_output`` its files stay."""
        self._need_confirmation(ask, job_id, "Deleting")
        self._actions.delete(job_id, keep_output=ask.says_yes("keep_output"))
        return json_answer(Done())

    def pause(self, ask: Ask, job_id: str) -> HTTPResponse:
        """At once, or ``after_current``."""
        wanted = ask.parameters(Pause)
        return json_answer(self._actions.pause(job_id, after_current=wanted.after_current))

    def resume(self, _ask: Ask, job_id: str) -> HTTPResponse:
        """Go on."""
        return json_answer(self._actions.resume(job_id))

    def retry(self, ask: Ask, job_id: str) -> HTTPResponse:
        """All failed units, or those among ``frames``."""
        return json_answer(self._actions.retry(job_id, ask.parameters(Frames).frames))

    def skip(self, ask: Ask, job_id: str) -> HTTPResponse:
        """Needs ``frames``."""
        return json_answer(self._actions.skip(job_id, ask.parameters(NeededFrames).frames))

    def rerender(self, ask: Ask, job_id: str) -> HTTPResponse:
        """All done units, or those among ``frames``."""
        wanted = ask.parameters(FramesAgain)
        return json_answer(self._actions.rerender(job_id, wanted.frames, elsewhere=wanted.elsewhere))

    def project(self, ask: Ask, job_id: str) -> HTTPResponse:
        """``use``, and perhaps ``frames``."""
        wanted = ask.parameters(ProjectToUse)
        return json_answer(self._choice.choose(job_id, wanted.use, wanted.frames))

    def move(self, ask: Ask, job_id: str) -> HTTPResponse:
        """``where``, and for before and after the ``other`` job."""
        wanted = ask.parameters(Move)
        if wanted.where in ("before", "after") and not wanted.other:
            raise BadRequest(f"To move a job {wanted.where} another, name that job in the field 'other'.")
        return json_answer(self._actions.move(job_id, wanted.where, wanted.other))

    def priority(self, ask: Ask, job_id: str) -> HTTPResponse:
        """0 to 100."""
        return json_answer(self._actions.set_priority(job_id, ask.parameters(Priority).priority))

    def nodes(self, ask: Ask, job_id: str) -> HTTPResponse:
        """``nodes``, and whether others may help."""
        wanted = ask.parameters(JobNodes)
        return json_answer(self._actions.set_nodes(job_id, wanted.nodes, split=wanted.enable_split_jobs))

    def _need_confirmation(self, ask: Ask, job_id: str, what: str) -> None:
        self._jobs.record(job_id)
        if not ask.says_yes("confirm"):
            raise BadRequest(f"{what} a job needs confirm=1, so that it does not happen by accident.")
