"""Installing builds of engines, on this machine or on another one of the farm."""

from typing import Any

from bottle import HTTPResponse

from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.routes.engine_downloads import BASE, BEGUN, PLATFORM, VERSION
from zordon_app.api.routing import ACTORS_AND_PEERS, JSON, Body, Context, Query, Route, Says, act, get
from zordon_app.api.services import Downloads
from zordon_app.domain.callers import Role
from zordon_app.domain.messages import DownloadOrder
from zordon_app.errors import BadRequest, Forbidden
from zordon_app.farm.interfaces import BuildDownloads

DOWNLOADS = f"{BASE}/downloads"


def routes(context: Context) -> list[Route]:
    """The table."""
    use = Installing(context.services.downloads)
    elsewhere = {
        403: Says("Another machine asks for a third one."),
        404: Says("There is no such engine, build, download or machine."),
        503: Says("The other machine does not answer, or cannot at present."),
    }
    record = {200: BEGUN[200], **elsewhere}
    records = {200: Says("A list.", list[dict[str, Any]], JSON), **elsewhere}
    begun = {**BEGUN, **elsewhere, 503: Says("The disk is full, too many downloads wait, or the other is not reached.")}
    engine = Query("engine", "The engine's name.", required=True)
    wait = Query("wait", "Truthy: answer when it is installed, not at once.", "boolean")
    node = Query("node", "Id of the machine of the farm that installs it; this one if left out.")
    how = (engine, VERSION, *PLATFORM, wait, node)
    order, both = Body(DownloadOrder, "What to install."), ACTORS_AND_PEERS
    add, single = f"{BASE}/download", f"{DOWNLOADS}/<download_id>"
    return [
        get(DOWNLOADS, use.all, "What is being installed", node, answers=records),
        get(single, use.one, "One download", node, answers=record),
        act("POST", add, use.begin, "Install a build", *how, answers=begun, body=order, allow=both),
        act("POST", f"{single}/pause", use.pause, "Hold a download", node, answers=record, allow=both),
        act("POST", f"{single}/resume", use.resume, "Go on with a download", node, answers=record, allow=both),
        act("POST", f"{single}/cancel", use.cancel, "End a download", node, answers=record, allow=both),
    ]


class Installing:
    """Installations of builds, on this machine or on the one that ``node`` names.

    Another machine of the farm may give such orders for this one only, so that none is ever passed on twice.
    """

    def __init__(self, downloads: Downloads) -> None:
        """Act through ``downloads``."""
        self._downloads = downloads

    def begin(self, ask: Ask) -> HTTPResponse:
        """Named by the query or by the body."""
        order = ask.parameters(DownloadOrder)
        if order.node and order.wait:
            raise BadRequest("One cannot wait for another machine: leave out 'wait', and ask for its downloads.")
        return json_answer(self._on(ask, order.node).download(order))

    def all(self, ask: Ask) -> HTTPResponse:
        """A list, oldest first."""
        return json_answer(self._on(ask, ask.query.get("node", "")).downloads())

    def one(self, ask: Ask, download_id: str) -> HTTPResponse:
        """One record."""
        return json_answer(self._on(ask, ask.query.get("node", "")).download_record(download_id))

    def pause(self, ask: Ask, download_id: str) -> HTTPResponse:
        """What is there is kept."""
        return self._act(ask, download_id, "pause")

    def resume(self, ask: Ask, download_id: str) -> HTTPResponse:
        """Also one that failed."""
        return self._act(ask, download_id, "resume")

    def cancel(self, ask: Ask, download_id: str) -> HTTPResponse:
        """What is there is removed."""
        return self._act(ask, download_id, "cancel")

    def _act(self, ask: Ask, download_id: str, action: str) -> HTTPResponse:
        return json_answer(self._on(ask, ask.query.get("node", "")).act_on_download(download_id, action))

    def _on(self, ask: Ask, node: str) -> BuildDownloads:
        if node and ask.caller.role is Role.PEER:
            raise Forbidden("Another machine may ask this one for its own downloads only: leave out 'node'.")
        return self._downloads.on(node)
