"""A node that is killed at any moment goes on where it was: nothing twice, nothing missing, nothing broken."""

import random
import subprocess
import time
from collections import Counter

import pytest

from tests.fakes.patience import HANG_SECONDS
from tests.faults.conftest import REPEATS, SEEDS, also
from tests.faults.oracle import commits, engines, is_sound, no_engine_is_left, nothing_lost
from zordon_app.engines.blender.engine import BlenderEngine

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

KILLS = 10


def kill_again_and_again(node, job_id, kills, chance, longest):
    """Kill the node at random moments; what was done before a kill is done, and the same, after it."""
    for _ in range(kills):
        time.sleep(chance.uniform(0, longest))
        node.kill()
        assert is_sound(node.home)
        before = commits(node.home, job_id)
        no_engine_is_left(node.home)
        node.start()
        units = node.api.units(job_id)
        assert all(units[number]["state"] == "done" for number in before)
        yield {number: (units[number]["sha256"], units[number]["attempt"]) for number in before}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", [".fake", *also(".cold")])
def test_killed_at_random_moments_each_frame_is_published_once(make_alone, kind, seed):
    node = make_alone().start()
    job = node.api.add(node.project((1, 40), kind=kind, seconds=0.25))
    kept = {}
    for done in kill_again_and_again(node, job["id"], 5, random.Random(seed), 2.0):
        assert done.items() >= kept.items()
        kept = done
    nothing_lost(node.api, node.home, job["id"], range(1, 41))
    units = node.api.units(job["id"])
    assert {number: (units[number]["sha256"], units[number]["attempt"]) for number in kept} == kept
    assert sum(unit["failures"] for unit in units.values()) == 0, "being killed is no failure of a frame"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_job_that_was_answered_is_there_after_a_kill_at_once(make_alone, seed):
    node, chance = make_alone().start(), random.Random(seed)
    ids = []
    for _ in range(2 * REPEATS):
        ids += [node.api.add(node.project(), paused=True)["id"] for _ in range(chance.randrange(1, 4))]
        node.kill()
        node.start()
        assert [job["id"] for job in node.api.get("/api/jobs").json["jobs"]] == ids


def test_what_a_person_did_before_a_kill_is_remembered(make_alone):
    node = make_alone().start()
    jobs = [node.api.add(node.project(), paused=True) for _ in range(3)]
    node.api.post(f"/api/jobs/{jobs[0]['id']}/cancel", confirm=1)
    node.api.post(f"/api/jobs/{jobs[1]['id']}/priority", {"priority": 77})
    node.api.post(f"/api/jobs/{jobs[2]['id']}/skip", {"frames": "2"})
    before = {job["id"]: job | {"rev": 0} for job in node.api.get("/api/jobs").json["jobs"]}
    node.kill()
    node.start()
    assert {job["id"]: job | {"rev": 0} for job in node.api.get("/api/jobs").json["jobs"]} == before


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_while_the_parts_are_joined_the_film_is_whole(make_alone, seed):
    node, chance = make_alone().start(), random.Random(seed)
    job = node.api.add(node.project((1, 6), assemble="good", seconds=0.1))
    for _ in range(3):
        time.sleep(chance.uniform(0, 0.8))
        node.kill()
        node.start()
    job = node.api.wait_ended(job["id"])
    assert (job["status"], job["file_count"]) == ("completed", 1)
    assert node.api.get(f"/api/jobs/{job['id']}/files").json == ["film.png"]
    assert commits(node.home, job["id"]) == Counter(range(1, 7))


def test_a_second_node_on_the_same_data_is_refused_and_the_first_goes_on(make_alone):
    node = make_alone().start()
    address = node.api.address
    first = node.process
    assert node.try_start() == ""
    assert node.process.wait(HANG_SECONDS) not in {0, -11}
    node.process, node.api.address = first, address
    assert node.api.get("/api/heartbeat").status == 200


def test_a_node_that_is_asked_to_stop_gives_back_what_it_holds_and_goes_on_later(make_alone):
    node = make_alone().start()
    job = node.api.add(node.project((1, 12), seconds=0.3))
    node.api.wait_for(job["id"], lambda job: job["units"]["done"] >= 2)
    node.stop()
    assert node.process.returncode == 0
    assert not engines(node.home)
    node.start()
    nothing_lost(node.api, node.home, job["id"], range(1, 13))
    assert sum(unit["failures"] for unit in node.api.units(job["id"]).values()) == 0


# A real .blend


@pytest.fixture(scope="module")
def shot(tmp_path_factory):
    """48 small frames in Cycles, by the Blender that is here."""
    builds = [build for build in BlenderEngine().find_builds([]) if build.origin != "bpy"]
    if not builds:
        pytest.skip("no Blender here; build/dev.py test installs it")
    path = tmp_path_factory.mktemp("blend") / "shot.blend"
    make = (
        "import bpy; s = bpy.context.scene; s.render.engine = 'CYCLES'; s.cycles.samples = 1; s.frame_end = 48;"
        "s.render.resolution_x, s.render.resolution_y, s.render.resolution_percentage = 96, 54, 100;"
        "c = bpy.data.objects['Cube']; c.keyframe_insert('rotation_euler', frame=1); c.rotation_euler = (0, 0, 1);"
        f"c.keyframe_insert('rotation_euler', frame=48); bpy.ops.wm.save_as_mainfile(filepath={str(path)!r})"
    )
    command = [*builds[0].command, "--background", "--factory-startup", "--python-expr", make]
    subprocess.run(command, check=True, capture_output=True, timeout=HANG_SECONDS)
    return path


@pytest.mark.engines
@pytest.mark.thorough
def test_48_frames_of_a_blend_become_48_checked_files(make_alone, shot):
    node = make_alone().start()
    job = nothing_lost(node.api, node.home, node.api.add(shot, engine="blender")["id"], range(1, 49))
    assert len(node.api.get(f"/api/jobs/{job['id']}/files").json) == 48
    assert {unit["attempt"] for unit in node.api.units(job["id"]).values()} == {1}


@pytest.mark.engines
@pytest.mark.thorough
@pytest.mark.parametrize("seed", SEEDS)
def test_48_frames_of_a_blend_are_48_after_ten_kills(make_alone, shot, seed):
    node = make_alone().start()
    job = node.api.add(shot, engine="blender")
    for _ in kill_again_and_again(node, job["id"], KILLS, random.Random(seed), 4.0):
        pass
    nothing_lost(node.api, node.home, job["id"], range(1, 49))
