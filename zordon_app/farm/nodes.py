"""This machine as others see it."""

import threading

from zordon_app.domain.views import NodeView


class ThisNode:
    """Name, id and whether the machine takes work."""

    def __init__(self, node_id: str, name: str, *, system: str, cores: int, version: str) -> None:
        """Describe the machine."""
        self.id = node_id
        self.name = name
        self._system = system
        self._cores = cores
        self._version = version
        self._lock = threading.Lock()
        self._paused = False

    @property
    def is_paused(self) -> bool:
        """Whether a person took the machine out of the work."""
        with self._lock:
            return self._paused

    def pause(self, *, paused: bool) -> None:
        """Take the machine out of the work, or back."""
        with self._lock:
            self._paused = paused

    def view(self, in_hand: dict[str, int], *, shortage: str, cpu: float | None, memory: float | None) -> NodeView:
        """The record for the API."""
        state, reason = self._state(in_hand, shortage)
        return NodeView(
            id=self.id,
            name=self.name,
            state=state,
            reason=reason,
            this=True,
            units_running=sum(in_hand.values()),
            jobs=list(in_hand),
            cpu_percent=cpu,
            memory_percent=memory,
            cores=self._cores,
            system=self._system,
            version=self._version,
        )

    def _state(self, in_hand: dict[str, int], shortage: str) -> tuple[str, str]:
        if self.is_paused:
            return ("paused", "Finishes what it has." if in_hand else "Paused by its owner.")
        if shortage:
            return ("full", shortage)
        return ("rendering", "") if in_hand else ("ready", "")
