"""Engines lie and fall over: each lie is found out and costs one attempt; the job is whole in the end (F10, F12)."""

import os
import time
from pathlib import Path

import psutil
import pytest

from tests.fakes.api import wait_until
from tests.faults.conftest import also
from tests.faults.oracle import commits, engines, no_engine_is_left, nothing_lost

pytestmark = pytest.mark.faults

KINDS = [".fake", *also(".cold")]
LIES = {
    "no_file": "there is no file",
    "wrong_number": "there is no file",
    "other_range": "there is no file",
    "empty": "is empty",
    "one_byte": "not a readable image",
    "text": "not a readable image",
    "half": "damaged",
    "wrong_size": "32×36, not 64×36",
    "wrong_kind": "not png",
    "no_end": "its end is missing",
    "link": "there is no file",
    "segv": "ended",
    "exit_1": "out of memory",
    "close_output": "ended",
}
IMAGES = [("jpeg", "half"), ("jpeg", "no_end"), ("jpeg", "wrong_kind"), ("openexr", "half"), ("openexr", "wrong_size")]


@pytest.fixture(scope="module")
def node(make_alone_for_all):
    return make_alone_for_all().start()


@pytest.mark.fault(10, "the engine says that a frame is done, and it is missing, cut off or another one")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("how", "words"), LIES.items())
def test_a_lie_costs_one_attempt_and_nothing_else(node, kind, how, words):
    lying = node.project(kind=kind, target="/etc/hostname", faults={2: {"how": how, "times": 1}})
    job = nothing_lost(node.api, node.home, node.api.add(lying)["id"], range(1, 5))
    unit = node.api.units(job["id"])[2]
    assert unit["attempt"] >= 2
    assert [unit["failures"] for unit in node.api.units(job["id"]).values()] == [0, 1, 0, 0]
    assert job["errors"] == [], words


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("how", "words"), LIES.items())
def test_an_engine_that_always_lies_ends_in_an_error_that_says_how(node, kind, how, words):
    lying = node.project(kind=kind, target="/etc/hostname", faults={2: {"how": how}})
    job = node.api.wait_ended(node.api.add(lying, max_attempts=2)["id"])
    assert job["status"] == "error"
    assert [(group["units"], group["count"]) for group in job["errors"]] == [("2", 1)]
    assert words in job["errors"][0]["message"]
    assert words in job["reason"]
    assert set(commits(node.home, job["id"])) == {1, 3, 4}
    assert not any("_0002" in path.name for path in Path(job["output_path"]).iterdir())


@pytest.mark.parametrize("kind", [".cold", *also(".fake")])
@pytest.mark.parametrize(("form", "how"), IMAGES)
def test_lies_in_other_kinds_of_images_are_found_too(node, kind, form, how):
    lying = node.project(kind=kind, format=form, faults={2: {"how": how, "times": 1}})
    job = nothing_lost(node.api, node.home, node.api.add(lying)["id"], range(1, 5))
    assert node.api.units(job["id"])[2]["failures"] == 1


def test_a_job_whose_first_ten_frames_all_fail_is_stopped_rather_than_tried_to_the_end(node):
    lying = node.project((1, 200), faults={frame: {"how": "no_file"} for frame in range(1, 201)})
    job = node.api.wait_ended(node.api.add(lying, max_attempts=1)["id"])
    assert job["status"] == "error"
    assert job["units"]["waiting"] > 100


@pytest.mark.parametrize(("opening", "words"), [("fails", "no camera"), ("dies", "ended with status 3")])
def test_a_project_that_cannot_be_opened_is_an_error_in_the_engines_words(node, opening, words):
    job = node.api.wait_ended(node.api.add(node.project(opening=opening), max_attempts=1)["id"])
    assert job["status"] == "error"
    assert words in job["reason"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_engine_that_hangs_is_ended_and_its_frame_tried_again(node, kind):
    # Scaled by 0.1: long enough that an engine on a busy machine is not taken for one that hangs.
    node.api.send("PATCH", "/api/settings", json={"hang_minutes": 1.5})
    hanging = node.project(kind=kind, faults={2: {"how": "hang", "times": 1}})
    job = nothing_lost(node.api, node.home, node.api.add(hanging)["id"], range(1, 5))
    node.api.send("PATCH", "/api/settings", json={"hang_minutes": None})
    assert node.api.units(job["id"])[2]["failures"] == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["hang", "ignore_sigterm"])
