"""Threads of a node: named, owned here, ended by one event and joined."""

import threading
from collections.abc import Callable

from zordon_app.guard import Guard


class Loops:
    """Starts threads and joins them; each passes the guard."""

    def __init__(self, stop: threading.Event, guard: Guard) -> None:
        """``stop`` ends every loop."""
        self._stop = stop
        self._guard = guard
        self._threads: list[threading.Thread] = []

    def spawn(self, name: str, target: Callable[[], object]) -> None:
        """Run ``target`` in a thread of its own."""
        thread = self._guard.thread(name, target)
        self._threads.append(thread)
        thread.start()

    def repeat(self, name: str, step: Callable[[], object], *, every: float = 0.0) -> None:
        """Call ``step`` again and again, ``every`` seconds apart; an error is told and the loop goes on."""
        self.spawn(name, lambda: self._guard.repeat(name, step, self._stop, every=every))

    def join(self) -> None:
        """Wait for all of them, after the event was set."""
        for thread in self._threads:
            thread.join()
