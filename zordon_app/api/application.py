"""The whole application: access, then errors, then the version, then Bottle and the frontend's files."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import msgspec
from bottle import HTTPResponse, request

from zordon_app import API_VERSION
from zordon_app.api.access import Access, AccessLayer
from zordon_app.api.bodies import Bodies
from zordon_app.api.docs import make_page
from zordon_app.api.errors import Application, Environ, ErrorBoundary, PlainBottle, StartResponse
from zordon_app.api.exchange import Ask
from zordon_app.api.openapi import make_document
from zordon_app.api.places import Places
from zordon_app.api.policy import Policy
from zordon_app.api.routes import all_routes
from zordon_app.api.routing import Context, Route
from zordon_app.api.services import Services
from zordon_app.api.static import StaticFiles, by_path
from zordon_app.errors import BadRequest

MAX_UPLOADS = 24
MAX_STREAMS = 24
_VERSION = re.compile(r"([0-9]{1,6}\.[0-9]{1,6})(\.[0-9A-Za-z.+-]{1,40})?")


def make_application(services: Services, access: Access | None = None) -> Application:
    """The WSGI application for one listener; ``access`` says whom it lets in (default: this machine's programs)."""
    routes = make_routes(services)
    api = VersionCheck(make_bottle(routes))
    files = StaticFiles(services.web)
    return AccessLayer(access or Access(), Policy(routes), ErrorBoundary(by_path(api, files)))


def make_routes(services: Services) -> list[Route]:
    """Every route, bound to ``services``."""
    bodies = Bodies(services.uploads, Places(MAX_UPLOADS, "Too many uploads at once. Try again in a moment."))

    @cache
    def document() -> dict[str, Any]:
        return make_document(routes)

    context = Context(
        services=services,
        ask=lambda environ: Ask(environ, bodies),
        streams=Places(MAX_STREAMS, "Too many downloads at once. Try again in a moment."),
        benchmarks=Places(1, "A benchmark is running already. Try again when it is over.", patience=0.1),
        document=cache(lambda: msgspec.json.encode(document())),
        page=cache(lambda: make_page(document())),
    )
    routes = [_with_ask(route, context.ask) for route in all_routes(context)]
    return routes


def make_bottle(routes: list[Route]) -> PlainBottle:
    """A Bottle with those routes."""
    bottle = PlainBottle()
    for route in routes:
        bottle.route(route.path, route.method, route.handle)
    return bottle


def _with_ask(route: Route, make_ask: Callable[[Environ], Ask]) -> Route:
    """The route with a handler that Bottle can call: with the parts of the path only."""
    handle = route.handle

    def answer(**parts: str) -> HTTPResponse:
        return handle(make_ask(request.environ), **parts)

    return msgspec.structs.replace(route, handle=answer)


class VersionCheck:
    """Refuses callers that were written for another API."""

    def __init__(self, application: Application) -> None:
        """Guard ``application``."""
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Go on when the caller names no version, or ours."""
        asked = str(environ.get("HTTP_X_API_VERSION", "")).strip()
        match = _VERSION.fullmatch(asked)
        if asked and (match is None or match[1] != API_VERSION):
            raise BadRequest(
                f"This Zordon serves API version {API_VERSION}, not {asked[:40]!r}. "
                "Update the older of the two programs."
            )
        return self._application(environ, start_response)