def test_cancelling_ends_the_whole_tree(node, kind, how):
    job = node.api.add(node.project(kind=kind, faults={1: {"how": "daemon"}, 2: {"how": how}}))
    node.api.wait_for(job["id"], lambda job: job["units"]["done"] == 1)
    wait_until(lambda: engines(node.home))
    node.api.post(f"/api/jobs/{job['id']}/cancel", confirm=1)
    no_engine_is_left(node.home)
    assert node.api.job(job["id"])["status"] == "cancelled"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["daemon", "daemon_holds_pipe"])
def test_a_daemon_that_an_engine_leaves_behind_ends_with_the_job(node, kind, how):
    nothing_lost(
        node.api, node.home, node.api.add(node.project(kind=kind, faults={2: {"how": how}}))["id"], range(1, 5)
    )


def test_deleting_a_job_ends_an_engine_that_ignores_being_asked(node):
    job = node.api.add(node.project(faults={1: {"how": "ignore_sigterm"}}))
    wait_until(lambda: engines(node.home))
    assert node.api.post(f"/api/jobs/{job['id']}/delete", confirm=1).status == 200
    no_engine_is_left(node.home)
    assert not (node.home / "data" / "jobs" / job["id"]).exists()


def test_an_engine_ended_from_outside_costs_one_attempt(node):
    """As the kernel does when memory is short."""
    job = node.api.add(node.project((1, 8), seconds=0.3))
    node.api.wait_for(job["id"], lambda job: job["units"]["done"] >= 1)
    for process in engines(node.home):
        process.kill()
    job = nothing_lost(node.api, node.home, job["id"], range(1, 9))
    assert sum(unit["failures"] for unit in node.api.units(job["id"]).values()) == 1


def test_no_engine_outlives_a_node_that_is_killed(make_alone):
    node = make_alone().start()
    job = node.api.add(node.project((1, 20), faults={2: {"how": "ignore_sigterm"}}))
    node.api.wait_for(job["id"], lambda job: job["units"]["done"] == 1)
    (engine,) = engines(node.home)
    node.kill()
    killed = time.monotonic()
    no_engine_is_left(node.home)
    print(f"gone after {time.monotonic() - killed:.2f} s")  # noqa: T201 - a measured number
    assert not psutil.pid_exists(engine.pid) or engine.status() == psutil.STATUS_ZOMBIE


def test_what_engines_of_a_killed_node_left_behind_ends_when_it_starts_again(make_alone):
    node = make_alone().start()
    project = node.project(faults={1: {"how": "daemon"}, 2: {"how": "hang", "times": 1}})
    job = node.api.add(project)
    wait_until(project.with_name(f"{project.name}.tries.2").exists)
    node.kill()
    wait_until(lambda: len(engines(node.home)) == 1)
    (daemon,) = engines(node.home)
    node.start()
    assert daemon not in engines(node.home)
    nothing_lost(node.api, node.home, job["id"], range(1, 5))


def test_engines_see_nothing_of_our_own_environment(make_alone, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made up")
    node = make_alone().start()
    job = node.api.add(node.project(faults={1: {"how": "hang"}}))
    (engine,) = wait_until(lambda: engines(node.home))
    environ = engine.environ()
    assert "AWS_SECRET_ACCESS_KEY" not in environ
    assert environ["HOME"] != os.environ.get("HOME")
    node.api.post(f"/api/jobs/{job['id']}/cancel", confirm=1)
