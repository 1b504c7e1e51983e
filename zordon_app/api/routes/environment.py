"""This machine and its farm: is it there, how busy, what can it do."""

import socket
from datetime import UTC, datetime
from typing import Any

import msgspec
from bottle import HTTPResponse

from zordon_app import API_VERSION, __version__
from zordon_app.api.docs import docs_answer
from zordon_app.api.exchange import Ask, json_answer, json_bytes, text_answer
from zordon_app.api.routing import ACTORS_AND_PEERS, JSON, OPEN, Context, Route, Says, get
from zordon_app.api.schemas import DiskSpeed, Snapshot
from zordon_app.api.services import Services

CPU_SECONDS = 10.0
PEER_SECONDS = 5.0
BUSY = Says("A benchmark is running already.")


def routes(context: Context) -> list[Route]:
    """The table."""
    here = Environment(context)
    anything = Says("An object.", dict[str, Any], JSON)
    time = Says("The time, ISO 8601 in UTC.")
    score = Says("The score.")
    speed = Says("Speeds in MB/s.", DiskSpeed, JSON)
    whole = Says("Everything.", Snapshot, JSON)
    other = Says("Asked by the page of another site.")
    cpu = {200: score, 403: other, 503: BUSY}
    disk = {200: speed, 403: other, 503: BUSY}
    page = {200: Says("The page.", media="text/html")}
    work = ACTORS_AND_PEERS  # a benchmark keeps the machine busy
    return [
        get("/api/heartbeat", here.heartbeat, "The time: am I reachable?", answers={200: time}, allow=OPEN),
        get("/api/status", here.status, "This machine, its load and its jobs", answers={200: anything}),
        get("/api/snapshot", here.snapshot, "Status and all jobs at once", answers={200: whole}),
        get("/api/full_status", here.full_status, "The status of every machine", answers={200: anything}),
        get("/api/cpu_benchmark", here.cpu_benchmark, "Measure the CPU for 10 s", answers=cpu, allow=work),
        get("/api/disk_benchmark", here.disk_benchmark, "Measure the disk", answers=disk, allow=work),
        get("/api/openapi.json", here.document, "This document", answers={200: anything}),
        get("/api/docs", here.page, "This document, for people", answers=page),
    ]


class Environment:
    """Answers about this machine."""

    def __init__(self, context: Context) -> None:
        """Use the services and the one place for benchmarks."""
        self._services: Services = context.services
        self._context = context

    def heartbeat(self, _ask: Ask) -> HTTPResponse:
        """The time in plain text; nothing that can be slow."""
        return text_answer(_now())

    def status(self, ask: Ask) -> HTTPResponse:
        """The contract's fields."""
        return json_answer(self._status(ask))

    def snapshot(self, ask: Ask) -> HTTPResponse:
        """Built around the bytes of the job list, which are there already."""
        local = msgspec.json.encode(self._status(ask))
        jobs = self._services.jobs.jobs_json()
        parts = (b'{"timestamp":', msgspec.json.encode(_now()), b',"status":', local, b",", jobs.lstrip()[1:])
        return json_bytes(b"".join(parts))

    def full_status(self, ask: Ask) -> HTTPResponse:
        """Every machine by host name; those that did not answer are marked."""
        own = self._status(ask)
        peers = self._services.peers
        others = peers.statuses(PEER_SECONDS) if peers is not None else {}
        return json_answer({str(own["hostname"]): {"online": True, "this": True, **own}, **others})

    def cpu_benchmark(self, ask: Ask) -> HTTPResponse:
        """10 s of work; one at a time."""
        ask.refuse_other_sites()
        leave = self._context.benchmarks.take()
        try:
            return text_answer(str(self._services.machine.cpu_benchmark(CPU_SECONDS)))
        finally:
            leave()

    def disk_benchmark(self, ask: Ask) -> HTTPResponse:
        """Write and read; one at a time."""
        ask.refuse_other_sites()
        leave = self._context.benchmarks.take()
        try:
            return json_answer(self._services.machine.disk_benchmark())
        finally:
            leave()

    def document(self, _ask: Ask) -> HTTPResponse:
        """OpenAPI 3.1."""
        return json_bytes(self._context.document())

    def page(self, _ask: Ask) -> HTTPResponse:
        """The document as a page."""
        return docs_answer(self._context.page())

    def _status(self, ask: Ask) -> dict[str, Any]:
        return {
            "timestamp": _now(),
            "hostname": socket.gethostname(),
            "port": int(ask.environ["SERVER_PORT"]),
            "app_version": __version__,
            "api_version": API_VERSION,
            "job_counts": self._services.jobs.counts(),
            **self._services.machine.status(),
        }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
