"""What the groups of methods of ``RenderServerProxy`` share: sending, and reading the JSON of an answer."""

from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from zordon_app.client.download import OnBytes
from zordon_app.client.errors import BadAnswer, BadRequest, NotFound
from zordon_app.client.transport import Answer, Transport, json_of
from zordon_app.client.upload import MultipartUpload

Json = dict[str, Any]
T = TypeVar("T")

QUICK_SECONDS = 3.0
SUBMIT_SECONDS = 300.0
"""A large project is looked into before the answer comes."""
BENCHMARK_SECONDS = 60.0
ENGINE_BENCHMARK_SECONDS = 660.0
FETCH_SECONDS = 3600.0
"""An engine may be downloaded before the answer comes."""


class Calls:
    """Sends through one transport."""

    def __init__(self, transport: Transport) -> None:
        """The transport is closed by whoever made it."""
        self._transport = transport

    def request(self, method: str, path: str, **options: Any) -> Answer:
        """Any request, with ``X-API-Version``; ``options`` are those of ``Transport.send``. Raises ServerError."""
        return self._transport.send(method, path, **options)

    def _object(self, method: str, path: str, **options: Any) -> Json:
        return as_object(self.request(method, path, **options))

    def _list(self, method: str, path: str, **options: Any) -> list[Json]:
        return as_list(self.request(method, path, **options))

    def _names(self, path: str) -> list[str]:
        return [str(name) for name in as_list(self.request("GET", path))]

    def _submit(self, path: str, value: object, file: Path | None, on_bytes: OnBytes | None) -> Answer:
        """JSON, or a form with JSON and a file; such requests carry their own protection from arriving twice."""
        if file is None:
            return self.request("POST", path, json=value, read_seconds=SUBMIT_SECONDS, repeatable=True)
        with MultipartUpload(value, file, on_bytes) as form:
            headers = {"Content-Type": form.content_type, "Content-Length": str(form.length)}
            return self.request("POST", path, body=form, headers=headers, read_seconds=SUBMIT_SECONDS, repeatable=True)


def as_object(answer: Answer) -> Json:
    """The JSON object of an answer. Raises BadAnswer."""
    value = json_of(answer)
    if not isinstance(value, dict):
        raise BadAnswer("The server answered with another kind of JSON than expected.", status=answer.status)
    return value


def as_list(answer: Answer) -> list[Any]:
    """The JSON list of an answer. Raises BadAnswer."""
    value = json_of(answer)
    if not isinstance(value, list):
        raise BadAnswer("The server answered with another kind of JSON than expected.", status=answer.status)
    return value


def typed(answer: Answer, kind: type[T]) -> T:
    """The JSON of an answer as a record. Raises BadAnswer."""
    try:
        return msgspec.json.decode(answer.data, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadAnswer(
            f"The server answered with something else than expected: {error}.", status=answer.status
        ) from error


def given(**values: Any) -> Json:
    """Those values that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def path_part(text: str) -> str:
    """``text`` as one part of a path. Raises NotFound for what cannot be one."""
    if text in ("", ".", ".."):
        raise NotFound(f"There is nothing called {text!r}.", status=404)
    return quote(text, safe="")


def job_path(job_id: str, what: str = "") -> str:
    """The path of a job, or of something of it. Raises BadRequest, as a server does for jobs it does not have."""
    if job_id in ("", ".", ".."):
        raise BadRequest(f"There is no job {job_id!r}.", status=400)
    return f"/api/jobs/{path_part(job_id)}{'/' if what else ''}{what}"
