"""Builds of engines that could be had, or that a person brings or removes."""

from pathlib import Path
from typing import Any

from bottle import HTTPResponse

from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.routing import JSON, LOCAL_ONLY, Body, Context, Query, Route, Says, act, get
from zordon_app.api.services import Engines
from zordon_app.domain.messages import ArchiveOrder, ManagedBuild
from zordon_app.domain.validation import checked
from zordon_app.errors import BadRequest, Forbidden

BASE = "/api/engines"
BEGUN = {
    200: Says("The download as it is now.", dict[str, Any], JSON),
    502: Says("The site failed."),
    503: Says("The disk is full, or too many downloads wait."),
}
"""Answers of what begins to install a build."""
VERSION = Query("version", "A version or its beginning, or latest, lts, daily.", required=True)
PLATFORM = (
    Query("system_os", "linux, macos or windows; this machine's if left out."),
    Query("cpu", "x64 or arm64; this machine's if left out."),
)


def routes(context: Context) -> list[Route]:
    """The table."""
    read = BuildReading(context.services.engines)
    do = BuildActions(context.services.engines)
    unknown = {404: Says("There is no such engine, or no such build.")}
    one = {200: Says("An object.", dict[str, Any], JSON), 400: Says("A parameter is missing or wrong."), **unknown}
    many = {**one, 200: Says("A list.", list[dict[str, Any]], JSON)}
    dropped = {**one, **BEGUN, 403: Says("Only programs on this machine may.")}
    engine = Query("engine", "The engine's name.", required=True)
    some = Query("engine", "The engine's name; all if left out.")
    archive = Body(ArchiveOrder, "The archive: a file that comes along, or its path.", required=True, upload=True)
    build = Body(ManagedBuild, "Which build.")
    check, newest, available = read.download_available, read.most_recent_version, read.available
    add = f"{BASE}/install_archive"
    named = (engine, VERSION, *PLATFORM)
    return [
        get(f"{BASE}/download_available", check, "Can it be downloaded?", *named, answers=one),
        get(f"{BASE}/most_recent_version", newest, "The newest download", engine, *PLATFORM, answers=one),
        get(f"{BASE}/available", available, "All downloads there are", engine, *PLATFORM, answers=many),
        get(f"{BASE}/sources", read.sources, "The sites of downloads", some, answers=many),
        act("POST", f"{BASE}/refresh", do.refresh, "Ask the sites now", some, answers=many),
        act("POST", add, do.install_archive, "Install a file", answers=dropped, body=archive, allow=LOCAL_ONLY),
        act("POST", f"{BASE}/delete", do.delete, "Delete a managed build", answers=one, body=build),
    ]


class BuildReading:
    """Answers about what could be downloaded."""

    def __init__(self, engines: Engines) -> None:
        """Read from ``engines``."""
        self._engines = engines

    def download_available(self, ask: Ask) -> HTTPResponse:
        """Whether that version can be downloaded."""
        return json_answer(self._engines.download_available(ask.parameters(ManagedBuild)))

    def most_recent_version(self, ask: Ask) -> HTTPResponse:
        """The newest one."""
        engine, query = ask.required("engine"), ask.query
        found = self._engines.most_recent_version(engine, system_os=query.get("system_os"), cpu=query.get("cpu"))
        return json_answer(found)

    def available(self, ask: Ask) -> HTTPResponse:
        """A list, newest first."""
        engine, query = ask.required("engine"), ask.query
        return json_answer(self._engines.available(engine, system_os=query.get("system_os"), cpu=query.get("cpu")))

    def sources(self, ask: Ask) -> HTTPResponse:
        """When each site was asked, and what went wrong."""
        return json_answer(self._engines.sources(ask.query.get("engine")))


class BuildActions:
    """Each method hands one request on."""

    def __init__(self, engines: Engines) -> None:
        """Act through ``engines``."""
        self._engines = engines

    def refresh(self, ask: Ask) -> HTTPResponse:
        """The sites afterwards."""
        return json_answer(self._engines.refresh(ask.query.get("engine") or ask.fields().get("engine")))

    def install_archive(self, ask: Ask) -> HTTPResponse:
        """A file that came along, or one that lies on this machine; what is in it will be run, so nobody else may."""
        if not ask.caller.local:
            raise Forbidden(
                "Archives are installed only for programs on this machine; download the build instead.",
                code="archive_elsewhere",
            )
        with ask.received() as received:
            order = checked(received.value, ArchiveOrder)
            if received.upload is not None:
                upload = received.upload
                return json_answer(self._engines.install_archive(order, upload.path, upload.filename, owned=True))
        path = _path_of(order)
        return json_answer(self._engines.install_archive(order, path, path.name, owned=False))

    def delete(self, ask: Ask) -> HTTPResponse:
        """Named by the body."""
        return json_answer(self._engines.delete_download(ask.parameters(ManagedBuild)))


def _path_of(order: ArchiveOrder) -> Path:
    if not order.local_path:
        raise BadRequest("Name the archive: send a file, or its path in 'local_path'.")
    path = Path(order.local_path).expanduser() if "\0" not in order.local_path else Path()
    if not path.is_absolute() or not path.is_file():
        raise BadRequest("There is no file {path!r} on this machine.", code="no_file", path=order.local_path[:200])
    return path
