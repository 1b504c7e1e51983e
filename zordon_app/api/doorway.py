"""Connections that have not said yet what they want hold a worker each; only so many may."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Doorway:
    """A bounded number of connections whose request is still coming; one more, and the oldest of them is cut.

    Honest requests are through within milliseconds, so it meets those that dawdle: hundreds of connections that never
    finish keep nobody out (reliability.md, F40).
    """

    def __init__(self, places: int) -> None:
        """For ``places`` connections at once."""
        self._places = places
        self._lock = threading.Lock()
        self._waiting: dict[socket.socket, None] = {}

    @contextlib.contextmanager
    def waiting(self, connection: socket.socket) -> Iterator[None]:
        """Inside, ``connection`` may be cut: reading from it then ends."""
        oldest = self._enter(connection)
        if oldest is not None:
            with contextlib.suppress(OSError):
                # Below TLS, whose own state belongs to the thread that reads.
                socket.socket.shutdown(oldest, socket.SHUT_RDWR)
        try:
            yield
        finally:
            with self._lock:
                self._waiting.pop(connection, None)

    def _enter(self, connection: socket.socket) -> socket.socket | None:
        with self._lock:
            self._waiting[connection] = None
            if len(self._waiting) <= self._places:
                return None
            oldest = next(iter(self._waiting))
            del self._waiting[oldest]
            return oldest
