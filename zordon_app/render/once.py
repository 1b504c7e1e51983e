"""Work that several threads ask for at the same time is done once."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """The first to ask for a key does the work; those who ask meanwhile wait for it and share its end, good or bad."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_hand: dict[Hashable, Future[T]] = {}

    def do(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, or raises; called in this thread or by another that was first."""
        with self._lock:
            known = self._in_hand.get(key)
            mine = self._in_hand.setdefault(key, known or Future())
        return self._work(key, mine, make) if known is None else mine.result()

    def _work(self, key: Hashable, future: Future[T], make: Callable[[], T]) -> T:
        try:
            result = make()
        except BaseException as error:
            future.set_exception(error)
            raise
        else:
            future.set_result(result)
            return result
        finally:
            with self._lock:
                del self._in_hand[key]
