"""What travels is the version that is rendered: a machine that helps never mixes two (faults.md 2.9)."""

import json

import pytest

from tests.farm.conftest import MakeFarm
from tests.farm.farm import eventually
from tests.farm.test_assignment import made

pytestmark = [pytest.mark.farm, pytest.mark.xdist_group("namespaces")]

LARGE = 60_000


def test_when_the_project_changes_every_machine_waits_and_then_renders_the_new_one(make_farm: MakeFarm) -> None:
    farm = make_farm(2, ZORDON_FARM_OPEN="1")
    first, second = farm.start_walls()
    farm.join_all()
    wall = farm.wall(seconds=0.15)
    job_id = first.submit(wall, start_frame=1, end_frame=40)
    eventually(lambda: made(farm, second), "the second machine helps")

    new = wall.with_suffix(".new")
    new.write_text(json.dumps(json.loads(wall.read_text()) | {"kilobytes": 60}))
    new.replace(wall)
    paused = eventually(lambda: (job := first.job(job_id))["status"] == "paused" and job, "the job stops")
    assert paused["project_changed"] == [wall.name]
    assert all(unit["bytes"] < LARGE for unit in first.units(job_id) if unit["state"] == "done")

    first.post(f"/api/jobs/{job_id}/project", {"use": "new"})
    ended = eventually(lambda: (job := first.job(job_id))["status"] == "completed" and job, "it is rendered anew")
    units = first.units(job_id)
    assert {unit["node"] for unit in units} == {first.id(), second.id()}
    assert all(unit["bytes"] > LARGE for unit in units)
    assert {unit["project_sha256"] for unit in units} == {ended["project_sha256"]} != {paused["project_sha256"]}
