"""Clocks that are wrong, that jump, and that have gone on while a machine slept: nothing is lost (F21, F22)."""

import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.farm.farm import Machine, eventually
from tests.farm.oracle import renders
from tests.faults.conftest import Trial, also

DAY, HOUR = 86_400, 3_600
LEASE = 25 * 0.2

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("namespaces")]


@pytest.mark.fault(21, "a clock is three days off and jumps by an hour")
@pytest.mark.parametrize("days", [*also(3), -3])
def test_f21_a_childs_clock_is_days_off_and_jumps(trial: Trial, days: int) -> None:
    trial.child.turn_clock(days * DAY)
    with trial.changed(trial.child):
        eventually(lambda: abs(_skew(trial) - days * DAY) < 60, "the parent sees how wrong its clock is")
        trial.submit()
        trial.when_at_work(trial.child)
        trial.child.turn_clock(days * DAY + HOUR)
        trial.nothing_lost()
        assert trial.made_by(trial.child) > 1


@pytest.mark.fault(22, "the machine with the job sleeps for eight hours")
def test_f22_the_parent_sleeps_for_eight_hours(trial: Trial) -> None:
    trial.submit()
    trial.when_at_work(trial.child)
    with _asleep(trial.parent):
        time.sleep(1.4 * LEASE)
        theirs = [frame for _, node, frame in trial.farm.told("made") if node != trial.parent.name]
    trial.nothing_lost()
    assert not [frame for frame in theirs if renders(trial.farm)[frame] > 1]


@pytest.mark.fault(22, "a helping machine sleeps for eight hours")
@pytest.mark.parametrize("length", [*also("less than a lease"), "more than a lease"])
def test_f22_a_child_sleeps_for_eight_hours_and_asks_before_it_sends(trial: Trial, length: str) -> None:
    trial.submit()
    trial.when_at_work(trial.child)
    child, made = trial.child.id(), len(trial.farm.told("made"))
    with _asleep(trial.child):
        if length == "less than a lease":
            eventually(lambda: len(trial.farm.told("made")) > made + 3, "the others go on")
        else:
            eventually(lambda: not _leased_to(trial, child), "its frames are given to others")
        woken = time.monotonic()
    trial.nothing_lost()
    asked = [at for at, node, _ in trial.farm.told("asked") if node == trial.child.name and at > woken]
    sent = [at for at, node, _ in trial.farm.told("sent") if node == trial.child.name and at > woken]
    assert sent or length == "more than a lease"
    assert min(asked) < min(sent, default=math.inf)


@contextmanager
def _asleep(machine: Machine) -> Iterator[None]:
    """It stands still, and when it wakes its clock has gone on for eight hours."""
    machine.signal_all(signal.SIGSTOP)
    try:
        yield
        machine.turn_clock(8 * HOUR)
    finally:
        machine.signal_all(signal.SIGCONT)


def _leased_to(trial: Trial, node: str) -> list[int]:
    units = trial.parent.units(trial.job_id)
    return [unit["unit"] for unit in units if unit["state"] == "leased" and unit["node"] == node]


def _skew(trial: Trial) -> float:
    child = trial.child.id()
    return float(next(one["skew_seconds"] for one in trial.parent.get("/api/farm")["members"] if one["id"] == child))
