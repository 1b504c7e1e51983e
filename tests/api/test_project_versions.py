"""One job, one version of its project (faults.md 2.9)."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest


def hashed(api, job: dict[str, Any]) -> dict[str, Any]:
    return api.wait_for(job["id"], lambda job: job["project_sha256"])


def change(project: Path, **content: Any) -> None:
    """Save it anew, as programs do: under the old name, in the old place."""
    old = json.loads(project.read_text())
    new = project.with_suffix(".new")
    new.write_text(json.dumps(old | content))
    new.replace(project)


def colours(api, job: dict[str, Any]) -> dict[int, str]:
    return {number: unit["sha256"] for number, unit in api.units(job["id"]).items()}


def choose(api, job: dict[str, Any], use: str, **fields: Any) -> Any:
    return api.post(f"/api/jobs/{job['id']}/project", {"use": use, **fields})


@pytest.fixture
def held(node, api):
    """A job that waits, hashed, whose project changes then; and what the two versions give."""
    project = node.project(seed=1)
    old = colours(api, api.wait_ended(api.add(project)["id"]))
    job = hashed(api, api.add(project, paused=True))
    change(project, seed=2)
    return job, project, old


def resume(api, job: dict[str, Any]) -> Any:
    return api.post(f"/api/jobs/{job['id']}/resume")


def test_a_job_and_its_frames_and_the_receipt_name_the_content_of_the_project(node, api):
    project = node.project()
    job = api.wait_ended(api.add(project)["id"])
    job = hashed(api, job)
    units = api.get(f"/api/jobs/{job['id']}/units").json
    receipt = api.get(f"/api/jobs/{job['id']}/receipt").json["receipt"]
    sha256 = job["project_sha256"]
    assert (job["project_hashed"], job["project_changed"], job["project_policy"]) == (1.0, [], "pin")
    assert {unit["project_sha256"] for unit in units} == {sha256}
    assert receipt["job"]["project_sha256"] == sha256
    assert {unit["project_sha256"] for unit in receipt["units"]} == {sha256}
    other = hashed(api, api.add(shutil.copy(project, project.with_name("twin.fake")), paused=True))
    assert other["project_sha256"] != sha256  # The name is part of it, as of any list of files.
    assert len(hashlib.sha256().hexdigest()) == len(sha256)


def test_a_project_that_changes_stops_the_job_with_a_choice_and_submitted_is_what_was_submitted(node, api, held):
    job, project, old = held
    words = resume(api, job).refused(400)
    assert project.name in words
    assert api.job(job["id"])["project_changed"] == [project.name]
    assert choose(api, job, "submitted").status == 200
    ended = api.wait_ended(job["id"])
    assert (ended["status"], ended["project_changed"]) == ("completed", [])
    assert colours(api, job) == old
    assert ended["project"] == str(project)
    assert ended["project_sha256"] == job["project_sha256"]


def test_everything_is_rendered_with_the_new_file_when_a_person_says_so(node, api, held):
    job, _project, old = held
    choose(api, job, "new")
    ended = hashed(api, api.wait_ended(job["id"]))
    assert ended["status"] == "completed"
    assert not set(colours(api, job).values()) & set(old.values())
    assert ended["project_sha256"] != job["project_sha256"]
    assert {unit["project_sha256"] for unit in api.units(job["id"]).values()} == {ended["project_sha256"]}


def test_a_running_job_stops_between_leases_and_says_which_frames_are_of_which_file(node, api):
    project = node.project((1, 8), seed=1, seconds=0.3)
    job = api.add(project)
    api.wait_for(job["id"], lambda job: job["units"]["done"] >= 2 and job["project_sha256"])
    change(project, seed=2)
    paused = api.wait_status(job["id"], "paused")
    assert (paused["project_changed"], project.name in paused["reason"]) == ([project.name], True)
    before = api.units(job["id"])
    made = {number for number, unit in before.items() if unit["state"] == "done"}

    assert choose(api, job, "new_for", frames="1").status == 200
    ended = hashed(api, api.wait_ended(job["id"]))
    assert ended["status"] == "completed"
    of_new = {n for n, unit in api.units(job["id"]).items() if unit["project_sha256"] == ended["project_sha256"]}
    assert of_new == set(range(1, 9)) - made | {1}
    assert any(paused["project_sha256"][:12] in warning for warning in ended["warnings"])


def test_render_again_asks_the_same(node, api):
    project = node.project(seed=1)
    job = hashed(api, api.wait_ended(api.add(project)["id"]))
    old = colours(api, job)
    change(project, seed=2)
    assert project.name in api.post(f"/api/jobs/{job['id']}/rerender", {"frames": "2"}).refused(400)
    choose(api, job, "submitted", frames="2")
    api.wait_for(job["id"], lambda job: job["status"] == "completed")
    assert (colours(api, job), api.units(job["id"])[2]["attempt"]) == (old, 2)
    choose(api, job, "new_for", frames="3")
    api.wait_for(job["id"], lambda job: job["status"] == "completed")
    assert {number for number, sha256 in colours(api, job).items() if sha256 != old[number]} == {3}


def test_what_was_only_touched_or_saved_alike_is_no_change(node, api):
    project = node.project(seed=1)
    job = hashed(api, api.add(project, paused=True))
    change(project, seed=1)
    os.utime(project, ns=(1, 1))
    assert resume(api, job).status == 200
    assert api.wait_ended(job["id"])["status"] == "completed"


def test_a_file_that_is_put_back_lets_the_job_go_on(node, api, held):
    job, project, _old = held
    resume(api, job).refused(400)
    change(project, seed=1)
    assert resume(api, job).status == 200
    assert api.wait_ended(job["id"])["project_changed"] == []


def test_a_texture_counts_and_so_does_one_that_goes(node, api):
    project = node.project(named=["wood.png"])
    wood = project.with_name("wood.png")
    wood.write_bytes(b"oak")
    job = hashed(api, api.add(project, paused=True))
    wood.unlink()
    assert "wood.png" in resume(api, job).refused(400)


def test_where_nothing_is_kept_submitted_is_refused(make_node):
    node = make_node()
    api = node.api
    assert api.send("PATCH", "/api/settings", json={"keep_projects_gib": 0}).status == 200
    project = node.project()
    job = hashed(api, api.add(project, paused=True))
    assert not job["project_kept"]
    change(project, seed=2)
    resume(api, job).refused(400)
    assert "keep_projects_gib" in choose(api, job, "submitted").refused(400)


def test_a_job_may_follow_its_file(node, api):
    project = node.project((1, 8), seed=1, seconds=0.3)
    job = api.add(project, project_policy="follow")
    api.wait_for(job["id"], lambda job: job["units"]["done"] >= 2 and job["project_sha256"])
    change(project, seed=2)
    ended = hashed(api, api.wait_ended(job["id"]))
    assert (ended["status"], ended["project_policy"]) == ("completed", "follow")
    versions = {unit["project_sha256"] for unit in api.units(job["id"]).values()}
    assert len(versions) == 2
    assert any(project.name in warning for warning in ended["warnings"])


def test_new_frames_in_the_file_are_another_job(node, api, held):
    job, project, _old = held
    change(project, frames=[1, 9])
    assert "new job" in choose(api, job, "new").refused(400)


def test_the_copy_is_no_link_and_goes_with_the_job(node, api):
    project = node.project()
    job = hashed(api, api.add(project, paused=True))
    api.wait_for(job["id"], lambda job: job["project_kept"])
    (copy,) = (node.zordon.paths.jobs / job["id"] / "kept").rglob("*.fake")
    assert (copy.read_bytes(), copy.stat().st_nlink, copy.is_symlink()) == (project.read_bytes(), 1, False)
    api.post(f"/api/jobs/{job['id']}/delete", confirm=1)
    assert not copy.exists()
    assert project.exists()
