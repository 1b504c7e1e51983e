"""The machines of the farm."""

from typing import Any

from bottle import HTTPResponse

from zordon_app.api import jobs as farm_jobs
from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.routing import ACTORS_AND_PEERS, JSON, Body, Context, Query, Route, Says, act, get
from zordon_app.api.schemas import NodePause
from zordon_app.domain.callers import Role
from zordon_app.domain.views import NodeView
from zordon_app.errors import BadRequest, Forbidden

MOST_SECONDS = 3600


def routes(context: Context) -> list[Route]:
    """The table."""
    use = Nodes(context.services.nodes)
    missing = {404: Says("There is no such machine."), 503: Says("It does not answer.")}
    third = {403: Says("Another machine asks for a third one.")}
    nodes = {200: Says("The machines; this one first.", list[NodeView], JSON)}
    node = {200: Says("The machine as it is now.", NodeView, JSON), **missing}
    columns = {200: Says("Columns of equal length, oldest first.", dict[str, Any], JSON), **missing}
    measured = {200: Says("Measurements, oldest first.", list[dict[str, Any]], JSON), **missing}
    seconds = Query("seconds", "How far back, 1 to 3600.", "integer")
    base, both, how = "/api/nodes/<node_id>", ACTORS_AND_PEERS, Body(NodePause)
    return [
        get("/api/nodes", use.all, "The machines of the farm", answers=nodes),
        get(f"{base}/history", use.history, "Its load, for charts", seconds, answers=columns),
        get(f"{base}/benchmarks", use.benchmarks, "What was measured of it", answers=measured),
        act("POST", f"{base}/pause", use.pause, "Take it out of the work", answers=node | third, body=how, allow=both),
        act("POST", f"{base}/resume", use.resume, "Put it back to work", answers=node | third, allow=both),
    ]


class Nodes:
    """Reads machines and holds them; ``this`` stands for the one that answers."""

    def __init__(self, nodes: farm_jobs.Nodes) -> None:
        """Act through ``farm``."""
        self._nodes = nodes

    def all(self, _ask: Ask) -> HTTPResponse:
        """A list."""
        return json_answer(self._nodes.views())

    def history(self, ask: Ask, node_id: str) -> HTTPResponse:
        """At most an hour."""
        seconds = min(max(ask.integer("seconds", MOST_SECONDS) or 1, 1), MOST_SECONDS)
        return json_answer(self._nodes.history(node_id, float(seconds)))

    def benchmarks(self, _ask: Ask, node_id: str) -> HTTPResponse:
        """All that are kept."""
        return json_answer(self._nodes.benchmarks(node_id))

    def pause(self, ask: Ask, node_id: str) -> HTTPResponse:
        """At once, or ``after_current``; for good, or ``until`` a moment."""
        _check(ask, node_id)
        wanted = ask.parameters(NodePause)
        if wanted.until is not None and wanted.until.tzinfo is None:
            raise BadRequest("until needs a time zone, as in 2026-01-31T22:00:00Z.")
        after, until = wanted.after_current, wanted.until
        return json_answer(self._nodes.pause(node_id, paused=True, after_current=after, until=until))

    def resume(self, ask: Ask, node_id: str) -> HTTPResponse:
        """Back to work."""
        _check(ask, node_id)
        return json_answer(self._nodes.pause(node_id, paused=False, after_current=False))


def _check(ask: Ask, node_id: str) -> None:
    """No machine has a second one pause a third."""
    if ask.caller.role is Role.PEER and node_id != "this":
        raise Forbidden("Another machine may pause or resume this one only: say 'this'.")
