"""Who is admitted without a click: the door of this machine."""

import threading
from collections.abc import Callable
from typing import Literal

from zordon_app.domain.peering import DoorView
from zordon_app.peers.interfaces import Clock

Mode = Literal["ask", "open", "always"]


class Door:
    """``ask`` (a click per machine), ``open`` for 10 minutes, or ``always`` open, which is a setting."""

    def __init__(
        self,
        clock: Clock,
        *,
        is_always_open: Callable[[], bool],
        keep_always_open: Callable[[bool], None],
        seconds: float = 600.0,
        forced_open: bool = False,
    ) -> None:
        """The two functions read and write the setting; ``forced_open`` (``ZORDON_FARM_OPEN=1``) stands above it."""
        self._clock = clock
        self._is_always_open = is_always_open
        self._keep_always_open = keep_always_open
        self._seconds = seconds
        self._forced = forced_open
        self._lock = threading.Lock()
        self._open_until: float | None = None

    def set(self, mode: Mode) -> None:
        """Choose a mode."""
        with self._lock:
            self._open_until = self._clock.monotonic() + self._seconds if mode == "open" else None
        if self._is_always_open() != (mode == "always"):
            self._keep_always_open(mode == "always")

    @property
    def is_open(self) -> bool:
        """Whether machines get in without a click now."""
        return self.view().mode != "ask"

    def view(self) -> DoorView:
        """For the API."""
        if self._forced or self._is_always_open():
            return DoorView(mode="always")
        with self._lock:
            left = self._open_until - self._clock.monotonic() if self._open_until is not None else 0.0
        return DoorView(mode="open", seconds_left=round(left, 1)) if left > 0 else DoorView(mode="ask")
