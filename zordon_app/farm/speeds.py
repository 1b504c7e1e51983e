"""How fast units of a job are: measured engine seconds, smoothed."""

from zordon_app.domain.ids import JobId
from zordon_app.farm.state import FarmState

_WEIGHT = 0.3
"""Weight of the newest measurement: a scene that grows slower shows after three or four units."""


class Speeds:
    """Seconds per unit of each job; after a restart taken from the ledger."""

    def __init__(self, state: FarmState) -> None:
        """Measure jobs of ``state``."""
        self._state = state
        self._seconds: dict[JobId, float] = {}

    def measured(self, job_id: JobId, seconds: float) -> None:
        """A unit took ``seconds``."""
        with self._state.lock:
            before = self._seconds.get(job_id)
            self._seconds[job_id] = seconds if before is None else before + _WEIGHT * (seconds - before)

    def seconds_per_unit(self, job_id: JobId) -> float | None:
        """The present estimate in seconds; None when no unit has been done."""
        with self._state.lock:
            if job_id not in self._seconds and self._state.job(job_id).counts.done:
                known = [unit.seconds for unit in self._state.ledger(job_id).values() if unit.seconds]
                if known:
                    self._seconds[job_id] = sum(known[-20:]) / len(known[-20:])
            return self._seconds.get(job_id)
