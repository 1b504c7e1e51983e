"""Threads of a node: named, owned here, ended by one event and joined."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Loops:
    """Starts threads and joins them."""

    def __init__(self, stop: threading.Event) -> None:
        """``stop`` ends every loop."""
        self._stop = stop
        self._threads: list[threading.Thread] = []

    def spawn(self, name: str, target: Callable[[], object]) -> None:
        """Run ``target`` in a thread of its own."""
        thread = threading.Thread(target=target, name=name)
        self._threads.append(thread)
        thread.start()

    def repeat(self, name: str, step: Callable[[], object], *, every: float = 0.0) -> None:
        """Call ``step`` again and again, ``every`` seconds apart; an error is logged and the loop goes on."""
        self.spawn(name, lambda: self._repeat(step, every))

    def join(self) -> None:
        """Wait for all of them, after the event was set."""
        for thread in self._threads:
            thread.join()

    def _repeat(self, step: Callable[[], object], every: float) -> None:
        while not self._stop.wait(every):
            try:
                step()
            except Exception:
                log.exception("The loop %s met an unexpected error and goes on", threading.current_thread().name)
                self._stop.wait(1)
