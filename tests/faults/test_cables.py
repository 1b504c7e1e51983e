"""Cables that are cut, in both directions or one, or lose packets; people who cancel meanwhile (F5–F7, F26)."""

import time

import pytest

from tests.farm.farm import eventually
from tests.farm.oracle import renders
from tests.faults.conftest import Trial, also

LEASE = 25 * 0.2

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("namespaces")]


@pytest.mark.fault(5, "the network is cut for a moment")
def test_f5_a_short_cut_costs_no_frame(trial: Trial) -> None:
    trial.submit()
    trial.when_at_work(trial.child, 3)
    began = time.monotonic()
    trial.farm.network.cut(trial.child.number)
    time.sleep(0.3 * LEASE)
    made = [frame for _, node, frame in trial.farm.told("made") if node == trial.child.name]
    trial.farm.network.mend(trial.child.number)
    lasted = time.monotonic() - began
    trial.nothing_lost()
    # On a machine that is so slow that the cut came near to a lease's length it was no short one.
    assert lasted > 0.5 * LEASE or not [frame for frame in made if renders(trial.farm)[frame] > 1]


@pytest.mark.fault(6, "the network is cut for long, in both directions or in one")
@pytest.mark.parametrize("direction", ["both", *also("out")])
def test_f5_f6_a_long_cut_in_one_direction_or_both(trial: Trial, direction: str) -> None:
    trial.submit()
    trial.when_at_work(trial.child, 3)
    trial.farm.network.cut(trial.child.number, inwards=direction == "both")
    child = trial.child.id()
    eventually(lambda: child not in trial.parent.sees(), "the parent shows that it is gone")
    trial.note(noticed=round(time.monotonic() - trial.began, 1))
    time.sleep(1.2 * LEASE)
    trial.farm.network.mend(trial.child.number)
    trial.nothing_lost()


@pytest.mark.fault(7, "a cable loses a fifth of all packets")
def test_f7_a_cable_loses_a_fifth_of_all_packets(trial: Trial) -> None:
    trial.farm.network.lose(trial.child.number, inwards=20, outwards=20)
    trial.submit()
    trial.when_at_work(trial.third, 10)
    trial.farm.network.mend(trial.child.number)
    trial.nothing_lost()


@pytest.mark.fault(7, "a slow cable loses a third of them and breaks uploads")
def test_f7_a_slow_cable_loses_a_third_of_all_packets_and_breaks_uploads(trial: Trial) -> None:
    network, number, frames = trial.farm.network, trial.child.number, range(1, 11)
    network.slow_down(number, "256kbit")
    network.lose(number, outwards=30)
    network.break_connections(number, 20)
    trial.submit(frames=frames, kilobytes=12, nodes=[trial.child.id()])

    def is_bad_enough() -> bool:
        return network.breaks(number) > 1 and trial.parent.job(trial.job_id)["units"]["done"] > 1

    eventually(is_bad_enough, "frames arrive though connections break")
    trial.note(breaks=network.breaks(number))
    network.mend(number)
    trial.nothing_lost(frames)
    assert {unit["failures"] for unit in trial.parent.units(trial.job_id)} == {0}, "a broken cable is no failed frame"


@pytest.mark.fault(26, "a job is cancelled or deleted while a helping machine is cut off")
@pytest.mark.parametrize("verb", ["cancel", *also("delete")])
def test_f26_a_job_ends_while_a_child_is_away(trial: Trial, verb: str) -> None:
    trial.submit(seconds=1.0)
    trial.when_at_work(trial.child)
    trial.farm.network.cut(trial.child.number)
    status, _ = trial.parent.call("POST", f"/api/jobs/{trial.job_id}/{verb}?confirm=1")
    assert status == 200
    mended = time.monotonic()
    trial.farm.network.mend(trial.child.number)

    def has_stopped() -> bool:
        is_over = all(job["status"] in {"cancelled", "completed"} for job in trial.child.children())
        parcels = trial.child.home / "data" / "parcels"
        return is_over and not any(parcels.rglob("*.json")) and not trial.child.engines()

    eventually(has_stopped, "the child stops and keeps nothing of it")
    trial.note(seconds=round(time.monotonic() - mended, 1))
    # What the child does after it has helped with another job comes after all that it had to do for the first.
    trial.parent.finish(
        trial.parent.submit(trial.farm.wall(seconds=0.1), start_frame=1, end_frame=2, nodes=[trial.child.id()])
    )
    eventually(has_stopped, "it has ended that one too")
    if verb == "cancel":
        assert trial.parent.job(trial.job_id)["status"] == "cancelled"
    else:
        assert all(job["id"] != trial.job_id for job in trial.parent.get("/api/jobs")["jobs"])
