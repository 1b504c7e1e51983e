"""For developers; not there unless debug mode is on."""

from bottle import HTTPResponse

from zordon_app.api.exchange import Ask, json_answer, text_answer
from zordon_app.api.routing import JSON, LOCAL_ONLY, Context, Route, Says, act, get
from zordon_app.api.services import Services
from zordon_app.errors import NotFound


def routes(context: Context) -> list[Route]:
    """The table."""
    debug = Debug(context.services)
    off = {404: Says("Debug mode is off.")}
    hosts = {200: Says("Host names.", list[str], JSON), **off}
    cleared = {200: Says("The word success."), **off}
    base = "/api/_debug"
    return [
        get(f"{base}/detected_clients", debug.detected, "Hosts found by discovery", answers=hosts, allow=LOCAL_ONLY),
        act("POST", f"{base}/clear_history", debug.clear, "Forget ended jobs", answers=cleared, allow=LOCAL_ONLY),
    ]


class Debug:
    """Answers in debug mode only."""

    def __init__(self, services: Services) -> None:
        """Use ``services``."""
        self._services = services

    def detected(self, _ask: Ask) -> HTTPResponse:
        """Host names."""
        self._need_debug()
        peers = self._services.peers
        return json_answer(peers.detected() if peers is not None else [])

    def clear(self, _ask: Ask) -> HTTPResponse:
        """``success``."""
        self._need_debug()
        self._services.actions.clear_history()
        return text_answer("success")

    def _need_debug(self) -> None:
        if not self._services.debug:
            raise NotFound("There is nothing at this address. All routes are listed at /api/docs.")
