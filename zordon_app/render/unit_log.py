"""Where the lines of an engine go: into the job's log, and into the log of the unit in hand."""

import threading
from collections.abc import Callable

from zordon_app.render.joblog import CappedLog, JobLogs

FLUSH_SECONDS = 0.3


class UnitLog:
    """Written by the thread that reads the engine, switched by the worker."""

    def __init__(self, logs: JobLogs, job_id: str, monotonic: Callable[[], float]) -> None:
        """Open the job's log."""
        self._logs = logs
        self._job_id = job_id
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._job = logs.open(job_id)
        self._unit: CappedLog | None = None
        self._number: int | None = None
        self._flushed_at = 0.0

    def write(self, line: str) -> None:
        """One line of the engine."""
        with self._lock:
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
            if self._number == number:
                return
            if self._unit is not None:
                self._unit.close()
            self._number = number
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
