"""One request as the routes see it, and the answers they give."""

import math
import re
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from bottle import HTTPResponse

from zordon_app.api.bodies import Bodies, Received
from zordon_app.api.errors import CALLER
from zordon_app.domain.callers import Caller
from zordon_app.domain.validation import checked
from zordon_app.errors import BadRequest, Forbidden

Environ = dict[str, Any]
T = TypeVar("T")

TRUTHY = frozenset({"1", "true", "yes", "on"})
MAX_PARAMETERS = 100
_INTEGER = re.compile(r"-?[0-9]{1,15}")


def is_truthy(value: object) -> bool:
    """Whether a parameter says yes: 1, true, yes, on (any case), or a JSON true or 1."""
    if isinstance(value, str):
        return value.strip().lower() in TRUTHY
    return value is True or (isinstance(value, int) and value == 1)


class Ask:
    """One request: its query, its body and who asks."""

    def __init__(self, environ: Environ, bodies: Bodies) -> None:
        """``environ`` has been through the access layer."""
        self.environ = environ
        self.caller: Caller = environ[CALLER]
        self._bodies = bodies
        self._fields: dict[str, Any] | None = None
        self.query = self._parse_query()

    def header(self, name: str) -> str:
        """A request header, empty when it was not sent."""
        return str(self.environ.get(f"HTTP_{name.upper().replace('-', '_')}", ""))

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A whole number from the query. Raises BadRequest."""
        text = self.query.get(name)
        if text is None:
            return default
        if _INTEGER.fullmatch(text) is None:
            raise BadRequest(f"The parameter {name!r} must be a whole number.")
        return int(text)

    def number(self, name: str, default: float) -> float:
        """A number from the query. Raises BadRequest."""
        try:
            value = float(self.query.get(name, default))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise BadRequest(f"The parameter {name!r} must be a number.")
        return value

    def truthy(self, name: str) -> bool:
        """Whether a parameter of the query says yes."""
        return is_truthy(self.query.get(name))

    def required(self, name: str) -> str:
        """A parameter of the query that must be there and not empty. Raises BadRequest."""
        text = self.query.get(name, "")
        if not text:
            raise BadRequest(f"The parameter {name!r} is missing.")
        return text

    def fields(self) -> dict[str, Any]:
        """The body's fields, from JSON or a form; empty when there is no body. Raises BadRequest."""
        if self._fields is None:
            self._fields = self._bodies.fields(self.environ)
        return self._fields

    def says_yes(self, name: str) -> bool:
        """Whether a parameter of the query or a field of the body says yes."""
        return self.truthy(name) or is_truthy(self.fields().get(name))

    def parameters(self, kind: type[T]) -> T:
        """Body fields, and query parameters of the same names, as a Struct. Raises BadRequest."""
        known = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}  # type: ignore[arg-type]
        values = {**{name: text for name, text in self.query.items() if name in known}, **self.fields()}
        for name, value in values.items():
            if known.get(name) is bool and isinstance(value, str):
                values[name] = is_truthy(value)
        return checked(values, kind, lax=True)

    def received(self) -> Received:
        """The JSON of the request and the file that came with it; close it. Raises BadRequest, TooLarge, DiskFull."""
        return self._bodies.receive(self.environ)

    def stored_body(self) -> Path:
        """The body as a file in a folder of its own; the caller removes both. Raises TooLarge, DiskFull."""
        return self._bodies.store(self.environ)

    def refuse_other_sites(self) -> None:
        """For reads that cost something: another site's page may not set them off. Raises Forbidden."""
        if self.header("Sec-Fetch-Site") in {"cross-site", "same-site"}:
            raise Forbidden("Pages of other sites may not do that.")

    def _parse_query(self) -> dict[str, str]:
        text = str(self.environ.get("QUERY_STRING", ""))
        try:
            pairs = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=MAX_PARAMETERS)
        except ValueError as error:
            raise BadRequest(f"The address has more than {MAX_PARAMETERS} parameters.") from error
        return dict(reversed(pairs))


def json_answer(value: object, status: int = 200) -> HTTPResponse:
    """An answer in JSON; ``value`` is anything msgspec encodes."""
    return json_bytes(msgspec.json.encode(value), status)


def json_bytes(body: bytes, status: int = 200) -> HTTPResponse:
    """An answer whose JSON is there already."""
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return HTTPResponse(body=body, status=status, headers=headers)


def text_answer(text: str | bytes, status: int = 200) -> HTTPResponse:
    """An answer in plain text."""
    headers = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    body = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
    return HTTPResponse(body=body, status=status, headers=headers)
