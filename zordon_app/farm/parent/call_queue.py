"""Saying things to other machines so that none of them waits for another that is slow."""

import logging
import threading
from collections.abc import Callable, Sequence

from zordon_app.errors import PeerGone
from zordon_app.guard import Guard

log = logging.getLogger(__name__)

MOST_AT_ONCE = 32

PeerCall = Callable[[], None]
"""One call to another machine and what follows from it; it ends within the time limit of the call."""


class CallQueue:
    """At most one round of calls to each machine at a time, and to ``MOST_AT_ONCE`` machines."""

    def __init__(self, guard: Guard | None = None) -> None:
        """Nothing runs yet."""
        self._guard = guard or Guard()
        self._executor = self._guard.pool("recruiting", MOST_AT_ONCE)
        self._lock = threading.Lock()
        self._under_way: set[str] = set()
        self._closed = False

    def begin(self, node: str, calls: Sequence[PeerCall]) -> bool:
        """Do ``calls`` one after another, up to the first PeerGone; False while earlier ones are under way."""
        with self._lock:
            if self._closed or node in self._under_way:
                return False
            self._under_way.add(node)
            self._executor.submit(self._run, node, calls)
        return True

    def close(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        with self._lock:
            self._closed = True
        self._executor.shutdown(cancel_futures=True)

    def _run(self, node: str, calls: Sequence[PeerCall]) -> None:
        try:
            for call in calls:
                with self._guard.item("Sharing work", "a call to another machine", key=node, passing=(PeerGone,)):
                    call()
        except PeerGone as error:
            log.info("Said again later: %s", error)
        finally:
            with self._lock:
                self._under_way.discard(node)
