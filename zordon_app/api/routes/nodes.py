"""The machines of the farm."""

from bottle import HTTPResponse

from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.routing import ACTORS_AND_PEERS, JSON, Body, Context, Route, Says, act, get
from zordon_app.api.schemas import Pause
from zordon_app.api.services import Farm
from zordon_app.domain.views import NodeView


def routes(context: Context) -> list[Route]:
    """The table."""
    use = Nodes(context.services.farm)
    nodes = {200: Says("The machines; this one first.", list[NodeView], JSON)}
    node = {200: Says("The machine as it is now.", NodeView, JSON), 404: Says("There is no such machine.")}
    base, both = "/api/nodes", ACTORS_AND_PEERS
    return [
        get(base, use.all, "The machines of the farm", answers=nodes),
        act("POST", f"{base}/<node_id>/pause", use.pause, "Take it out of the work", answers=node, body=Body(Pause), allow=both),
        act("POST", f"{base}/<node_id>/resume", use.resume, "Put it back to work", answers=node, allow=both),
    ]


class Nodes:
    """Reads machines and holds them."""

    def __init__(self, farm: Farm) -> None:
        """Act through ``farm``."""
        self._farm = farm

    def all(self, _ask: Ask) -> HTTPResponse:
        """A list."""
        return json_answer(self._farm.nodes())

    def pause(self, ask: Ask, node_id: str) -> HTTPResponse:
        """At once, or ``after_current``."""
        after = ask.parameters(Pause).after_current
        return json_answer(self._farm.set_node_pause(node_id, paused=True, after_current=after))

    def resume(self, _ask: Ask, node_id: str) -> HTTPResponse:
        """Back to work."""
        return json_answer(self._farm.set_node_pause(node_id, paused=False, after_current=False))
