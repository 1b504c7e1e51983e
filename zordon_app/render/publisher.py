"""Artifacts are checked and handed in beside the engine, so that it never waits for that."""

import queue
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from zordon_app.domain.ids import LeaseId
from zordon_app.domain.jobs import Expected
from zordon_app.domain.leases import Lease, LeasedUnit
from zordon_app.domain.results import Checked, CheckedFile
from zordon_app.errors import DiskFull, ZordonError
from zordon_app.guard import Guard, sentence_of
from zordon_app.render.interfaces import WorkSource

LOOP = "Checking results"

MOST_WAITING = 32
"""Artifacts that may wait to be checked; beyond that the engine is slowed down rather than the disk filled."""


class Finished(Struct, frozen=True, kw_only=True):
    """A unit whose file the engine says it has written."""

    lease: Lease
    unit: LeasedUnit
    path: Path
    seconds: float
    program: str
    """SHA-256 of the engine's program."""
    review: Callable[[], list[str]] = list
    """What a person should know of it, once it has passed the check; raises ``EngineFailed`` where it must not count.
    """


class Publisher:
    """One thread that checks artifacts and delivers them in order."""

    def __init__(
        self,
        source: WorkSource,
        check: Callable[[Path, Expected], Checked],
        prepare: Callable[[Expected], None],
        guard: Guard | None = None,
    ) -> None:
        """Deliver to ``source`` what ``check`` lets pass; ``prepare`` loads what it needs for such files."""
        self._source = source
        self._check = check
        self._prepare = prepare
        self._guard = guard or Guard()
        self._queue: queue.Queue[Finished | Expected | None] = queue.Queue(MOST_WAITING)
        self._delivered = threading.Condition()
        self._waiting: Counter[LeaseId] = Counter()
        self._thread = self._guard.thread("publisher", self._loop)
        self._thread.start()

    def expect(self, expected: Expected) -> None:
        """Such files will come; the engine has only begun."""
        self._queue.put(expected)

    def put(self, finished: Finished) -> None:
        """Check and deliver a file, soon."""
        with self._delivered:
            self._waiting[finished.lease.id] += 1
        self._queue.put(finished)

    def drain(self, lease: LeaseId, meanwhile: Callable[[], None], every: float) -> None:
        """Wait until every file of a lease has been delivered; call ``meanwhile`` each ``every`` seconds."""
        while True:
            with self._delivered:
                if self._delivered.wait_for(lambda: not self._waiting[lease], every):
                    del self._waiting[lease]
                    return
            meanwhile()

    def stop(self) -> None:
        """Deliver what is there, then end."""
        self._queue.put(None)
        self._thread.join()

    def _loop(self) -> None:
        while (due := self._queue.get()) is not None:
            if isinstance(due, Expected):
                # What the check will need and does not find, the check itself will say.
                with self._guard.item(LOOP, f"reading files of the format {due.format}"):
                    self._prepare(due)
            else:
                self._hand_in(due)

    def _hand_in(self, finished: Finished) -> None:
        try:
            # Of what cannot be said of a unit its holder has to be told otherwise: by the lease, which ends.
            with self._guard.item(LOOP, f"a result, {finished.unit.spec.file}", key=finished.lease.job):
                self._deliver(finished)
        finally:
            with self._delivered:
                self._waiting[finished.lease.id] -= 1
                self._delivered.notify_all()

    def _deliver(self, finished: Finished) -> None:
        lease, unit = finished.lease, finished.unit
        try:
            found = self._check(finished.path, unit.spec.expected)
            for sentence in finished.review():
                self._source.warn(lease, sentence)
            file = CheckedFile(
                path=finished.path,
                sha256=found.sha256,
                bytes=found.bytes,
                picture=found.picture,
                seconds=finished.seconds,
                program=finished.program,
            )
            self._source.deliver(lease, unit, file)
        except DiskFull as error:
            self._source.give_back(lease, [unit], str(error))
        except (ZordonError, OSError) as error:
            self._source.fail(lease, unit, str(error))
        except Exception as error:  # noqa: BLE001 - it ends this unit's attempt, and nothing else
            self._guard.meet(LOOP, error)
            self._source.fail(lease, unit, sentence_of(LOOP, unit.spec.file, error))
