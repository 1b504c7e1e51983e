"""An engine process as a stream of events: warm ones that are fed chunks, and those that do one unit and end."""

import contextlib
import queue
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from zordon_app.engines.base import Engine, Event, EventKind, Invocation
from zordon_app.guard import Guard
from zordon_app.render.lines import read_lines
from zordon_app.render.processes import OwnedProcess, ProcessOwner

LOOP = "Following engines"
_MOST_WAITING = 10_000
_LAST_LINES = 400
"""Enough for what was said first: an engine's last lines only repeat that something went wrong."""

_LAST_WORDS_SECONDS = 1.0
"""How long output and process may outlive each other before that counts as the end of both."""

_LOOKS = 20
"""How often a silent engine is looked at before it counts as hung."""


class EngineSession:
    """A running engine. A thread reads its output; ``next_event`` hands out what the lines mean."""

    def __init__(
        self,
        engine: Engine,
        invocation: Invocation,
        *,
        processes: ProcessOwner,
        folder: Path,
        stdin: bool,
        on_line: Callable[[str, list[Event]], None],
        monotonic: Callable[[], float],
        guard: Guard | None = None,
    ) -> None:
        """Start the program in ``folder``; ``on_line`` is told each line and what it means.

        Raises:
            OSError: it cannot be started.
        """
        self._engine = engine
        self._processes = processes
        self._on_line = on_line
        self._monotonic = monotonic
        self._guard = guard or Guard()
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._events: queue.Queue[Event | None] = queue.Queue(_MOST_WAITING)
        self._heard_at = self._looked_at = monotonic()
        self._gone_at: float | None = None
        self._cpu_seconds = 0.0
        self._stopped = threading.Event()
        self.process: OwnedProcess = processes.spawn(invocation, cwd=folder, stdin=stdin)
        self._reader = self._guard.thread("engine output", self._read, about=str(self.process.popen.pid), daemon=True)
        self._reader.start()

    def feed(self, text: str) -> bool:
        """Write to the engine's stdin; False when it is gone."""
        pipe = self.process.popen.stdin
        try:
            if pipe is None or not self.process.is_running:
                return False
            pipe.write(text.encode())
            pipe.flush()
        except OSError:
            return False
        return True

    def next_event(self, timeout: float) -> Event | None:
        """The next event, or None when none came within ``timeout`` seconds or the output has ended."""
        try:
            return self._events.get(timeout=timeout)
        except queue.Empty:
            return None

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone, or at least its output, and all its events were taken."""
        return self._events.empty() and (not self._reader.is_alive() or self._is_outlived())

    def _is_outlived(self) -> bool:
        """Whether the process is gone but something that it left behind keeps its output open, in silence."""
        if self.process.is_running:
            return False
        now = self._monotonic()
        self._gone_at = now if self._gone_at is None else self._gone_at
        return now - max(self._gone_at, self._heard_at) > _LAST_WORDS_SECONDS

    def is_silent_for(self, seconds: float) -> bool:
        """Whether the engine neither said nor computed anything for so long.

        What it computes is told by its whole tree, which is found among all processes of the machine: too dear to be
        looked at with each line, and while it speaks it need not be.
        """
        now = self._monotonic()
        if now - max(self._heard_at, self._looked_at) >= seconds / _LOOKS:
            self._looked_at = now
            cpu = self.process.cpu_seconds()
            if cpu > self._cpu_seconds + 0.05:
                self._cpu_seconds = cpu
                self._heard_at = now
        return now - self._heard_at >= seconds

    def wait_status(self) -> int:
        """The exit status of a process whose output has ended; one that lives on in silence is ended first."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.popen.wait(_LAST_WORDS_SECONDS)
        self._processes.end(self.process, grace=0)
        return self.process.popen.wait()

    def why(self) -> str:
        """One sentence why the process ended badly."""
        return self._engine.explain(list(self._last_lines), self.wait_status())

    def end(self, grace: float) -> None:
        """End the process and everything it started."""
        self._stopped.set()
        if self.process.popen.stdin is not None:
            # It may have gone already, with something still unwritten.
            with contextlib.suppress(OSError):
                self.process.popen.stdin.close()
        self._processes.end(self.process, grace=grace)
        self._reader.join(5)

    def _read(self) -> None:
        with self.process.output as pipe:
            for line in read_lines(pipe):
                self._heard_at = self._monotonic()
                self._last_lines.append(line)
                with self._guard.item(LOOP, "a line that an engine printed"):
                    self._take(line)

    def _take(self, line: str) -> None:
        events = self._engine.read(line)
        # First the log: who takes an event finds the lines of its unit there.
        with self._guard.item(LOOP, "the log of a job"):
            self._on_line(line, events)
        for event in events:
            self._put(event)

    def _put(self, event: Event) -> None:
        while not self._stopped.is_set():
            try:
                self._events.put(event, timeout=0.5)
            except queue.Full:
                if event.kind == EventKind.PROGRESS:
                    return
            else:
                return
