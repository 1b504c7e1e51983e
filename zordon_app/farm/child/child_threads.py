"""The three threads of a child job: one prepares and pulls, one tells, one sends; so none of them waits for another."""

import logging
import math
import threading
from collections.abc import Callable
from datetime import datetime

from zordon_app.errors import DiskFull, Forbidden, JobNotFound, PeerGone, ZordonError
from zordon_app.farm.child.child_work import ChildWork
from zordon_app.farm.child.preparation import Preparation
from zordon_app.farm.interfaces import Clock, Machines
from zordon_app.farm.scheduling.this_node import ThisNode
from zordon_app.guard import UNFORESEEN, Guard

log = logging.getLogger(__name__)

LOOP = "Helping other machines"
RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0)
"""How long to wait before a parent that does not answer is asked again."""
TELL_SECONDS = 1.0
SILENT_SECONDS = 10.0
"""A child that has not spoken with its parent for so long sends nothing before it has."""


class ChildThreads:
    """Works on one child job until nobody wants it any more."""

    def __init__(
        self,
        work: ChildWork,
        *,
        preparation: Preparation,
        machines: Machines,
        node: ThisNode,
        clock: Clock,
        is_wanted: Callable[[], bool],
        on_ended: Callable[[str], None],
        on_failed: Callable[[str], None],
        stop: threading.Event,
        scale: float,
        guard: Guard,
    ) -> None:
        """``is_wanted`` tells whether the job goes on; ``on_ended`` and ``on_failed`` get the reason.

        ``stop`` ends all waiting; ``scale`` shortens the timers.
        """
        self._work = work
        self._preparation = preparation
        self._machines = machines
        self._node = node
        self._clock = clock
        self._is_wanted = is_wanted
        self._on_ended = on_ended
        self._on_failed = on_failed
        self._stop = stop
        self._scale = scale
        self._guard = guard
        self._told: tuple[float, datetime] | None = None
        """When the parent answered last."""

    def start(self) -> list[threading.Thread]:
        """The threads, running."""
        about = self._work.job.id[:8]
        threads = [
            self._guard.thread("child pull", lambda: self._run(self._pull), about=about),
            self._guard.thread("child tell", lambda: self._run(self._tell), about=about),
            self._guard.thread("child send", lambda: self._run(self._send), about=about),
        ]
        for thread in threads:
            thread.start()
        return threads

    def _run(self, loop: Callable[[], None]) -> None:
        """Two of the three alone are of no use: when one cannot go on, the help has failed."""
        with self._guard.item(LOOP, "a job of another machine", key=self._work.job.id, failed=self._on_failed):
            loop()

    def _is_on(self) -> bool:
        return not self._stop.is_set() and self._is_wanted()

    def _pull(self) -> None:
        prepared = self._insist(lambda: self._preparation.prepare(self._work, self._is_on))
        while prepared and self._is_on():
            self._work.wanted.wait(TELL_SECONDS)
            may_begin = self._node.may_begin
            if self._work.wanted.is_set() and not self._work.has_lease and may_begin and self._is_on():
                self._insist(self._pull_once)
            elif self._work.has_lease or not may_begin:
                self._stop.wait(0.05)

    def _pull_once(self) -> None:
        # Else a parent that gave up what this child holds would give it the same frames once more.
        self._ask_after_silence()
        self._work.pull()

    def _tell(self) -> None:
        while self._is_on():
            self._work.has_news.wait(TELL_SECONDS * self._scale)
            # A moment for more news to come, so that they travel together.
            self._stop.wait(0.02)
            if self._is_on() and (self._work.has_news.is_set() or not self._work.is_idle):
                self._insist(self._tell_once, tries=1)
        if not self._stop.is_set():
            self._tell_the_rest()

    def _tell_the_rest(self) -> None:
        """The job has ended: what the engine printed last is still wanted, and nothing hangs on it."""
        try:
            self._work.tell()
        except ZordonError as error:
            log.info("The last lines for job %s were not told: %s", self._work.job.id, error)

    def _tell_once(self) -> None:
        self._work.tell()
        self._told = self._moment()

    def _moment(self) -> tuple[float, datetime]:
        """A clock that stands still while the machine sleeps, and one that does not."""
        return self._clock.monotonic(), self._clock.now()

    def _ask_after_silence(self) -> None:
        """After a sleep, a freeze or a cut cable the parent is asked first what still counts (reliability.md, R6)."""
        now, told = self._moment(), self._told
        silent = max(now[0] - told[0], (now[1] - told[1]).total_seconds()) if told is not None else math.inf
        if silent > SILENT_SECONDS * self._scale:
            self._tell_once()

    def _send(self) -> None:
        while self._is_on():
            if self._work.has_parcels.wait(TELL_SECONDS) and self._is_on():
                self._insist(lambda: self._work.send(self._ask_after_silence))

    def _insist(self, step: Callable[[], object], *, tries: int = 0) -> bool:
        """Do it, and again while the parent does not answer; False when it says no, or nobody wants it any more."""
        failed = 0
        while self._is_on():
            try:
                step()
            except (PeerGone, DiskFull) as error:
                log.info("Job %s: %s", self._work.job.id, error)
                if not self._machines.is_member(self._work.parent):
                    self._on_ended(str(error))
                    return False
                self._stop.wait(RETRY_SECONDS[min(failed, len(RETRY_SECONDS) - 1)] * self._scale)
                failed += 1
                if failed == tries:
                    return False
            except Exception as error:  # noqa: BLE001 - sorted out there
                if self._gives_up(error):
                    return False
            else:
                return True
        return False

    def _gives_up(self, error: Exception) -> bool:
        """Whether that could be written down; with a full disk it is tried again."""
        try:
            self._give_up(error)
        except DiskFull:
            self._stop.wait(TELL_SECONDS * self._scale)
            return False
        return True

    def _give_up(self, error: Exception) -> None:
        match error:
            case JobNotFound() | Forbidden():
                self._on_ended(str(error))
            case ZordonError():
                log.warning("Job %s: %s", self._work.job.id, error)
                self._on_failed(str(error))
            case _:
                self._guard.meet(LOOP, error)
                self._on_failed(UNFORESEEN)
