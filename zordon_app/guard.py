"""The one guard that every loop and thread of the program passes: an item that raises keeps no other waiting."""

import logging
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from zordon_app.errors import ZordonError

log = logging.getLogger(__name__)

Failed = Callable[[str], object]
"""What follows when an item failed, each time: given the sentence for the person, said again it must change nothing."""
Kind = tuple[str, str, str]
"""Loop, kind of exception, and the line of the program that raised it."""

LOOK_IN_LOG = "the log file has the details."
UNFORESEEN = f"Something went wrong in Zordon; {LOOK_IN_LOG}"
_MOST_TOLD = 1000
_PAUSE_SECONDS = 1.0
"""After a step that failed as a whole, so that a loop that fails at once does not spin."""


class Guard:
    """Counts what goes wrong, logs each kind once and again at each power of ten, and tells a person of each item once.

    Safe to share by threads. Only ``Exception`` is held up: what ends the program ends it.
    """

    def __init__(self) -> None:
        """Until ``tell_through``, only the log hears of it."""
        self._lock = threading.Lock()
        self._met: Counter[Kind] = Counter()
        self._told: dict[tuple[str, str], None] = {}
        self._notice: Callable[[str, str], object] = lambda _about, _text: None

    def tell_through(self, notice: Callable[[str, str], object]) -> None:
        """Show what belongs to no job by ``notice``: the matter it is about, and the sentence."""
        self._notice = notice

    @property
    def met(self) -> dict[Kind, int]:
        """How often each kind of failure was met since the start."""
        with self._lock:
            return dict(self._met)

    @contextmanager
    def item(
        self,
        loop: str,
        item: str,
        *,
        key: str = "",
        failed: Failed | None = None,
        passing: tuple[type[Exception], ...] = (),
    ) -> Iterator[None]:
        """One item of a loop: what it raises ends here, but for ``passing``.

        ``loop`` and ``item`` are what people call them; ``key`` tells items of one name apart. ``failed`` is for
        items that have a place of their own to say it, as jobs have; else the window's notices do, once.
        """
        try:
            yield
        except passing:
            raise
        except Exception as error:  # noqa: BLE001 - this is the place for it
            self._note(loop, item, error, key or item, failed)

    def step(self, loop: str, step: Callable[[], object]) -> bool:
        """One round of a loop; False when it failed as a whole."""
        failed = True
        with self.item(loop, "this work"):
            step()
            failed = False
        return not failed

    def repeat(self, loop: str, step: Callable[[], object], stop: threading.Event, *, every: float = 0.0) -> None:
        """Call ``step`` again and again, ``every`` seconds apart, until ``stop``."""
        while not stop.wait(every):
            if not self.step(loop, step):
                stop.wait(_PAUSE_SECONDS)

    def thread(
        self, loop: str, target: Callable[[], object], *, about: str = "", daemon: bool = False
    ) -> threading.Thread:
        """A thread, not yet started; what its target raises is met here. ``about`` tells threads of one loop apart."""
        name = f"{loop} {about}".strip()
        return threading.Thread(target=lambda: self.step(loop, target), name=name, daemon=daemon)

    def pool(self, loop: str, workers: int) -> ThreadPoolExecutor:
        """Threads for calls whose failures nobody might ever ask for: they are met here, and raised to who asks."""
        return _GuardedPool(self, loop, workers)

    def timer(self, loop: str, seconds: float, target: Callable[[], object]) -> threading.Timer:
        """A thread, not yet started, that waits ``seconds`` first."""
        return threading.Timer(seconds, lambda: self.step(loop, target))

    def meet(self, loop: str, error: Exception) -> None:
        """An error that is told to whoever asked: it is counted and logged, no more."""
        self._log(loop, error)

    def _note(self, loop: str, item: str, error: Exception, key: str, failed: Failed | None) -> None:
        self._log(loop, error)
        sentence = sentence_of(loop, item, error)
        try:
            if failed is not None:
                failed(sentence)
            elif self._is_new(loop, key):
                self._notice(f"{loop} {key}", sentence)
        except Exception as again:  # noqa: BLE001 - a full disk, say: it is said when it happens next
            self._log(f"{loop}, telling", again)

    def _is_new(self, loop: str, key: str) -> bool:
        with self._lock:
            is_new = (loop, key) not in self._told
            self._told[loop, key] = None
            while len(self._told) > _MOST_TOLD:
                del self._told[next(iter(self._told))]
            return is_new

    def _log(self, loop: str, error: Exception) -> None:
        kind = (loop, type(error).__name__, _place_of(error))
        with self._lock:
            self._met[kind] += 1
            times = self._met[kind]
        if times == 1:
            log.error("%s met an error and goes on: %s", loop, error, exc_info=error)
        elif times in {10**power for power in range(1, 10)}:
            log.error("%s has met this error %d times: %s", loop, times, error)


class _GuardedPool(ThreadPoolExecutor):
    def __init__(self, guard: Guard, loop: str, workers: int) -> None:
        super().__init__(workers, thread_name_prefix=loop)
        self._guard = guard
        self._loop = loop

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(self._run, fn, *args, **kwargs)

    def _run(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return fn(*args, **kwargs)
        except ZordonError:
            raise  # Who asked knows what to do with it.
        except Exception as error:
            self._guard.meet(self._loop, error)
            raise


def sentence_of(loop: str, item: str, error: Exception) -> str:
    """What a person is told: which work, which item, and why as far as that is known in words."""
    why = str(error).strip() if isinstance(error, ZordonError) else ""
    return f"{loop}: something went wrong with {item}, and everything else goes on: {why or LOOK_IN_LOG}"


def _place_of(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
