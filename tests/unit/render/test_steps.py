"""Units that take two commands, and engines that count seconds of film."""

import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec import structs

from tests.unit.render.test_lease_run import Assigned, Publisher, ScriptedSession, Source
from zordon_app.domain.jobs import Expected
from zordon_app.engines.base import Event, EventKind
from zordon_app.render.lease_run import LeaseRun
from zordon_app.render.settings import RenderSettings


class Session(ScriptedSession):
    """Ends with a status when it has said everything."""

    def __init__(self, *events, status=0):
        super().__init__(*events)
        self.status = status

    @property
    def has_ended(self):
        return not self.events

    def wait_status(self):
        return self.status

    def why(self):
        return "It said why."


class Listening(Source):
    def __init__(self):
        super().__init__()
        self.fractions = []

    def progress(self, lease, unit, fraction):
        self.fractions.append(fraction)


@pytest.fixture
def running():
    source, publisher = Listening(), Publisher()

    def make(expected, fps=24.0):
        assigned = Assigned(1)
        spec = structs.replace(assigned.lease.units[0].spec, first=1, last=48, expected=expected)
        unit = structs.replace(assigned.lease.units[0], spec=spec)
        assigned.lease = structs.replace(assigned.lease, units=(unit,))
        assigned.job = SimpleNamespace(fps=fps)
        return LeaseRun(
            assigned,
            folder=Path("/private"),
            source=source,
            publisher=publisher,
            settings=RenderSettings(),
            monotonic=lambda: 0.0,
            stop=threading.Event(),
        )

    return make, source, publisher


def told(*seconds):
    return [Event(kind=EventKind.PROGRESS, facts={"seconds": value}) for value in seconds]


def test_seconds_of_film_become_a_part_of_the_unit(running):
    make, source, publisher = running
    make(Expected(format="mp4", seconds=4.0)).follow_one(Session(*told(1, 2, 5)), 1)

    assert source.fractions == [0.25, 0.5, 1.0]
    assert publisher.handed_in == [1]


def test_where_no_length_is_expected_the_frames_tell_it(running):
    make, source, _ = running
    make(Expected(format="mp4")).follow_one(Session(*told(0.5)), 1)

    assert source.fractions == [0.25]


def test_two_steps_share_the_unit_and_only_the_last_hands_it_in(running):
    make, source, publisher = running
    run = make(Expected(format="mp4", seconds=4.0))

    assert run.follow_one(Session(*told(2, 4)), 1, step=0, steps=2)
    assert publisher.handed_in == []
    assert run.is_owed(1)
    assert run.follow_one(Session(*told(2, 4)), 1, step=1, steps=2)
    assert publisher.handed_in == [1]
    assert source.fractions == [0.25, 0.5, 0.75, 1.0]


def test_a_first_step_that_fails_is_the_unit_that_fails(running):
    make, source, publisher = running
    run = make(Expected(format="mp4", seconds=4.0))
    run.follow_one(Session(*told(1), status=1), 1, step=0, steps=2)

    assert source.failed == {1: "It said why."}
    assert not run.is_owed(1)
    assert publisher.handed_in == []
