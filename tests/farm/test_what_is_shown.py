"""What a farm of two real machines shows of itself while it works, compared with what the units say."""

from typing import Any

import pytest

from tests.farm.conftest import MakeFarm
from tests.farm.farm import Farm, Machine, eventually
from zordon_app.domain.frames import parse_frames

pytestmark = [pytest.mark.farm, pytest.mark.xdist_group("namespaces")]

FRAMES = range(1, 61)


def view(machine: Machine, of: Machine) -> dict[str, Any]:
    return dict(next(node for node in machine.get("/api/nodes") if node["id"] == of.id()))


def held(machine: Machine, job_id: str, of: Machine) -> set[int]:
    return {unit["unit"] for unit in machine.units(job_id) if unit["state"] == "leased" and unit["node"] == of.id()}


def frames_of(work: list[dict[str, Any]], job_id: str) -> set[int]:
    return {frame for one in work if one["job"] == job_id for frame in parse_frames(one["frames"])}


def agrees(home: Machine, job_id: str, helper: Machine, seen_by: Machine) -> bool:
    """Whether ``seen_by`` shows of the helper what the ledger at home says, before and after it was asked."""
    before = held(home, job_id, helper)
    shown = view(seen_by, helper)
    after = held(home, job_id, helper)
    frames = frames_of(shown["work"], job_id)
    if not before or before != after or not frames:
        return False
    assert shown["state"] == "rendering"
    assert shown["units_running"] == sum(one["units"] for one in shown["work"])
    assert [(one["name"], one["node"], one["node_name"]) for one in shown["work"]] == [("scene", home.id(), home.name)]
    # What is made and on its way is in nobody's hand any more, and still leased.
    return frames <= before


def shown_everywhere(home: Machine, job_id: str, helper: Machine) -> None:
    for seen_by in (home, helper):
        eventually(
            lambda seen_by=seen_by: agrees(home, job_id, helper, seen_by), f"{seen_by.name} shows it", every=0.05
        )


def test_what_is_shown_of_two_machines_at_work_is_what_the_units_say(make_farm: MakeFarm) -> None:
    farm = make_farm(2, ZORDON_FARM_OPEN="1")
    home, helper = farm.start_walls()
    farm.join_all()
    queue = home.get("/api/queue")
    assert (queue["jobs"], queue["seconds"], queue["ends_at"]) == (0, None, None)
    project = farm.wall(seconds=0.4)
    job_id = home.submit(project, name="scene", start_frame=FRAMES.start, end_frame=FRAMES.stop - 1)
    behind = home.submit(project, name="behind", start_frame=1, end_frame=30, paused=True)

    eventually(lambda: held(home, job_id, helper), "the helper has frames")
    shown_everywhere(home, job_id, helper)
    queue_counts_what_waits(home, job_id, behind)
    the_clock_stands_still_while_nothing_runs(farm, home, job_id, helper)
    shown_everywhere(home, job_id, helper)

    home.finish(job_id)
    column_follows_units(home, job_id)
    eventually(lambda: not view(helper, helper)["work"] and not view(home, helper)["work"], "nothing in hand any more")


def queue_counts_what_waits(home: Machine, job_id: str, behind: str) -> None:
    alone = eventually(lambda: (seen := home.get("/api/queue"))["seconds"] and seen, "the end can be told")
    assert (alone["jobs"], alone["at_least"]) == (1, False)  # The paused one is not counted: nobody knows its time.
    home.post(f"/api/jobs/{behind}/resume")
    eventually(lambda: (seen := home.get("/api/queue"))["jobs"] == 2 and seen["at_least"], "the one behind is unknown")
    home.post(f"/api/jobs/{behind}/pause")
    assert home.job(job_id)["status"] == "running"


def the_clock_stands_still_while_nothing_runs(farm: Farm, home: Machine, job_id: str, helper: Machine) -> None:
    home.post(f"/api/jobs/{job_id}/pause")
    eventually(lambda: not home.engines() and not helper.engines(), "the engines rest")
    before = eventually(lambda: (job := home.job(job_id))["ran_at"] is None and job, "nothing is in hand")
    assert home.get("/api/queue")["seconds"] is None
    farm.machines[0].turn_clock(7200)
    home.post(f"/api/jobs/{job_id}/priority", {"priority": 60})
    assert home.job(job_id)["ran_seconds"] == before["ran_seconds"]
    home.post(f"/api/jobs/{job_id}/resume")
    after = eventually(lambda: (job := home.job(job_id))["ran_at"] and job, "it goes on")
    assert after["ran_seconds"] < before["ran_seconds"] + 60  # Two hours passed by the clock that people set.
    farm.machines[0].turn_clock(0)


def column_follows_units(home: Machine, job_id: str) -> None:
    job, units = home.job(job_id), home.units(job_id)
    made = {node: len([unit for unit in units if unit["node"] == node]) for node in {unit["node"] for unit in units}}
    assert {part["node"]: part["done"] for part in job["machines"]} == made
    assert {part["in_hand"] for part in job["machines"]} == {0}
    assert job["machine_seconds"] == pytest.approx(sum(unit["seconds"] for unit in units))
    assert 0 < job["ran_seconds"] < job["machine_seconds"] * 2


def test_a_machine_that_made_nothing_is_in_no_column(make_farm: MakeFarm) -> None:
    farm = make_farm(2, ZORDON_FARM_OPEN="1")
    home, _helper = farm.start_walls(fails=[False, True])
    farm.join_all()
    job_id = home.submit(farm.wall(seconds=0.2), start_frame=1, end_frame=12)
    job = home.finish(job_id)
    assert [(part["name"], part["done"]) for part in job["machines"]] == [(home.name, 12)]
