"""What a route is: one line of a table, from which Bottle and the OpenAPI document are both made."""

from collections.abc import Callable, Mapping
from typing import Any

from bottle import HTTPResponse
from msgspec import Struct

from zordon_app.api.exchange import Ask
from zordon_app.api.places import Places
from zordon_app.api.services import Services
from zordon_app.domain.callers import Role

Handler = Callable[..., HTTPResponse]
"""Called with an ``Ask`` and the parts of the path by name."""

TEXT = "text/plain"
JSON = "application/json"

OPEN = frozenset(Role)
"""Anybody."""
READERS = frozenset({Role.LOCAL, Role.PEER, Role.CONTROL, Role.VIEW})
"""All who are known; the rule for routes that read."""
ACTORS = frozenset({Role.LOCAL, Role.CONTROL})
"""People who may act; the rule for routes that change something."""
ACTORS_AND_PEERS = ACTORS | {Role.PEER}
"""The same for what machines do for each other too."""
LOCAL_ONLY = frozenset({Role.LOCAL})
"""Programs on this machine."""
PEERS_ONLY = frozenset({Role.PEER})
"""Members of the farm."""


class Query(Struct, frozen=True):
    """One query parameter. ``kind`` is a JSON Schema type; ``choices`` are the values there are, if few."""

    name: str
    text: str
    kind: str = "string"
    required: bool = False
    choices: tuple[str, ...] = ()


class Says(Struct, frozen=True):
    """One answer of a route. ``type`` is a Struct or annotation for JSON answers, ``media`` the MIME type."""

    text: str
    type: Any = None
    media: str = TEXT


class Body(Struct, frozen=True):
    """What a route takes. ``type`` is checked by msgspec; ``upload`` adds multipart with ``json`` and ``file``."""

    type: Any
    text: str = ""
    required: bool = False
    upload: bool = False


class Route(Struct, frozen=True, kw_only=True):
    """One method on one path (``<name>`` marks a part that varies) and everything a reader must know of it."""

    method: str
    path: str
    handle: Handler
    summary: str
    answers: Mapping[int, Says]
    query: tuple[Query, ...] = ()
    body: Body | None = None
    allow: frozenset[Role] = LOCAL_ONLY
    """Whom it answers; all others are refused before routing."""


class Context(Struct, frozen=True, kw_only=True):
    """What route modules are given."""

    services: Services
    ask: Callable[[dict[str, Any]], Ask]
    streams: Places
    """Answers that send a file and may take long."""
    benchmarks: Places
    document: Callable[[], bytes]
    """The OpenAPI document, made when it is first asked for."""
    page: Callable[[], bytes]
    """The same for people, HTML."""


def get(
    path: str,
    handle: Handler,
    summary: str,
    *query: Query,
    answers: Mapping[int, Says],
    allow: frozenset[Role] = READERS,
) -> Route:
    """A route that reads."""
    known = _complete(path, answers)
    return Route(method="GET", path=path, handle=handle, summary=summary, query=query, answers=known, allow=allow)


def act(
    method: str,
    path: str,
    handle: Handler,
    summary: str,
    *query: Query,
    answers: Mapping[int, Says],
    body: Body | None = None,
    allow: frozenset[Role] = ACTORS,
) -> Route:
    """A route that changes something."""
    known = {400: Says("The request is wrong; the text says how."), **_complete(path, answers)}
    return Route(
        method=method,
        path=path,
        handle=handle,
        summary=summary,
        query=query,
        body=body,
        answers=known,
        allow=allow,
    )


def _complete(path: str, answers: Mapping[int, Says]) -> dict[int, Says]:
    extra = {400: Says("There is no such job.")} if "<job_id>" in path else {}
    return {**extra, **answers}
