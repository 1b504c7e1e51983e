"""Places for requests that hold a worker for long, so that short ones always find one."""

import threading
from collections import Counter
from collections.abc import Callable

from zordon_app.errors import TooBusy
from zordon_app.peers.wrong_tries import source_of


class Places:
    """A bounded number of places; ``take`` gives one, the returned function gives it back, once."""

    def __init__(self, count: int, sentence: str, *, patience: float = 1.0) -> None:
        """``patience`` is how many seconds ``take`` waits before it raises TooBusy with ``sentence``."""
        self._free = threading.BoundedSemaphore(count)
        self._sentence = sentence
        self._patience = patience

    def take(self) -> Callable[[], None]:
        """Take a place; call what is returned to leave it.

        Raises:
            TooBusy: all places were taken all the time.
        """
        if not self._free.acquire(timeout=self._patience):
            raise TooBusy(self._sentence)
        left = threading.Event()

        def leave() -> None:
            if not left.is_set():
                left.set()
                self._free.release()

        return leave


class PlacesBySource:
    """Places of which each source has a few: an address, or the /64 of IPv6 that one machine has for itself."""

    def __init__(self, each: int, *, most: int, sentence: str, patience: float = 1.0) -> None:
        """``each`` for one source, ``most`` in all; as many wait beside them, up to ``patience`` seconds."""
        self._each = each
        self._most = most
        self._sentence = sentence
        self._patience = patience
        self._changed = threading.Condition()
        self._taken: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()

    def take(self, address: str) -> Callable[[], None]:
        """Take a place; call what is returned to leave it, once.

        Raises:
            TooBusy: none was free.
        """
        source = source_of(address)
        with self._changed:
            if not self._is_free(source) and not self._wait(source):
                raise TooBusy(self._sentence)
            self._taken[source] += 1
        return lambda: self._leave(source)

    def _wait(self, source: str) -> bool:
        """A crowd does not wait: each that waits holds a thread."""
        if self._waiting[source] >= self._each or self._waiting.total() >= self._most:
            return False
        self._waiting[source] += 1
        try:
            return self._changed.wait_for(lambda: self._is_free(source), self._patience)
        finally:
            self._waiting = self._waiting - Counter([source])

    def _is_free(self, source: str) -> bool:
        return self._taken[source] < self._each and self._taken.total() < self._most

    def _leave(self, source: str) -> None:
        with self._changed:
            self._taken = self._taken - Counter([source])
            self._changed.notify_all()
