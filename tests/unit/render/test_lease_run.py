import threading
from collections import deque
from pathlib import Path

from tests.fakes.engine import FakeEngine
from zordon_app.domain.ids import JobId, LeaseId, NodeId
from zordon_app.domain.jobs import BuildRef, Expected, UnitKind, UnitSpec
from zordon_app.domain.leases import Lease, LeasedUnit, LeaseOrder
from zordon_app.engines.base import Event, EventKind
from zordon_app.render.lease_run import LeaseRun
from zordon_app.render.settings import RenderSettings


class ScriptedSession:
    """An engine that says what it is told, however fast it is asked."""

    has_ended = False

    def __init__(self, *events):
        self.events = deque(events)

    def next_event(self, timeout):
        return self.events.popleft() if self.events else None

    def is_silent_for(self, seconds):
        return False


class Source:
    def __init__(self):
        self.failed = {}
        self.warned = []
        self.taken_over = frozenset()

    def unit_started(self, lease, unit):
        return LeaseOrder.GO_ON

    def renew(self, lease):
        return LeaseOrder.GO_ON

    def lost(self, lease):
        return self.taken_over

    def warn(self, lease, message):
        self.warned.append(message)

    def fail(self, lease, unit, message):
        self.failed[unit.spec.number] = message
        return LeaseOrder.GO_ON


class Publisher:
    def __init__(self):
        self.handed_in = []

    def expect(self, expected):
        pass

    def put(self, finished):
        self.handed_in.append(finished.unit.spec.number)


class Log:
    def switch(self, number, attempt):
        pass

    def flush(self):
        pass


def unit(number):
    spec = UnitSpec(
        number=number,
        kind=UnitKind.FRAME,
        first=number,
        last=number,
        file=f"shot_{number:04d}.png",
        expected=Expected(format="png"),
    )
    return LeasedUnit(spec=spec, attempt=1)


class AnyJob:
    fps = 24.0


class Assigned:
    job = AnyJob()
    build = BuildRef(engine="fake", version="1.0", sha256="1.0-sha")
    engine = FakeEngine()

    def __init__(self, *numbers):
        units = tuple(unit(number) for number in numbers)
        self.lease = Lease(id=LeaseId("l"), job=JobId("j"), node=NodeId("n"), units=units, seconds=60)


def make_run(source, publisher, *numbers):
    return LeaseRun(
        Assigned(*numbers),
        folder=Path("/private"),
        source=source,
        publisher=publisher,
        settings=RenderSettings(),
        monotonic=lambda: 0.0,
        stop=threading.Event(),
    )


def rendered(number):
    return [
        Event(kind=EventKind.UNIT_STARTED, unit=number),
        Event(kind=EventKind.ARTIFACT, unit=number, file=f"shot_{number:04d}.png"),
    ]


def test_the_end_of_one_chunk_is_not_taken_for_the_end_of_the_next():
    source, publisher = Source(), Publisher()
    ended = Event(kind=EventKind.CHUNK_ENDED)
    session = ScriptedSession(*rendered(1), ended, *rendered(2), ended)

    assert make_run(source, publisher, 1).follow(session, Log())
    assert make_run(source, publisher, 2).follow(session, Log())

    assert publisher.handed_in == [1, 2]
    assert source.failed == {}


def test_a_unit_that_the_engine_passed_over_has_failed():
    source, publisher = Source(), Publisher()
    session = ScriptedSession(*rendered(1), Event(kind=EventKind.CHUNK_ENDED))

    assert make_run(source, publisher, 1, 2).follow(session, Log())

    assert publisher.handed_in == [1]
    assert "without making" in source.failed[2]


def test_a_session_that_renders_only_what_others_have_taken_over_is_ended():
    source, publisher = Source(), Publisher()
    session = ScriptedSession(*rendered(1), *rendered(2), *rendered(3), Event(kind=EventKind.CHUNK_ENDED))
    source.taken_over = frozenset({2, 3})

    assert not make_run(source, publisher, 1, 2, 3).follow(session, Log())

    assert publisher.handed_in == [1]
    assert source.failed == {}


def test_what_an_engine_says_of_a_failure_fails_the_unit_in_hand_though_it_wrote_a_file():
    source, publisher = Source(), Publisher()
    bad = Event(kind=EventKind.UNIT_FAILED, message="The graphics card failed.")
    session = ScriptedSession(
        *rendered(1), rendered(2)[0], bad, rendered(2)[1], *rendered(3), Event(kind=EventKind.CHUNK_ENDED)
    )

    assert make_run(source, publisher, 1, 2, 3).follow(session, Log())

    assert publisher.handed_in == [1, 3]
    assert source.failed == {2: "The graphics card failed."}


def test_a_failure_before_the_first_unit_is_told_once():
    source, publisher = Source(), Publisher()
    bad = Event(kind=EventKind.UNIT_FAILED, message="The graphics card failed.")
    session = ScriptedSession(bad, bad, *rendered(1), Event(kind=EventKind.CHUNK_ENDED))

    assert make_run(source, publisher, 1).follow(session, Log())

    assert publisher.handed_in == [1]
    assert source.warned == ["The graphics card failed."]
