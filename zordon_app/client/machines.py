"""The server's machine and its farm."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zordon_app.client.calls import BENCHMARK_SECONDS, QUICK_SECONDS, Calls, Json, as_list, as_object, path_part
from zordon_app.client.errors import BadAnswer, ServerError


class MachineCalls(Calls):
    """The routes of machines and settings."""

    def heartbeat(self) -> str:
        """The server's time, ISO 8601. Raises BadAnswer when something else answers there."""
        answer = self.request("GET", "/api/heartbeat", read_seconds=QUICK_SECONDS, repeatable=False)
        text = answer.data[:100].decode("ascii", "replace").strip()
        if not text[:4].isdecimal() or "T" not in text:
            raise BadAnswer(f"What answers at {self._transport.address.url} is not a Zordon.", status=answer.status)
        return text

    def check_connection(self) -> bool:
        """Whether a Zordon answers there, now."""
        try:
            self.heartbeat()
        except ServerError:
            return False
        return True

    def get_status(self) -> Json:
        """System, load and job counts of the server."""
        return self._object("GET", "/api/status")

    def get_full_status(self) -> Json:
        """The same of every machine of its farm, by host name."""
        return self._object("GET", "/api/full_status")

    def get_snapshot(self) -> Json:
        """Status and all jobs at one moment."""
        return self._object("GET", "/api/snapshot")

    def run_cpu_benchmark(self) -> float:
        """A score; takes 10 s."""
        answer = self.request("GET", "/api/cpu_benchmark", read_seconds=BENCHMARK_SECONDS)
        try:
            return float(answer.data)
        except ValueError as error:
            raise BadAnswer("The server's benchmark is not a number.", status=answer.status) from error

    def run_disk_benchmark(self) -> Json:
        """``write_mb_per_s`` and ``read_mb_per_s``."""
        return as_object(self.request("GET", "/api/disk_benchmark", read_seconds=BENCHMARK_SECONDS))

    def get_openapi(self) -> Json:
        """The description of the whole API."""
        return self._object("GET", "/api/openapi.json")

    def get_nodes(self) -> list[Json]:
        """The machines of the farm; the server's own first."""
        return self._list("GET", "/api/nodes")

    def get_node_history(self, node_id: str, seconds: int = 3600) -> Json:
        """Its load lately, as columns of equal length, oldest first; ``this`` is the server's own machine."""
        return self._object("GET", f"/api/nodes/{path_part(node_id)}/history", query={"seconds": seconds})

    def get_node_benchmarks(self, node_id: str) -> list[Json]:
        """What was measured of it, oldest first."""
        return self._list("GET", f"/api/nodes/{path_part(node_id)}/benchmarks")

    def pause_node(self, node_id: str, *, after_current: bool = False, until: datetime | None = None) -> Json:
        """Take a machine out of the work, for good or ``until`` a moment (with its time zone)."""
        how = {"after_current": after_current, "until": until.isoformat() if until else None}
        return self._object("POST", f"/api/nodes/{path_part(node_id)}/pause", json=how)

    def resume_node(self, node_id: str) -> Json:
        """Put it back to work."""
        return self._object("POST", f"/api/nodes/{path_part(node_id)}/resume", json={})

    def get_settings(self) -> Json:
        """All settings."""
        return self._object("GET", "/api/settings")

    def get_settings_schema(self) -> Json:
        """JSON Schema of the settings: types, ranges, defaults and what each is for."""
        return self._object("GET", "/api/settings/schema")

    def change_settings(self, changes: Mapping[str, Any]) -> Json:
        """Change some settings, all or none; answers with all."""
        return self._object("PATCH", "/api/settings", json=dict(changes))

    def try_notices(self) -> list[str]:
        """Tell the program and the web address of the settings at once; what went wrong, a sentence each."""
        return [str(sentence) for sentence in as_list(self.request("POST", "/api/settings/try_notices", json={}))]

    def get_detected_clients(self) -> list[str]:
        """Host names found by discovery. Raises NotFound unless the server is in debug mode."""
        return self._names("/api/_debug/detected_clients")

    def clear_history(self) -> None:
        """Forget all jobs that have ended. Raises NotFound unless the server is in debug mode."""
        self.request("POST", "/api/_debug/clear_history")
