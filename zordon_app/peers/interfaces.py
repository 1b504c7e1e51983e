"""What peers need from outside: handed in by ``app.py``."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time, injected: ``now`` for people, ``monotonic`` (s) for every decision."""

    def now(self) -> datetime:
        """The present moment in UTC."""

    def monotonic(self) -> float:
        """Seconds that only grow."""
