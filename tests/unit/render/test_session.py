"""When an engine counts as hung: real processes, a clock of ours."""

import sys

import pytest

from zordon_app.engines.base import Event, EventKind, Invocation
from zordon_app.render.processes import ProcessOwner
from zordon_app.render.session import EngineSession

SLEEPS = "import time; print('here', flush=True); time.sleep(60)"
COMPUTES = "print('here', flush=True)\nwhile True: pass"
SPEAKS = "import time\nwhile True: print('line', flush=True); time.sleep(0.01)"


class Silent:
    """An engine whose lines mean nothing."""

    def read(self, line):
        return []


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def start(tmp_path, clock):
    sessions = []

    def start(script):
        heard = []
        session = EngineSession(
            Silent(),
            Invocation(argv=(sys.executable, "-S", "-E", "-c", script)),
            processes=ProcessOwner("test-owner"),
            folder=tmp_path,
            stdin=False,
            on_line=lambda line, events: heard.append(line),
            monotonic=clock,
        )
        sessions.append(session)
        while not heard:
            session.next_event(0.01)
        return session

    yield start
    for session in sessions:
        session.end(5)


def test_an_engine_that_neither_speaks_nor_computes_is_silent(start, clock):
    session = start(SLEEPS)
    for clock.now in (100.0, 300.0, 599.0):  # What it took to start counts as its last sign of life.
        assert not session.is_silent_for(600)
    clock.now = 701.0
    assert session.is_silent_for(600)


def test_an_engine_that_computes_without_a_word_is_not_silent(start, clock):
    session = start(COMPUTES)
    used = 0.0
    for clock.now in (500.0, 1000.0, 1500.0):
        while session.process.cpu_seconds() < used + 0.1:
            session.next_event(0.01)
        used = session.process.cpu_seconds()
        assert not session.is_silent_for(600)


def test_an_engine_that_speaks_is_not_looked_for_among_all_processes(start, clock, monkeypatch):
    session = start(SPEAKS)
    looks = []
    monkeypatch.setattr(session.process, "cpu_seconds", lambda: looks.append(1) or 0.0)
    for _ in range(50):
        clock.now += 1.0
        session.next_event(0.05)
        assert not session.is_silent_for(600)
    assert looks == []


def test_a_silent_engine_is_looked_at_a_few_times_only(start, clock, monkeypatch):
    session = start(SLEEPS)
    looks = []
    monkeypatch.setattr(session.process, "cpu_seconds", lambda: looks.append(1) or 0.0)
    while not session.is_silent_for(600):
        clock.now += 0.1
    assert 5 <= len(looks) <= 25


def test_a_line_that_the_engine_s_reader_cannot_take_loses_no_other(tmp_path, clock):
    class Choosy:
        def read(self, line):
            return [Event(kind=EventKind.UNIT_STARTED, unit=int(line))]

    logged = []
    session = EngineSession(
        Choosy(),
        Invocation(argv=(sys.executable, "-S", "-E", "-c", "print('none'); print(7)")),
        processes=ProcessOwner("test-owner"),
        folder=tmp_path,
        stdin=False,
        on_line=lambda line, events: logged.append(line) or 1 / 0,
        monotonic=clock,
    )
    events = iter(lambda: session.next_event(5), None)
    assert [event.unit for event in events] == [7]
    assert logged == ["7"]
    session.end(5)
