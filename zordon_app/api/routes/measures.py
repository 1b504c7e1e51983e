"""What was measured of this machine: its load over the last hour, and how fast it was."""

from typing import Any

from bottle import HTTPResponse

from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.routing import JSON, Context, Query, Route, Says, get
from zordon_app.api.services import Farm, Machine
from zordon_app.errors import NotFound

HOUR = 3600


def routes(context: Context) -> list[Route]:
    """The table."""
    use = Measures(context.services.farm, context.services.machine)
    columns = {
        200: Says("Columns of equal length, one value per second, oldest first.", dict[str, list[Any]], JSON),
        404: Says("There is no such machine, or only it knows."),
    }
    past = {**columns, 200: Says("The measurements, oldest first.", list[dict[str, Any]], JSON)}
    seconds = Query("seconds", "How far back, 1 to 3600; 300 if left out.", "integer")
    node = "/api/nodes/<node_id>"
    return [
        get(f"{node}/history", use.history, "The load of a machine", seconds, answers=columns),
        get(f"{node}/benchmarks", use.benchmarks, "How fast a machine was", answers=past),
    ]


class Measures:
    """Answers for this machine; what others measured they tell themselves."""

    def __init__(self, farm: Farm, machine: Machine) -> None:
        """``farm`` knows which node this is."""
        self._farm = farm
        self._machine = machine

    def history(self, ask: Ask, node_id: str) -> HTTPResponse:
        """At most an hour."""
        self._need_this(node_id)
        asked = ask.integer("seconds", 300) or 0
        return json_answer(self._machine.history(min(max(asked, 1), HOUR)))

    def benchmarks(self, _ask: Ask, node_id: str) -> HTTPResponse:
        """At most a thousand."""
        self._need_this(node_id)
        return json_answer(self._machine.benchmark_history())

    def _need_this(self, node_id: str) -> None:
        nodes = {node.id: node for node in self._farm.nodes()}
        if node_id not in nodes:
            raise NotFound(f"There is no machine {node_id[:60]!r} in this farm.")
        if not nodes[node_id].this:
            raise NotFound(f"What was measured of {nodes[node_id].name} is known there only.")
