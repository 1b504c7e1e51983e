"""Tells of jobs that ended or failed first, each event once."""

import queue
from collections.abc import Callable

from zordon_app.domain.ids import JobId
from zordon_app.domain.news import News, Seen, see, tell_of, what_happened
from zordon_app.farm.state import FarmState


class Announcing:
    """Watches jobs. ``run_once`` is called by a thread of its own, so that telling may take its time."""

    def __init__(self, state: FarmState, tell: Callable[[News], None], machine: Callable[[], str]) -> None:
        """``tell`` is given the news; ``machine`` names this one. Work for other nodes is told of there."""
        self._state = state
        self._tell = tell
        self._machine = machine
        self._due: queue.SimpleQueue[News | None] = queue.SimpleQueue()
        self._seen: dict[JobId, Seen] = {job.id: see(job) for job in state.jobs()}
        state.listen(self._notice)

    def run_once(self, timeout: float) -> None:
        """Tell one piece of news, if there is any within ``timeout`` seconds."""
        try:
            news = self._due.get(timeout=timeout)
        except queue.Empty:
            return
        if news is not None:
            self._tell(news)

    def close(self) -> None:
        """Let the waiting thread go."""
        self._due.put(None)

    def _notice(self, changed: list[JobId]) -> None:
        for job_id in changed:
            if not self._state.has(job_id):
                self._seen.pop(job_id, None)
                continue
            job = self._state.job(job_id)
            before, self._seen[job_id] = self._seen.get(job_id, see(job)), see(job)
            event = what_happened(before, job) if job.parent is None else None
            if event is not None:
                self._due.put(tell_of(event, job, self._machine()))
