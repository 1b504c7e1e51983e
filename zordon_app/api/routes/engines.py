"""The programs that render."""

from typing import Any

from bottle import HTTPResponse

from zordon_app.api.exchange import Ask, json_answer, text_answer
from zordon_app.api.routing import ACTORS_AND_PEERS, JSON, Body, Context, Query, Route, Says, act, get
from zordon_app.api.schemas import BenchmarkOrder, EngineSpeed
from zordon_app.api.services import Engines
from zordon_app.errors import BadRequest

RESPONSE_TYPES = ("standard", "full")


def routes(context: Context) -> list[Route]:
    """The table."""
    read = EngineReading(context)
    kind = Query("response_type", "full adds extensions, formats, system and options.", choices=RESPONSE_TYPES)
    filename = Query("filename", "A file name; only its extension counts.", required=True)
    wrong = {400: Says("A parameter is missing or wrong.")}
    unknown = {404: Says("There is no such engine.")}
    data = {200: Says("An object.", dict[str, Any], JSON), **wrong}
    one = {**data, **unknown}
    text = {200: Says("The text."), **unknown}
    named = {200: Says("The name of the engine."), **wrong}
    arguments = {200: Says("The arguments there are.", list[dict[str, Any]], JSON), **unknown}
    name_list = {200: Says("The names.", list[str], JSON)}
    failed = {500: Says("The engine could not do it."), 503: Says("A benchmark is running already.")}
    speed = {200: Says("How fast it is.", EngineSpeed, JSON), **wrong, **unknown, **failed}
    order, both = Body(BenchmarkOrder, "Which build."), ACTORS_AND_PEERS
    base = "/api/engines"
    measure = f"{base}/<engine_name>/benchmark"
    return [
        get(base, read.all, "The engines and their builds", kind, answers=data),
        get(f"{base}/names", read.names, "Names of the engines that are installed", answers=name_list),
        get(f"{base}/for_filename", read.for_filename, "The engine for a project", filename, answers=named),
        get(f"{base}/<engine_name>", read.one, "One engine", kind, answers=one),
        get(f"{base}/<engine_name>/availability", read.availability, "Can it take jobs here?", answers=one),
        get(f"{base}/<engine_name>/args", read.arguments, "Its arguments", answers=arguments),
        get(f"{base}/<engine_name>/help", read.help, "Its help text", answers=text),
        act("POST", measure, read.benchmark, "Measure its speed", answers=speed, body=order, allow=both),
    ]


class EngineReading:
    """Answers about engines."""

    def __init__(self, context: Context) -> None:
        """Use the engines and the one place for benchmarks."""
        self._engines: Engines = context.services.engines
        self._benchmarks = context.benchmarks

    def all(self, ask: Ask) -> HTTPResponse:
        """By name."""
        return json_answer(self._engines.overview(full=_is_full(ask)))

    def names(self, _ask: Ask) -> HTTPResponse:
        """A list."""
        return json_answer(self._engines.names())

    def for_filename(self, ask: Ask) -> HTTPResponse:
        """Plain text."""
        return text_answer(self._engines.for_filename(ask.required("filename")))

    def one(self, ask: Ask, engine_name: str) -> HTTPResponse:
        """One engine's data."""
        return json_answer(self._engines.one(engine_name, full=_is_full(ask)))

    def availability(self, _ask: Ask, engine_name: str) -> HTTPResponse:
        """Whether and why not."""
        return json_answer(self._engines.availability(engine_name))

    def arguments(self, _ask: Ask, engine_name: str) -> HTTPResponse:
        """The allow-list."""
        return json_answer(self._engines.arguments(engine_name))

    def help(self, _ask: Ask, engine_name: str) -> HTTPResponse:
        """Plain text."""
        return text_answer(self._engines.help(engine_name))

    def benchmark(self, ask: Ask, engine_name: str) -> HTTPResponse:
        """A standard job, one at a time."""
        version = ask.parameters(BenchmarkOrder).version
        leave = self._benchmarks.take()
        try:
            return json_answer(self._engines.benchmark(engine_name, version))
        finally:
            leave()


def _is_full(ask: Ask) -> bool:
    asked = ask.query.get("response_type", "standard")
    if asked not in RESPONSE_TYPES:
        raise BadRequest(f"The parameter 'response_type' must be one of: {', '.join(RESPONSE_TYPES)}.")
    return asked == "full"
