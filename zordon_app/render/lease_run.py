"""One lease on its way through an engine: which units are still owed, which is in hand, what each event means."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePath

from zordon_app.domain.leases import LeasedUnit, LeaseOrder
from zordon_app.engines.assignments import Assignment
from zordon_app.engines.base import Event, EventKind
from zordon_app.render.interfaces import WorkSource
from zordon_app.render.publisher import Finished, Publisher
from zordon_app.render.session import EngineSession
from zordon_app.render.settings import RenderSettings
from zordon_app.render.unit_log import UnitLog

_TICK = 0.1
"""Seconds between two looks at the order and the clock while the engine is silent."""


class LeaseRun:
    """Follows engine sessions for one lease and reports to its source."""

    def __init__(
        self,
        assignment: Assignment,
        *,
        folder: Path,
        source: WorkSource,
        publisher: Publisher,
        settings: RenderSettings,
        monotonic: Callable[[], float],
        stop: threading.Event,
    ) -> None:
        """``folder`` is the lease's private folder."""
        self.folder = folder
        self._assignment = assignment
        self._doubt = ""
        self._lease = assignment.lease
        self._fps = assignment.job.fps
        self._program = assignment.build.sha256
        self._source = source
        self._publisher = publisher
        self._settings = settings
        self._monotonic = monotonic
        self._stop = stop
        self._owed: dict[int, LeasedUnit] = {unit.spec.number: unit for unit in assignment.lease.units}
        self._in_hand: int | None = None
        self._began_at = monotonic()
        self._renewed_at = monotonic()
        self._order = LeaseOrder.GO_ON
        self._chunk_ended = False
        self._has_lost = False
        self._fatal = False
        self._warned: set[str] = set()

    def is_owed(self, number: int) -> bool:
        """Whether a unit has neither been handed in nor failed."""
        return number in self._owed

    def begin(self, number: int, unit_log: UnitLog) -> bool:
        """A unit starts now; False when it must not."""
        unit = self._owed[number]
        self._in_hand, self._began_at = number, self._monotonic()
        self._doubt = ""
        unit_log.switch(number, unit.attempt)
        self._tell_started(unit)
        return self._order == LeaseOrder.GO_ON and not self._stop.is_set()

    def follow(self, session: EngineSession, unit_log: UnitLog) -> bool:
        """Follow a warm session through the lease; False when the session must end."""
        self._began_at = self._monotonic()
        # To the chunk's own end, also when nothing is owed any more: the next lease must find no old news.
        while not self._chunk_ended and not self._fatal:
            event = session.next_event(_TICK)
            if event is not None:
                self._take(event)
            if self._must_stop() or self._is_hung(session) or self._lost_the_rest():
                return False
            if event is None and session.has_ended:
                self.fail_in_hand(session.why())
                return False
        for number in list(self._owed):
            self.fail_unit(number, "The engine went on without making this frame.")
        unit_log.flush()
        return not self._fatal

    def follow_one(self, session: EngineSession, number: int, *, step: int = 0, steps: int = 1) -> bool:
        """Follow a process that does one unit, or the step of that place; False when the lease must not go on."""
        while not session.has_ended:
            if number not in self._owed:
                return True
            event = session.next_event(_TICK)
            if event is not None:
                self._hear(event, number, step, steps)
            if self._must_stop_now() or self._is_hung(session):
                return self._order == LeaseOrder.GO_ON and not self._stop.is_set()
        if session.wait_status() != 0:
            self.fail_unit(number, session.why())
        elif number not in self._owed:
            return True
        elif step == steps - 1:
            self._hand_in(number, self._owed[number].spec.file)
        return self._order == LeaseOrder.GO_ON

    def _hear(self, event: Event, number: int, step: int, steps: int) -> None:
        if event.kind == EventKind.PROGRESS:
            fraction = (step + self._fraction(event, number)) / steps
            self._source.progress(self._lease, self._owed[number], fraction)
        elif event.kind == EventKind.WARNING:
            self._warn(event.message)
        elif event.kind == EventKind.DOUBT:
            self._doubt = self._doubt or event.message

    def _warn(self, message: str) -> None:
        """Once in a lease: an engine may say the same of every picture."""
        if message not in self._warned:
            self._warned.add(message)
            self._source.warn(self._lease, message)

    def fail_unit(self, number: int, message: str) -> None:
        """The attempt of a unit failed."""
        unit = self._owed.pop(number, None)
        if unit is not None:
            self._obey(self._source.fail(self._lease, unit, message))
        self._forget_in_hand(number)

    def fail_in_hand(self, message: str) -> None:
        """The unit that the engine is at failed, or the first if it is at none."""
        number = self._in_hand if self._in_hand is not None else next(iter(self._owed), None)
        if number is not None:
            self.fail_unit(number, message)

    def fail_all(self, message: str) -> None:
        """The job cannot be rendered at all."""
        self._owed.clear()
        self._fatal = True
        self._source.fail_job(self._lease, message)

    def give_back_rest(self, reason: str) -> None:
        """What is still owed goes back without blame."""
        if self._owed:
            self._source.give_back(self._lease, list(self._owed.values()), reason)
            self._owed.clear()

    def _take(self, event: Event) -> None:
        number = event.unit if event.unit is not None else self._in_hand
        match event.kind:
            case EventKind.UNIT_STARTED if number in self._owed:
                self._start_unit(number)
            case EventKind.PROGRESS if number in self._owed:
                self._source.progress(self._lease, self._owed[number], event.fraction)
            case EventKind.ARTIFACT if number in self._owed:
                self._hand_in(number, event.file or self._owed[number].spec.file)
            case EventKind.UNIT_FAILED if number in self._owed:
                self.fail_unit(number, event.message or "The engine could not render it.")
            case EventKind.WARNING | EventKind.UNIT_FAILED if event.unit is None:
                # A failure that is of no unit was said before the first began, or is said once more.
                self._warn(event.message)
            case EventKind.SESSION_FAILED:
                self.fail_all(event.message)
            case EventKind.CHUNK_ENDED:
                self._chunk_ended = True

    def _start_unit(self, number: int) -> None:
        if self._order == LeaseOrder.STOP_AFTER_UNIT and self._in_hand != number:
            # The unit before has ended: what follows is not wanted.
            self._order = LeaseOrder.STOP_NOW
            return
        if self._in_hand != number:
            self._in_hand = number
            self._tell_started(self._owed[number])

    def _tell_started(self, unit: LeasedUnit) -> None:
        # Not sooner: an engine that starts needs the processor more.
        self._publisher.expect(unit.spec.expected)
        self._obey(self._source.unit_started(self._lease, unit))

    def _fraction(self, event: Event, number: int) -> float:
        """How far the unit is, 0–1, also where the engine counts seconds of film."""
        spec = self._owed[number].spec
        length = spec.expected.seconds or (spec.frame_count / self._fps if self._fps else 0.0)
        if "seconds" not in event.facts or not length:
            return event.fraction
        return min(float(event.facts["seconds"]) / length, 1.0)

    def _hand_in(self, number: int, file: str) -> None:
        unit = self._owed.pop(number)
        now = self._monotonic()
        # A name with a folder in it would be somebody else's file: only plain names of the private folder count.
        path = self.folder / PurePath(file).name
        seconds = now - self._began_at
        review = partial(self._assignment.engine.review, self._assignment.job, unit.spec, path, self._doubt)
        self._publisher.put(
            Finished(lease=self._lease, unit=unit, path=path, seconds=seconds, program=self._program, review=review)
        )
        self._doubt = ""
        self._began_at = now
        self._forget_in_hand(number)

    def _forget_in_hand(self, number: int) -> None:
        if self._in_hand == number:
            self._in_hand = None

    def _must_stop(self) -> bool:
        """Whether the session must end now, for the order that came with the last renewal."""
        if self._must_stop_now():
            return True
        return self._order == LeaseOrder.STOP_AFTER_UNIT and self._in_hand is None

    def _lost_the_rest(self) -> bool:
        """Whether the engine works only on units that other nodes have taken over."""
        return self._has_lost and not self._owed

    def _must_stop_now(self) -> bool:
        if self._monotonic() - self._renewed_at >= self._settings.renew_seconds:
            self.renew()
        return self._stop.is_set() or (self._order == LeaseOrder.STOP_NOW and bool(self._owed))

    def renew(self) -> None:
        """Keep the lease, and hear what is wanted."""
        self._renewed_at = self._monotonic()
        self._obey(self._source.renew(self._lease))

    def _obey(self, order: LeaseOrder) -> None:
        for number in self._source.lost(self._lease) & self._owed.keys():
            del self._owed[number]
            self._forget_in_hand(number)
            self._has_lost = True
        # An order to stop is never taken back by a later answer of the same lease.
        if self._order != LeaseOrder.STOP_NOW:
            self._order = order

    def _is_hung(self, session: EngineSession) -> bool:
        if not session.is_silent_for(self._settings.hang_seconds):
            return False
        self.fail_in_hand(f"The engine did nothing for {self._settings.hang_seconds:.0f} s and was ended.")
        return True
