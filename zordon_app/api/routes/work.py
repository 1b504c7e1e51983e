"""What nodes ask of each other while they share a job. All of it is for members of the farm only."""

import re

from bottle import HTTPResponse

from zordon_app.api import jobs as farm_jobs
from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.files import Sending, send_file
from zordon_app.api.places import Places
from zordon_app.api.routing import ACTORS_AND_PEERS, JSON, PEERS_ONLY, Body, Context, Query, Route, Says, act, get
from zordon_app.api.schemas import Done
from zordon_app.api.work import SharedWork
from zordon_app.domain.callers import Role
from zordon_app.domain.projects import ProjectManifest
from zordon_app.domain.sharing import ChildOrders, ChildUpdate, Delivered, JobOffer, LeaseAsk, LeaseGiven
from zordon_app.domain.validation import checked
from zordon_app.errors import BadRequest, NotFound

JOB = "/api/jobs/<job_id>"
_SHA256 = re.compile("[0-9a-f]{64}")


def routes(context: Context) -> list[Route]:
    """The table."""
    work = Work(context.services.actions, context.services.work, context.streams)
    offer = {200: Says("The job.", JobOffer, JSON)}
    lease = {200: Says("Units, or none for now.", LeaseGiven, JSON)}
    took = {200: Says("What became of it.", Delivered, JSON), 503: Says("The disk is full; try again later.")}
    files = {200: Says("The files with their hashes.", ProjectManifest, JSON)}
    file = {
        200: Says("The file.", media="application/octet-stream"),
        206: Says("The part that Range asked for.", media="application/octet-stream"),
        404: Says("There is no such file."),
        416: Says("Range lies outside the file."),
    }
    ended = {200: Says("It is done.", Done, JSON)}
    attempt = Query("attempt", "The attempt that made it.", "integer", required=True)
    under = Query("lease", "The lease under which it was made.", required=True)
    digest = Query("sha256", "Hash of the body in hex.", required=True)
    seconds = Query("seconds", "How long the engine took.", "number")
    program = Query("program", "SHA-256 of the program that made it, in hex.")
    result = (attempt, under, digest, seconds, program)
    orders = {200: Says("What the child is to do.", ChildOrders, JSON)}
    news = Body(ChildUpdate, "The child job as its node sees it.", required=True)
    peers, both = PEERS_ONLY, ACTORS_AND_PEERS
    asked = Body(LeaseAsk, "Who asks.", required=True)
    return [
        get(f"{JOB}/offer", work.offer, "What a node must know to help", answers=offer, allow=peers),
        act("POST", f"{JOB}/lease", work.lease, "Units to render", answers=lease, body=asked, allow=peers),
        act("PUT", f"{JOB}/units/<unit>", work.deliver, "A unit's artifact", *result, answers=took, allow=peers),
        get(f"{JOB}/project", work.project, "Files of the project", answers=files, allow=peers),
        get(f"{JOB}/project/<sha256>", work.file, "One file of the project", answers=file, allow=peers),
        act("POST", f"{JOB}/subjob_update", work.update, "A child changed", answers=orders, body=news, allow=both),
        act("POST", f"{JOB}/end_child", work.end, "The parent's job has ended", answers=ended, allow=peers),
    ]


class Work:
    """Hands requests of peers to the farm; who asks is what the session says."""

    def __init__(self, actions: farm_jobs.JobActions, work: SharedWork | None, streams: Places) -> None:
        """``work`` is None on a node without others."""
        self._actions = actions
        self._work = work
        self._streams = streams

    def offer(self, ask: Ask, job_id: str) -> HTTPResponse:
        """The job."""
        return json_answer(self._shared().offer(job_id, ask.caller.node))

    def lease(self, ask: Ask, job_id: str) -> HTTPResponse:
        """Waits for work."""
        return json_answer(self._shared().lease(job_id, ask.caller.node, checked(ask.fields(), LeaseAsk)))

    def update(self, ask: Ask, job_id: str) -> HTTPResponse:
        """From the node that works on it; from anybody else only what is shown of it changes."""
        if ask.caller.role == Role.PEER:
            return json_answer(self._shared().update(job_id, ask.caller.node, checked(ask.fields(), ChildUpdate)))
        self._actions.subjob_update(job_id, ask.fields())
        return json_answer(ChildOrders())

    def deliver(self, ask: Ask, job_id: str, unit: str) -> HTTPResponse:
        """The body is the file."""
        number, attempt = _number(unit), ask.integer("attempt")
        path = ask.stored_body()
        try:
            answer = self._shared().deliver(
                job_id,
                ask.caller.node,
                number,
                attempt=attempt if attempt is not None else -1,
                lease=ask.required("lease"),
                sha256=ask.required("sha256"),
                seconds=_seconds(ask.query.get("seconds", "0")),
                program=_hash(ask.query.get("program", "")),
                path=path,
            )
        finally:
            path.unlink(missing_ok=True)
            path.parent.rmdir()
        return json_answer(answer)

    def project(self, ask: Ask, job_id: str) -> HTTPResponse:
        """The list."""
        return json_answer(self._shared().project(job_id, ask.caller.node))

    def file(self, ask: Ask, job_id: str, sha256: str) -> HTTPResponse:
        """By content; ranges are taken."""
        path = self._shared().project_file(job_id, ask.caller.node, sha256)
        sending = Sending(media="application/octet-stream", sha256=sha256)
        return send_file(ask, path, sending, self._streams.take)

    def end(self, ask: Ask, job_id: str) -> HTTPResponse:
        """``job_id`` is the parent's."""
        self._shared().end(job_id, ask.caller.node)
        return json_answer(Done())

    def _shared(self) -> SharedWork:
        if self._work is None:
            raise NotFound("This machine shares no work.")
        return self._work


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadRequest("The unit must be a number.") from None


def _hash(text: str) -> str:
    """What is no hash is not known: the receipt has a place for nothing else."""
    return text if _SHA256.fullmatch(text) else ""


def _seconds(text: str) -> float:
    try:
        return max(0.0, min(float(text), 1e7))
    except ValueError:
        raise BadRequest("The parameter 'seconds' must be a number.") from None
