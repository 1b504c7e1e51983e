"""The programs that render, and their builds."""

from pathlib import Path

from zordon_app.client.calls import (
    BENCHMARK_SECONDS,
    ENGINE_BENCHMARK_SECONDS,
    FETCH_SECONDS,
    Calls,
    Json,
    as_object,
    given,
    path_part,
)
from zordon_app.client.download import OnBytes

DOWNLOADS = "/api/engines/downloads"


class EngineCalls(Calls):
    """The routes of engines."""

    def get_engines(self, *, full: bool = False) -> Json:
        """Engines and their builds, by name."""
        return self._object("GET", "/api/engines", query=_kind(full))

    def get_engine_names(self) -> list[str]:
        """Engines that have a build there."""
        return self._names("/api/engines/names")

    def get_engine_for_filename(self, filename: str) -> str:
        """The engine for a project file."""
        answer = self.request("GET", "/api/engines/for_filename", query={"filename": filename})
        return answer.data.decode("utf-8", "replace").strip()

    def get_engine(self, engine: str, *, full: bool = False) -> Json:
        """One engine and its builds."""
        return self._object("GET", _engine(engine), query=_kind(full))

    def get_engine_availability(self, engine: str) -> Json:
        """Whether it takes jobs there, and if not, why."""
        return self._object("GET", _engine(engine, "availability"))

    def get_engine_args(self, engine: str) -> list[Json]:
        """The arguments it takes."""
        return self._list("GET", _engine(engine, "args"))

    def get_engine_help(self, engine: str) -> str:
        """The program's own help text."""
        answer = self.request("GET", _engine(engine, "help"), read_seconds=BENCHMARK_SECONDS)
        return answer.data.decode("utf-8", "replace")

    def run_engine_benchmark(self, engine: str, version: str | None = None) -> Json:
        """``kind``, ``value``, ``at`` and ``version``; takes a minute or two."""
        body, seconds = given(version=version), ENGINE_BENCHMARK_SECONDS
        return self._object("POST", _engine(engine, "benchmark"), json=body, read_seconds=seconds)

    def is_engine_download_available(
        self, engine: str, version: str, *, system_os: str | None = None, cpu: str | None = None
    ) -> Json:
        """``available``, and what is known of that download."""
        query = _build(engine, version, system_os, cpu)
        return self._object("GET", "/api/engines/download_available", query=query, read_seconds=BENCHMARK_SECONDS)

    def get_most_recent_engine_version(
        self, engine: str, *, system_os: str | None = None, cpu: str | None = None
    ) -> Json:
        """The newest download there is."""
        query = given(engine=engine, system_os=system_os, cpu=cpu)
        return self._object("GET", "/api/engines/most_recent_version", query=query, read_seconds=BENCHMARK_SECONDS)

    def get_available_engine_versions(
        self, engine: str, *, system_os: str | None = None, cpu: str | None = None
    ) -> list[Json]:
        """The downloads there are, newest first."""
        query = given(engine=engine, system_os=system_os, cpu=cpu)
        return self._list("GET", "/api/engines/available", query=query, read_seconds=BENCHMARK_SECONDS)

    def get_engine_sources(self, engine: str | None = None) -> list[Json]:
        """The sites of downloads: when each was asked, and what went wrong."""
        return self._list("GET", "/api/engines/sources", query={"engine": engine})

    def refresh_engine_sources(self, engine: str | None = None) -> list[Json]:
        """Ask the sites now."""
        body = given(engine=engine)
        return self._list("POST", "/api/engines/refresh", json=body, read_seconds=BENCHMARK_SECONDS)

    def get_engine_downloads(self, *, node: str | None = None) -> list[Json]:
        """The downloads that go on, and those that ended lately; ``node``: on that machine of the server's farm."""
        return self._list("GET", DOWNLOADS, query={"node": node})

    def get_engine_download(self, download_id: str, *, node: str | None = None) -> Json:
        """One download."""
        return self._object("GET", f"{DOWNLOADS}/{path_part(download_id)}", query={"node": node})

    def download_engine(
        self,
        engine: str,
        version: str,
        *,
        system_os: str | None = None,
        cpu: str | None = None,
        wait: bool = False,
        node: str | None = None,
    ) -> Json:
        """Begin to download and install a build there; with ``wait`` the answer comes when it is installed.

        ``node`` is the id of the machine of the server's farm that shall have it; such a one cannot be waited for.
        """
        order = {**_build(engine, version, system_os, cpu), **given(node=node), "wait": wait}
        seconds = FETCH_SECONDS if wait else BENCHMARK_SECONDS
        return self._object("POST", "/api/engines/download", json=order, read_seconds=seconds)

    def install_engine_archive(self, order: Json, file: Path | None = None, on_bytes: OnBytes | None = None) -> Json:
        """Install an archive: ``file``, or ``order["local_path"]`` on the server's machine; from that machine only."""
        return as_object(self._submit("/api/engines/install_archive", order, file, on_bytes))

    def pause_engine_download(self, download_id: str, *, node: str | None = None) -> Json:
        """Hold a download; what is there is kept."""
        return self._object("POST", f"{DOWNLOADS}/{path_part(download_id)}/pause", query={"node": node})

    def resume_engine_download(self, download_id: str, *, node: str | None = None) -> Json:
        """Go on with a download."""
        return self._object("POST", f"{DOWNLOADS}/{path_part(download_id)}/resume", query={"node": node})

    def cancel_engine_download(self, download_id: str, *, node: str | None = None) -> Json:
        """End a download and remove what is there."""
        return self._object("POST", f"{DOWNLOADS}/{path_part(download_id)}/cancel", query={"node": node})

    def delete_engine_download(
        self, engine: str, version: str, *, system_os: str | None = None, cpu: str | None = None
    ) -> Json:
        """Remove a build that was downloaded."""
        return self._object("POST", "/api/engines/delete", json=_build(engine, version, system_os, cpu))


def _engine(name: str, what: str = "") -> str:
    return f"/api/engines/{path_part(name)}{'/' if what else ''}{what}"


def _kind(full: bool) -> dict[str, str]:  # noqa: FBT001 - one flag, one meaning
    return {"response_type": "full" if full else "standard"}


def _build(engine: str, version: str, system_os: str | None, cpu: str | None) -> Json:
    return given(engine=engine, version=version, system_os=system_os, cpu=cpu)
