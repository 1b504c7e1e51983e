"""Machines that come and go all the time, and a power cut for all of them at once: nothing is lost (F25)."""

import time

import pytest

from tests.farm.farm import eventually
from tests.faults.conftest import Trial

MANY = range(1, 121)

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("namespaces")]


@pytest.mark.fault(25, "a helping machine is killed and started all the time")
def test_f25_a_child_comes_and_goes_all_the_time(trial: Trial) -> None:
    trial.submit(frames=MANY)
    times = 0
    while _goes_on(trial):
        if times % 2:
            made = trial.made_by(trial.child)
            eventually(lambda made=made: trial.made_by(trial.child) > made or not _goes_on(trial), "it is back at work")
        time.sleep(trial.random.uniform(0, 2))
        trial.child.kill()
        trial.child.start(wait=False)
        times += 1
    trial.child.wait_until_up()
    trial.nothing_lost(MANY)
    trial.note(times=times)
    assert times > 1


def _goes_on(trial: Trial) -> bool:
    return trial.parent.job(trial.job_id)["status"] not in {"completed", "error", "cancelled"}


@pytest.mark.fault(25, "all machines are killed and started at once")
def test_f25_all_machines_are_killed_and_started_at_once(trial: Trial) -> None:
    trial.submit()
    trial.when_at_work(trial.child, 3)
    for machine in trial.farm.machines:
        machine.kill()
    for machine in trial.farm.machines:
        machine.start(wait=False)
    for machine in trial.farm.machines:
        machine.wait_until_up()
    trial.nothing_lost()
