"""How fast nodes are with the units of a job: measured seconds, smoothed; before that, guessed from benchmarks."""

from collections.abc import Callable, Collection

from msgspec import Struct

from zordon_app.domain.ids import JobId
from zordon_app.farm.ledger.state import FarmState

_WEIGHT = 0.3
"""Weight of the newest measurement: a scene that grows slower shows after three or four units."""

_FORGOTTEN_AFTER = 3.0
"""A node that has brought nothing for so many times its usual time counts as gone."""

_MOST_TIMES = 20.0
"""No benchmark is believed that makes one machine more than so many times as fast as another."""

Benchmarked = Callable[[str, str], float | None]
"""What the benchmark of an engine (second) gave on a node (first): larger is faster; None: not measured there."""


class _Measured(Struct):
    seconds: float
    at: float


class Speeds:
    """Seconds per unit of each job and node; after a restart the job's average is taken from the ledger."""

    def __init__(
        self,
        state: FarmState,
        monotonic: Callable[[], float] = lambda: 0.0,
        benchmarked: Benchmarked = lambda _node, _engine: None,
    ) -> None:
        """Measure jobs of ``state``."""
        self._state = state
        self._monotonic = monotonic
        self._benchmarked = benchmarked
        self._seconds: dict[JobId, dict[str, _Measured]] = {}

    def measured(self, job_id: JobId, seconds: float, node: str = "") -> None:
        """A unit took ``node`` ``seconds``."""
        with self._state.lock:
            nodes = self._seconds.setdefault(job_id, {})
            before = nodes.get(node)
            smoothed = seconds if before is None else before.seconds + _WEIGHT * (seconds - before.seconds)
            nodes[node] = _Measured(smoothed, self._monotonic())

    def seconds_per_unit(self, job_id: JobId, node: str | None = None) -> float | None:
        """The present estimate in seconds for a node, else the average of all; None when no unit has been done.

        For a node that has done none, others' seconds are scaled by what the benchmarks say of both.
        """
        with self._state.lock:
            nodes = self._seconds.get(job_id, {})
            if node in nodes:
                return nodes[node].seconds
            if nodes:
                guesses = [one.seconds * self._times_slower(job_id, node, other) for other, one in nodes.items()]
                return sum(guesses) / len(guesses)
            return self._from_ledger(job_id)

    def head_start(self, job_id: JobId, node: str, others: Collection[str]) -> float:
        """How many times as fast as the slowest of ``others`` a node is by the benchmarks; 1: not known."""
        with self._state.lock:
            return max([1.0, *(self._times_slower(job_id, other, node) for other in others)])

    def units_per_second(self, job_id: JobId, *, without: str | None = None, count: int = 0) -> float | None:
        """What all nodes (but ``without``) do together at present; None when nothing is known.

        Where ``count`` nodes are at work and fewer are measured yet, the others count as much as those on average.
        """
        with self._state.lock:
            now = self._monotonic()
            nodes = self._seconds.get(job_id, {})
            active = [
                one.seconds
                for node, one in nodes.items()
                if node != without and now - one.at <= max(_FORGOTTEN_AFTER * one.seconds, 60.0)
            ]
            if active:
                together = sum(1 / max(seconds, 0.001) for seconds in active)
                return together * max(1.0, count / len(active))
            average = None if nodes or without is not None else self._from_ledger(job_id)
            return None if average is None else 1 / max(average, 0.001)

    def forget(self, job_id: JobId) -> None:
        """The job is gone."""
        with self._state.lock:
            self._seconds.pop(job_id, None)

    def _times_slower(self, job_id: JobId, node: str | None, than: str) -> float:
        """How many times as long a node takes as another, by the benchmarks of the job's engine."""
        engine = self._state.job(job_id).engine
        own = self._benchmarked(node, engine) if node else None
        other = self._benchmarked(than, engine)
        if not own or not other or own <= 0 or other <= 0:
            return 1.0
        return min(max(other / own, 1 / _MOST_TIMES), _MOST_TIMES)

    def _from_ledger(self, job_id: JobId) -> float | None:
        if not self._state.job(job_id).counts.done:
            return None
        known = [unit.seconds for unit in self._state.ledger(job_id).values() if unit.seconds]
        return sum(known[-20:]) / len(known[-20:]) if known else None
