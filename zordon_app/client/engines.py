"""The programs that render, and their builds."""

from zordon_app.client.calls import BENCHMARK_SECONDS, FETCH_SECONDS, Calls, Json, given, path_part


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

    def get_available_engine_versions(self, engine: str) -> list[Json]:
        """The downloads there are."""
        query = {"engine": engine}
        return self._list("GET", "/api/engines/available", query=query, read_seconds=BENCHMARK_SECONDS)

    def get_engine_downloads(self) -> list[Json]:
        """The downloads that are going on, and those that ended lately."""
        return self._list("GET", "/api/engines/downloads")

    def download_engine(
        self, engine: str, version: str, *, system_os: str | None = None, cpu: str | None = None
    ) -> Json:
        """Fetch and install a build on the server's machine."""
        wanted = _build(engine, version, system_os, cpu)
        return self._object("POST", "/api/engines/download", json=wanted, read_seconds=FETCH_SECONDS)

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
