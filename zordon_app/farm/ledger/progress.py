"""Progress inside units: kept in memory only, shown a few times a second at most."""

import threading

from zordon_app.domain.ids import JobId
from zordon_app.farm.interfaces import Clock
from zordon_app.farm.ledger.feed import ChangeFeed

SHOWN_EVERY = 0.2
"""Seconds between two changes of one job that only tell of progress."""


class LiveProgress:
    """Fractions (0–1) of the units that are being rendered."""

    def __init__(self, feed: ChangeFeed, clock: Clock) -> None:
        """Show progress through ``feed``."""
        self._feed = feed
        self._clock = clock
        self._lock = threading.Lock()
        self._fractions: dict[str, dict[int, float]] = {}
        self._shown: dict[str, float] = {}

    def set(self, job_id: str, number: int, fraction: float) -> None:
        """A unit is so far."""
        now = self._clock.monotonic()
        with self._lock:
            self._fractions.setdefault(job_id, {})[number] = min(max(fraction, 0.0), 1.0)
            is_due = now - self._shown.get(job_id, -SHOWN_EVERY) >= SHOWN_EVERY
            if is_due:
                self._shown[job_id] = now
        if is_due:
            self._feed.nudge(JobId(job_id))

    def forget(self, job_id: str, number: int) -> None:
        """A unit is no longer in work."""
        with self._lock:
            units = self._fractions.get(job_id, {})
            units.pop(number, None)
            if not units:
                self._fractions.pop(job_id, None)
                self._shown.pop(job_id, None)

    def of_job(self, job_id: str) -> dict[int, float]:
        """Fractions by unit number."""
        with self._lock:
            return dict(self._fractions.get(job_id, {}))
