"""Connections that have not said yet what they want hold a worker each; only so many may."""

import contextlib
import socket
import threading
from collections import Counter
from collections.abc import Iterator

from zordon_app.client.hanging_up import hang_up
from zordon_app.peers.wrong_tries import source_of


class Doorway:
    """A bounded number of connections whose request is still coming; one more, and one of them is cut.

    It is the oldest of the address that has most of them. Honest requests are through within milliseconds, so it meets
    those that dawdle, and an address that comes again and again cuts its own: hundreds of connections that never finish
    keep nobody out (reliability.md, F40).
    """

    def __init__(self, places: int) -> None:
        """For ``places`` connections at once."""
        self._places = places
        self._lock = threading.Lock()
        self._waiting: dict[socket.socket, str] = {}
        """Connections, oldest first, and the addresses they come from."""

    @contextlib.contextmanager
    def waiting(self, connection: socket.socket) -> Iterator[None]:
        """Inside, ``connection`` may be cut: reading from it then ends."""
        dawdler = self._enter(connection)
        if dawdler is not None:
            hang_up(dawdler)
        try:
            yield
        finally:
            with self._lock:
                self._waiting.pop(connection, None)

    def _enter(self, connection: socket.socket) -> socket.socket | None:
        with self._lock:
            self._waiting[connection] = _source(connection)
            if len(self._waiting) <= self._places:
                return None
            ((crowd, _),) = Counter(self._waiting.values()).most_common(1)
            dawdler = next(one for one, source in self._waiting.items() if source == crowd)
            del self._waiting[dawdler]
            return dawdler


def _source(connection: socket.socket) -> str:
    try:
        return source_of(str(connection.getpeername()[0]))
    except (OSError, IndexError):
        return ""  # It has gone already, or has no address.
