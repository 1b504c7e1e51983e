"""Machines that die, freeze, fill up or do bad work: nothing is lost (F1–F4, F13–F15)."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.farm.farm import eventually
from tests.farm.oracle import renders
from tests.faults.conftest import Trial

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("namespaces")]


@pytest.mark.fault(1, "a helping machine is killed")
def test_f1_a_child_is_killed(trial: Trial) -> None:
    trial.submit()
    trial.when_at_work(trial.child)
    engines = trial.child.engines()
    assert engines
    trial.child.kill()
    killed = time.monotonic()
    eventually(lambda: not any(engine.is_running() for engine in engines), "its engine is gone")
    trial.note(engine_gone=round(time.monotonic() - killed, 2))
    trial.nothing_lost()


@pytest.mark.fault(2, "the machine with the job is killed and comes back")
def test_f2_the_parent_is_killed_and_comes_back(trial: Trial) -> None:
    trial.submit()
    trial.when_at_work(trial.child)
    trial.parent.kill()
    before = trial.made_by(trial.child) + trial.made_by(trial.third)
    eventually(lambda: trial.made_by(trial.child) + trial.made_by(trial.third) > before, "children go on")
    theirs = [frame for _, node, frame in trial.farm.told("made") if node != trial.parent.name]
    trial.parent.start()
    trial.nothing_lost()
    again = [frame for frame in theirs if renders(trial.farm)[frame] > 1]
    assert not again


@pytest.mark.fault(3, "… and stays away for longer than a lease lasts")
def test_f3_the_parent_is_gone_for_longer_than_a_lease(trial: Trial) -> None:
    trial.submit()
    trial.when_at_work(trial.child)
    trial.parent.kill()
    lease = 25 * 0.2
    time.sleep(1.4 * lease)
    theirs = {frame for _, node, frame in trial.farm.told("made") if node != trial.parent.name}
    back = time.monotonic()
    trial.parent.start()
    trial.nothing_lost()
    # What two machines did at once before, as one was slow, is another matter.
    assert not [frame for at, _, frame in trial.farm.told("began") if at > back and frame in theirs]


@pytest.mark.fault(4, "a machine freezes and thaws")
def test_f4_a_child_freezes_and_thaws(trial: Trial) -> None:
    trial.submit()
    trial.when_at_work(trial.child)
    trial.child.signal_all(signal.SIGSTOP)
    try:
        trial.parent.finish(trial.job_id)
    finally:
        trial.child.signal_all(signal.SIGCONT)
    thawed = time.monotonic()
    eventually(lambda: not trial.child.engines(), "it stops")
    trial.note(engine_ended=round(time.monotonic() - thawed, 2))
    trial.nothing_lost()


@pytest.mark.fault(13, "a machine fails whatever it is given")
def test_f13_a_bad_machine_is_left_out(trial: Trial) -> None:
    with trial.changed(trial.third, fails=True):
        trial.submit(seconds=0.4)
        job = trial.nothing_lost()
    assert any("left out" in warning and trial.third.name in warning for warning in job["warnings"]), job["warnings"]
    # Until others do well with it, the job may be to blame: a busy machine can take its time over that.
    well = min(at for at, node, _ in trial.farm.told("made") if node != trial.third.name)
    failed = sum(1 for at, node, _ in trial.farm.told("began") if node == trial.third.name and at > well)
    trial.note(tried=failed)
    assert failed <= 8


@pytest.mark.fault(14, "a helping machine's disk is full")
def test_f14_a_childs_disk_is_full_and_has_room_again(trial: Trial) -> None:
    filler = trial.third.home / "filler"
    try:
        _fill(filler)
        eventually(lambda: trial.third.get("/api/nodes")[0]["state"] == "full", "it says that it is full")
        trial.submit()
        job = trial.nothing_lost()
        assert trial.made_by(trial.third) == 0
        assert not job["errors"]
    finally:
        filler.unlink(missing_ok=True)
    eventually(lambda: trial.third.get("/api/nodes")[0]["state"] == "ready", "it is ready again")


@pytest.mark.fault(14, "a helping machine's disk fills while it works")
def test_f14_a_childs_disk_fills_while_it_works(trial: Trial) -> None:
    filler = trial.third.home / "filler"
    try:
        trial.submit()
        trial.when_at_work(trial.third)
        _fill(filler)
        job = trial.parent.finish(trial.job_id)
        assert not job["errors"]
        assert {unit["failures"] for unit in trial.parent.units(trial.job_id)} == {0}
    finally:
        filler.unlink(missing_ok=True)
    # What it could not write down for want of room is put right as soon as there is some.
    trial.nothing_lost()


@pytest.mark.fault(15, "the disk fills where the results are gathered")
def test_f15_the_parents_disk_is_full_while_results_come(trial: Trial, small_disk: Path) -> None:
    output, filler = small_disk / "out", small_disk / "filler"
    trial.submit(output_path=str(output))
    trial.when_at_work(trial.child, 3)
    _fill(filler)
    eventually(lambda: trial.parent.job(trial.job_id)["status"] == "paused", "it waits for room")
    assert "disk" in trial.parent.job(trial.job_id)["reason"]
    filler.unlink()
    trial.nothing_lost()


def _fill(path: Path) -> None:
    """Leave no byte on the volume."""
    with path.open("wb") as file:
        try:
            while True:
                os.write(file.fileno(), bytes(64 * 1024))
        except OSError:
            pass
