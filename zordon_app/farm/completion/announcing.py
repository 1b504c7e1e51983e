"""Tells of jobs that ended or failed first: each event at least once, also when the program ended in between."""

import threading
from collections.abc import Callable

from zordon_app.domain.news import News, see, tell_of, what_happened
from zordon_app.farm.interfaces import NewsStore
from zordon_app.farm.ledger.state import Change, FarmState
from zordon_app.guard import Guard


class Announcing:
    """Watches jobs. ``run_once`` is called by a thread of its own, so that telling may take its time."""

    def __init__(
        self,
        state: FarmState,
        store: NewsStore,
        tell: Callable[[News], bool],
        machine: Callable[[], str],
        *,
        guard: Guard | None = None,
    ) -> None:
        """What was not told before the start is told now.

        ``tell`` is given the news, and says whether it is told or given up: else it is told after the next start.
        ``machine`` names this one. Work for other nodes is told of there.
        """
        self._state = state
        self._store = store
        self._tell = tell
        self._machine = machine
        self._guard = guard or Guard()
        self._told = 0
        """The last number that was. What a full disk keeps from being forgotten is not told twice for that."""
        self._due = threading.Event()
        self._due.set()
        self._is_closed = False
        state.before_saving(self._add_news)

    def run_once(self, timeout: float) -> None:
        """Tell one piece of news, if there is any within ``timeout`` seconds."""
        if not self._due.wait(timeout) or self._is_closed:
            return
        self._due.clear()
        # What a change has added is in the store as soon as its lock is free.
        with self._state.lock:
            found = self._store.next_news(self._told)
        if found is None:
            return
        self._due.set()
        number, news = found
        is_told = True  # What cannot be told at all is not tried for ever: the news behind it wait.
        with self._guard.item("Telling of jobs", f"the news “{news.text}”", key=str(number)):
            is_told = self._tell(news)
        if is_told:
            self._told = number
            self._store.forget_news(number)

    def close(self) -> None:
        """Let the waiting thread go."""
        self._is_closed = True
        self._due.set()

    def _add_news(self, change: Change) -> None:
        for job_id, job in change.jobs.items():
            before = self._state.find(job_id)
            event = what_happened(see(before), job) if before is not None and job.parent is None else None
            if event is not None:
                change.news.append(tell_of(event, job, self._machine()))
                self._due.set()
