"""The threads that answer requests: as many as are needed, and no more than there may be."""

from collections.abc import Callable
from typing import Any

from cheroot.workers.threadpool import ThreadPool

FIRST = 8
"""What one page asks at once, and a few: a node that nobody asks starts no more."""


class Workers(ThreadPool):
    """cheroot's pool, which grows by itself: a connection finds a thread, or there are ``most`` of them already."""

    _threads: list[Any]
    _spawn_worker: Callable[[], Any]

    def __init__(self, server: Any, most: int) -> None:
        """Answer for ``server`` with up to ``most`` threads."""
        super().__init__(server, min=min(FIRST, most), max=most)

    def put(self, obj: Any) -> None:
        """Let a thread take this connection. Only for the thread that accepts them."""
        # Those that wait in the queue have the first idle threads.
        if self.qsize >= self.idle:
            self.grow(1)
        super().put(obj)

    def grow(self, amount: int) -> None:
        """Start that many more threads, as far as there may be; cheroot's own sleeps until they run."""
        for _ in range(min(amount, self.max - len(self._threads))):
            self._threads.append(self._spawn_worker())
