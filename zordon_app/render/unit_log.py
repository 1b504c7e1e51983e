"""Where the lines of an engine go: into the job's log, and into the log of the unit in hand."""

import threading
from collections.abc import Callable, Sequence

from zordon_app.domain.leases import LeasedUnit
from zordon_app.engines.base import Event, EventKind
from zordon_app.render.joblog import CappedLog, JobLogs

FLUSH_SECONDS = 0.3


class UnitLog:
    """Written by the thread that reads the engine. A warm engine says itself which unit it begins."""

    def __init__(self, logs: JobLogs, job_id: str, monotonic: Callable[[], float]) -> None:
        """Open the job's log."""
        self._logs = logs
        self._job_id = job_id
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._job = logs.open(job_id)
        self._unit: CappedLog | None = None
        self._in_hand: tuple[int, int] | None = None
        self._attempts: dict[int, int] = {}
        self._flushed_at = 0.0

    def expect(self, units: Sequence[LeasedUnit]) -> None:
        """Units that the engine is about to be given."""
        with self._lock:
            self._attempts.update({unit.spec.number: unit.attempt for unit in units})

    def write(self, line: str, events: Sequence[Event] = ()) -> None:
        """One line of the engine and what it means."""
        with self._lock:
            for event in events:
                if event.kind == EventKind.UNIT_STARTED and event.unit in self._attempts:
                    self._switch(event.unit, self._attempts.pop(event.unit))
            self._job.write(line)
            if self._unit is not None:
                self._unit.write(line)
            now = self._monotonic()
            if now - self._flushed_at > FLUSH_SECONDS:
                self._flushed_at = now
                self._flush()

    def switch(self, number: int, attempt: int) -> None:
        """The following lines belong to a unit."""
        with self._lock:
            self._switch(number, attempt)

    def _switch(self, number: int, attempt: int) -> None:
        if self._in_hand == (number, attempt):
            return
        if self._unit is not None:
            self._unit.close()
        self._in_hand = number, attempt
        self._unit = self._logs.open(self._job_id, number)
        self._unit.write(f"--- attempt {attempt} ---")

    def flush(self) -> None:
        """Let readers see everything."""
        with self._lock:
            self._flush()

    def close(self) -> None:
        """Write out the rest."""
        with self._lock:
            self._job.close()
            if self._unit is not None:
                self._unit.close()

    def _flush(self) -> None:
        self._job.flush()
        if self._unit is not None:
            self._unit.flush()
