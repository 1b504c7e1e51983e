"""Keeps in mind how long nobody has touched this machine."""

import sys
from collections.abc import Callable, Sequence

from zordon_app.render.idle.elsewhere import mac_idle_seconds, windows_idle_seconds
from zordon_app.render.idle.logind import gnome_idle_seconds, logind_idle_seconds
from zordon_app.render.idle.x11 import XServer

Reader = Callable[[], float | None]
"""Seconds since the last key or movement; None where it cannot tell."""


class IdleWatch:
    """Answers at once, from any thread; ``look`` is called again and again by a thread of ``app``."""

    def __init__(
        self, is_wanted: Callable[[], bool], monotonic: Callable[[], float], readers: Sequence[Reader] | None = None
    ) -> None:
        """Look only while ``is_wanted``. The first of ``readers`` that can tell is believed; default: this system's."""
        self._is_wanted = is_wanted
        self._monotonic = monotonic
        self._readers = system_readers() if readers is None else readers
        self._untouched_since: float | None = None

    def look(self) -> None:
        """Ask the system."""
        told = (reader() for reader in self._readers) if self._is_wanted() else iter(())
        idle = next((seconds for seconds in told if seconds is not None), None)
        self._untouched_since = None if idle is None else self._monotonic() - idle

    def seconds(self) -> float | None:
        """How long nobody has touched the machine; None when that is not known."""
        since = self._untouched_since
        return None if since is None else max(0.0, self._monotonic() - since)


def system_readers() -> list[Reader]:
    """What can tell on this system, the most exact first."""
    if sys.platform == "win32":
        return [windows_idle_seconds]
    if sys.platform == "darwin":
        return [mac_idle_seconds]
    return [XServer().idle_seconds, gnome_idle_seconds, logind_idle_seconds]
