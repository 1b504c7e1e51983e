"""This machine as others see it, and whether it takes work."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from zordon_app.domain.holds import Hold
from zordon_app.domain.views import NodeView, NodeWork
from zordon_app.farm.scheduling.availability import Rules, is_held, why_not, why_not_more


class Surroundings:
    """What the machine's owner and the machine itself say now; asked anew each time."""

    def __init__(
        self,
        *,
        rules: Callable[[], Rules] = Rules,
        now: Callable[[], datetime] = lambda: datetime.now(UTC).astimezone(),
        free_gib: Callable[[], float] = lambda: float("inf"),
        idle_seconds: Callable[[], float | None] = lambda: None,
    ) -> None:
        """``now`` is local time; ``free_gib`` the memory that is free; ``idle_seconds`` since anybody touched it."""
        self.rules = rules
        self.now = now
        self.free_gib = free_gib
        self.idle_seconds = idle_seconds


class ThisNode:
    """Name, id and whether the machine takes work."""

    def __init__(
        self,
        node_id: str,
        name: Callable[[], str],
        *,
        system: str,
        cores: int,
        version: str,
        surroundings: Surroundings | None = None,
        hold: Hold | None = None,
        remember: Callable[[Hold], None] = lambda _hold: None,
    ) -> None:
        """Describe the machine; ``hold`` is the pause that an earlier start left, ``remember`` keeps a new one."""
        self.id = node_id
        self._name = name
        self._system = system
        self._cores = cores
        self._version = version
        self._around = surroundings or Surroundings()
        self._lock = threading.Lock()
        self._hold = hold or Hold()
        self._remember = remember

    @property
    def name(self) -> str:
        """What people call it, as it is set now."""
        return self._name()

    @property
    def is_paused(self) -> bool:
        """Whether the machine is out of the work: what it has in hand it finishes."""
        return bool(self.why_not())

    @property
    def may_begin(self) -> bool:
        """Whether it may take something new."""
        return not (self.why_not() or self._why_not_more())

    def why_not(self) -> str:
        """Why it is out of the work; empty when it is not."""
        around = self._around
        return why_not(around.rules(), self.hold, around.now(), around.idle_seconds())

    @property
    def hold(self) -> Hold:
        """What a person said of this machine."""
        with self._lock:
            return self._hold

    def pause(self, *, paused: bool, until: datetime | None = None) -> None:
        """Take the machine out of the work, for good or ``until`` a moment; or back. It outlives a restart."""
        with self._lock:
            self._hold = Hold(paused=paused, until=until if paused else None)
            self._remember(self._hold)

    def view(
        self,
        work: list[NodeWork],
        *,
        shortage: str,
        cpu: float | None,
        memory: float | None,
        speeds: dict[str, float] | None = None,
        builds: dict[str, dict[str, str]] | None = None,
    ) -> NodeView:
        """The record for the API."""
        state, reason = self._state(shortage, has_work=bool(work))
        return NodeView(
            id=self.id,
            name=self.name,
            state=state,
            reason=reason,
            this=True,
            units_running=sum(one.units for one in work),
            jobs=[one.child or one.job for one in work],
            work=work,
            cpu_percent=cpu,
            memory_percent=memory,
            cores=self._cores,
            system=self._system,
            version=self._version,
            speeds=speeds or {},
            builds=builds or {},
        )

    def _state(self, shortage: str, *, has_work: bool) -> tuple[str, str]:
        reason = self.why_not()
        if reason:
            is_plain = is_held(self.hold, self._around.now()) and self.hold.until is None
            return ("paused", "Finishes what it has." if has_work and is_plain else reason)
        if shortage:
            return ("full", shortage)
        return ("rendering", "") if has_work else ("ready", self._why_not_more())

    def _why_not_more(self) -> str:
        rules = self._around.rules()
        return why_not_more(rules, self._around.free_gib()) if rules.memory_floor_gib else ""
