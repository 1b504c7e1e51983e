"""Places for requests that hold a worker for long, so that short ones always find one."""

import threading
from collections.abc import Callable

from zordon_app.errors import TooBusy


class Slots:
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
