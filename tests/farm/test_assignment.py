"""Machines that are let out of a job while they render it, and in again."""

import pytest

from tests.farm.conftest import MakeFarm
from tests.farm.farm import Farm, Machine, eventually
from tests.farm.oracle import nothing_lost

pytestmark = [pytest.mark.farm, pytest.mark.xdist_group("namespaces")]

FRAMES = range(1, 121)


def made(farm: Farm, machine: Machine) -> list[int]:
    return [frame for _, node, frame in farm.told("made") if node == machine.name]


def test_a_machine_that_is_let_out_stops_at_once_and_helps_again_when_it_is_let_in(make_farm: MakeFarm) -> None:
    farm = make_farm(2, ZORDON_FARM_OPEN="1")
    first, second = farm.start_walls()
    farm.join_all()
    job_id = first.submit(farm.wall(seconds=0.25), start_frame=FRAMES.start, end_frame=FRAMES.stop - 1)
    eventually(lambda: made(farm, second), "the second machine helps")

    first.post(f"/api/jobs/{job_id}/nodes", {"nodes": [first.id()]})
    assert not [unit for unit in first.units(job_id) if unit["state"] == "leased" and unit["node"] == second.id()]
    eventually(lambda: not second.engines(), "its engine is gone")
    eventually(lambda: [child["status"] for child in first.job(job_id)["child_jobs"]] == ["ended"], "it was told")
    before, ours = made(farm, second), len(made(farm, first))
    eventually(lambda: len(made(farm, first)) > ours + 3, "the first one goes on alone")
    assert made(farm, second) == before

    first.post(f"/api/jobs/{job_id}/nodes", {"nodes": []})
    eventually(lambda: len(made(farm, second)) > len(before), "the second machine helps again")
    job = nothing_lost(farm, first, job_id, FRAMES)
    assert (job["errors"], job["warnings"]) == ([], [])


def test_the_job_goes_on_elsewhere_when_its_own_machine_is_let_out(make_farm: MakeFarm) -> None:
    farm = make_farm(2, ZORDON_FARM_OPEN="1")
    first, second = farm.start_walls()
    farm.join_all()
    job_id = first.submit(farm.wall(seconds=0.25), start_frame=FRAMES.start, end_frame=FRAMES.stop - 1)
    eventually(lambda: made(farm, first), "the first machine renders")

    first.post(f"/api/jobs/{job_id}/nodes", {"nodes": [second.id()]})
    eventually(lambda: not first.engines(), "its engine is gone")
    before = made(farm, first)
    nothing_lost(farm, first, job_id, FRAMES)
    assert made(farm, first) == before
