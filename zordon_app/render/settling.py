"""Leases whose engine has ended but whose last results are still being handed in, beside the next lease."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from zordon_app.domain.ids import LeaseId
from zordon_app.guard import Guard
from zordon_app.render.publisher import Publisher


class Settling:
    """Keeps such leases alive until their results are delivered, then removes their folders. Used by one thread.

    How many there can be is bounded by the publisher, which makes the engine wait when it is behind.
    """

    def __init__(self, publisher: Publisher, guard: Guard | None = None) -> None:
        """Nothing is settling yet."""
        self._guard = guard or Guard()
        self._publisher = publisher
        self._threads: list[threading.Thread] = []

    def begin(self, lease: LeaseId, folder: Path, renew: Callable[[], None], every: float) -> None:
        """Look after a lease from now on."""
        thread = self._guard.thread("settling", lambda: self._settle(lease, folder, renew, every))
        thread.start()
        self._threads = [*(each for each in self._threads if each.is_alive()), thread]

    def finish(self) -> None:
        """Wait until everything is delivered."""
        for thread in self._threads:
            thread.join()

    def _settle(self, lease: LeaseId, folder: Path, renew: Callable[[], None], every: float) -> None:
        with self._guard.item("Checking results", "the end of some work", key=lease):
            # The check of a long film may take longer than a lease lasts.
            self._publisher.drain(lease, renew, every)
        shutil.rmtree(folder, ignore_errors=True)
