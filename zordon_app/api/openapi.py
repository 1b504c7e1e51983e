"""The OpenAPI 3.1 document, made from the route tables and the types of the messages."""

import re
from types import UnionType
from typing import Any, get_args

import msgspec

from zordon_app import API_VERSION
from zordon_app.api.errors import status_line
from zordon_app.api.routing import JSON, TEXT, Body, Query, Route, Says
from zordon_app.api.schemas import Uploaded

Schemas = dict[Any, dict[str, Any]]
"""JSON Schema by Python type."""

PART = re.compile(r"<(\w+)>")
FORM = "multipart/form-data"
DESCRIPTION = (
    "Zordon's own API: the window, the command line and other machines use nothing else. Errors are plain text, "
    "written for people; the header X-Error has the code and the values of those that other languages can say too. "
    "Send X-API-Version to be refused, rather than misunderstood, by a server that is too old or too new."
)
VERSION_HEADER = {
    "name": "X-API-Version",
    "in": "header",
    "description": "The version the caller was written for; another major.minor is refused with 400.",
    "schema": {"type": "string"},
}


def make_document(routes: list[Route]) -> dict[str, Any]:
    """The document for ``routes``, as JSON values."""
    kinds = _types(routes)
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    by_type = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        item = paths.setdefault(PART.sub(r"{\1}", route.path), {})
        item[route.method.lower()] = _operation(route, by_type)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Zordon", "version": API_VERSION, "description": DESCRIPTION},
        "paths": paths,
        "components": {"schemas": components, "parameters": {"version": VERSION_HEADER}},
    }


def _types(routes: list[Route]) -> list[Any]:
    found: dict[Any, None] = {}
    for route in routes:
        for kind in [route.body.type if route.body else None, *(says.type for says in route.answers.values())]:
            found |= dict.fromkeys(_alternatives(kind))
    found.pop(None, None)
    return list(found)


def _alternatives(kind: Any) -> tuple[Any, ...]:
    """The members of a union, which msgspec describes only one by one when several are Structs."""
    return get_args(kind) if isinstance(kind, UnionType) else (kind,)


def _schema_of(kind: Any, schemas: Schemas) -> dict[str, Any]:
    found = [schemas[part] for part in _alternatives(kind)]
    return found[0] if len(found) == 1 else {"anyOf": found}


def _operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    name = f"{route.method.lower()}_{re.sub(r'[^a-z0-9]+', '_', route.path.lower()).strip('_')}"
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": route.summary,
        "tags": [_tag(route.path)],
        "parameters": [
            {"$ref": "#/components/parameters/version"},
            *(_path_parameter(part) for part in PART.findall(route.path)),
            *(_query_parameter(query) for query in route.query),
        ],
        "responses": {str(status): _response(status, says, schemas) for status, says in _answers(route).items()},
    }
    if route.body is not None:
        operation["requestBody"] = _request_body(route.body, schemas)
    return operation


def _answers(route: Route) -> dict[int, Says]:
    everywhere = {
        400: Says("The request is wrong; the text says how."),
        403: Says("Another site's page asked."),
        421: Says("The Host is not one of this machine's names."),
        500: Says("Something went wrong; the text has a report id."),
    }
    if route.method not in ("GET", "HEAD"):
        everywhere[413] = Says("The body is too large.")
    return dict(sorted({**everywhere, **route.answers}.items()))


def _tag(path: str) -> str:
    first = path.split("/")[2]
    return first if first in {"jobs", "engines", "nodes", "settings", "_debug"} else "general"


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameter(query: Query) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": query.kind}
    if query.choices:
        schema["enum"] = list(query.choices)
    return {"name": query.name, "in": "query", "description": query.text, "required": query.required, "schema": schema}


def _response(status: int, says: Says, schemas: Schemas) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": f"{status_line(status)[4:]}. {says.text}"}
    if says.media == JSON:
        answer["content"] = {JSON: {"schema": _schema_of(says.type, schemas)}}
    elif says.media == TEXT:
        answer["content"] = {TEXT: {"schema": {"type": "string"}}}
    elif says.media:
        answer["content"] = {says.media: {}}
    return answer


def _request_body(body: Body, schemas: Schemas) -> dict[str, Any]:
    schema = _schema_of(body.type, schemas)
    content: dict[str, Any] = {JSON: {"schema": schema}}
    if body.upload:
        properties = {"json": schema, "file": {"type": "string", "format": "binary", "description": Uploaded.__doc__}}
        form = {"type": "object", "required": ["json"], "properties": properties}
        content[FORM] = {"schema": form, "encoding": {"json": {"contentType": JSON}}}
    return {"description": body.text, "required": body.required, "content": content}
