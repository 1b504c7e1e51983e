"""Builds of engines that Zordon downloads, installs and removes."""

from pathlib import Path
from typing import Any

from bottle import HTTPResponse

from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.routing import JSON, LOCAL_ONLY, Body, Context, Query, Route, Says, act, get
from zordon_app.api.services import Engines
from zordon_app.complaints import checked
from zordon_app.domain.messages import ArchiveOrder, DownloadOrder, ManagedBuild
from zordon_app.errors import BadRequest, Forbidden

BASE = "/api/engines"
DOWNLOADS = f"{BASE}/downloads"


def routes(context: Context) -> list[Route]:
    """The table."""
    read = BuildReading(context.services.engines)
    do = BuildActions(context.services.engines)
    unknown = {404: Says("There is no such engine, build or download.")}
    one = {200: Says("An object.", dict[str, Any], JSON), 400: Says("A parameter is missing or wrong."), **unknown}
    record = {**one, 200: Says("The download as it is now.", dict[str, Any], JSON)}
    many = {**one, 200: Says("A list.", list[dict[str, Any]], JSON)}
    begun = {**record, 502: Says("The site failed."), 503: Says("The disk is full, or too many downloads wait.")}
    dropped = {**begun, 403: Says("Only programs on this machine may.")}
    engine = Query("engine", "The engine's name.", required=True)
    some = Query("engine", "The engine's name; all if left out.")
    version = Query("version", "A version or its beginning, or latest, lts, daily.", required=True)
    system_os = Query("system_os", "linux, macos or windows; this machine's if left out.")
    cpu = Query("cpu", "x64 or arm64; this machine's if left out.")
    platform = (system_os, cpu)
    wait = Query("wait", "Truthy: answer when it is installed, not at once.", "boolean")
    order = Body(DownloadOrder, "What to install.")
    archive = Body(ArchiveOrder, "The archive: a file that comes along, or its path.", required=True, upload=True)
    build = Body(ManagedBuild, "Which build.")
    check, newest, available = read.download_available, read.most_recent_version, read.available
    add = f"{BASE}/install_archive"
    named = (engine, version, *platform)
    return [
        get(f"{BASE}/download_available", check, "Can it be downloaded?", *named, answers=one),
        get(f"{BASE}/most_recent_version", newest, "The newest download", engine, *platform, answers=one),
        get(f"{BASE}/available", available, "All downloads there are", engine, *platform, answers=many),
        get(f"{BASE}/sources", read.sources, "The sites of downloads", some, answers=many),
        get(DOWNLOADS, read.downloads, "What is being installed", answers=many),
        get(f"{DOWNLOADS}/<download_id>", read.download, "One download", answers=record),
        act("POST", f"{BASE}/refresh", do.refresh, "Ask the sites now", some, answers=many),
        act("POST", f"{BASE}/download", do.download, "Install a build", *named, wait, answers=begun, body=order),
        act("POST", add, do.install_archive, "Install a file", answers=dropped, body=archive, allow=LOCAL_ONLY),
        act("POST", f"{DOWNLOADS}/<download_id>/pause", do.pause, "Hold a download", answers=record),
        act("POST", f"{DOWNLOADS}/<download_id>/resume", do.resume, "Go on with a download", answers=record),
        act("POST", f"{DOWNLOADS}/<download_id>/cancel", do.cancel, "End a download", answers=record),
        act("POST", f"{BASE}/delete", do.delete, "Delete a managed build", answers=one, body=build),
    ]


class BuildReading:
    """Answers about downloads."""

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

    def downloads(self, _ask: Ask) -> HTTPResponse:
        """A list, oldest first."""
        return json_answer(self._engines.downloads())

    def download(self, _ask: Ask, download_id: str) -> HTTPResponse:
        """One record."""
        return json_answer(self._engines.download_record(download_id))


class BuildActions:
    """Each method hands one request on."""

    def __init__(self, engines: Engines) -> None:
        """Act through ``engines``."""
        self._engines = engines

    def refresh(self, ask: Ask) -> HTTPResponse:
        """The sites afterwards."""
        return json_answer(self._engines.refresh(ask.query.get("engine") or ask.fields().get("engine")))

    def download(self, ask: Ask) -> HTTPResponse:
        """Named by the query or by the body."""
        return json_answer(self._engines.download(ask.parameters(DownloadOrder)))

    def install_archive(self, ask: Ask) -> HTTPResponse:
        """A file that came along, or one that lies on this machine; what is in it will be run, so nobody else may."""
        if not ask.caller.local:
            raise Forbidden("Archives are installed only for programs on this machine; download the build instead.")
        with ask.received() as received:
            order = checked(received.value, ArchiveOrder)
            if received.upload is not None:
                upload = received.upload
                return json_answer(self._engines.install_archive(order, upload.path, upload.filename, owned=True))
        path = _path_of(order)
        return json_answer(self._engines.install_archive(order, path, path.name, owned=False))

    def pause(self, _ask: Ask, download_id: str) -> HTTPResponse:
        """What is there is kept."""
        return json_answer(self._engines.act_on_download(download_id, "pause"))

    def resume(self, _ask: Ask, download_id: str) -> HTTPResponse:
        """Also one that failed."""
        return json_answer(self._engines.act_on_download(download_id, "resume"))

    def cancel(self, _ask: Ask, download_id: str) -> HTTPResponse:
        """What is there is removed."""
        return json_answer(self._engines.act_on_download(download_id, "cancel"))

    def delete(self, ask: Ask) -> HTTPResponse:
        """Named by the body."""
        return json_answer(self._engines.delete_download(ask.parameters(ManagedBuild)))


def _path_of(order: ArchiveOrder) -> Path:
    if not order.local_path:
        raise BadRequest("Name the archive: send a file, or its path in 'local_path'.")
    path = Path(order.local_path).expanduser() if "\0" not in order.local_path else Path()
    if not path.is_absolute() or not path.is_file():
        raise BadRequest(f"There is no file {order.local_path[:200]!r} on this machine.")
    return path
