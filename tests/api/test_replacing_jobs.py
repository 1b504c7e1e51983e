"""The project of another job rendered again, and a job that takes the place of one that has not begun."""

import zipfile
from pathlib import Path

import pytest


def add(api, **fields):
    answer = api.post("/api/add_job", fields)
    assert answer.status == 200, answer.text
    return answer.json


def refused(api, **fields):
    return api.post("/api/add_job", fields).refused(400)


@pytest.fixture
def packed(node, tmp_path):
    path = tmp_path / "shot.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(node.project(), "scenes/shot.fake")
        archive.writestr("textures/wood.png", b"wood")
    return path


@pytest.mark.parametrize("kind", ["file", "zip"])
def test_an_uploaded_project_is_rendered_again_even_when_its_first_job_is_gone(node, api, packed, kind):
    first = api.upload("/api/add_job", {"paused": True}, packed if kind == "zip" else node.project()).json
    second = add(api, project_of=first["id"], paused=True)
    assert second["project"] != first["project"]
    api.post(f"/api/jobs/{first['id']}/delete", confirm=1)
    assert not Path(first["project"]).exists()
    api.post(f"/api/jobs/{second['id']}/resume")
    assert api.wait_ended(second["id"])["status"] == "completed"
    if kind == "zip":
        assert (Path(second["project"]).parent.parent / "textures" / "wood.png").read_bytes() == b"wood"
    api.post(f"/api/jobs/{second['id']}/delete", confirm=1)
    assert not Path(second["project"]).exists()


def test_a_project_of_this_machine_is_the_same_for_both(node, api):
    first = node.paused()
    second = add(api, project_of=first["id"], paused=True, name="again")
    assert second["project"] == first["project"]
    assert second["output_path"] != first["output_path"]


def test_a_job_names_one_project_that_is_there(node, api):
    job = node.paused()
    assert "project_of" in refused(api, project_of="none")
    assert "one project" in refused(api, project_of=job["id"], local_path=job["project"])
    kept = api.upload("/api/add_job", {"paused": True}, node.project()).json
    Path(kept["project"]).unlink()
    Path(kept["project"]).parent.rmdir()
    before = len(list(node.zordon.paths.jobs.iterdir()))
    assert "no longer here" in refused(api, project_of=kept["id"])
    assert len(list(node.zordon.paths.jobs.iterdir())) == before


def test_the_project_of_a_job_can_be_looked_into(node, api):
    job = api.upload("/api/add_job", {"paused": True}, node.project((3, 9))).json
    assert api.post("/api/probe", {"project_of": job["id"]}).json["end_frame"] == 9
    api.post("/api/probe", {"project_of": "none"}).refused(400)
    api.post("/api/probe", {"project_of": job["id"], "local_path": job["project"]}).refused(400)


def test_a_job_that_waits_is_replaced_in_its_place_with_its_folder_and_what_waits_for_it(make_node):
    node = make_node()
    api = node.api
    before, old, behind = node.paused(), node.paused(name="old"), node.paused()
    waiting = add(api, local_path=str(node.project()), after=[old["id"]])
    new = add(api, project_of=old["id"], replaces=old["id"], name="old", frames="2-3", paused=True)

    order = [job["id"] for job in api.get("/api/jobs").json["jobs"]]
    assert order == [before["id"], new["id"], behind["id"], waiting["id"]]
    assert (new["output_path"], new["start_frame"], new["end_frame"]) == (old["output_path"], 2, 3)
    assert api.job(waiting["id"])["after"] == [new["id"]]
    api.post(f"/api/jobs/{new['id']}/resume")
    api.wait_status(waiting["id"], "completed")
    assert len(api.get(f"/api/jobs/{new['id']}/files").json) == 2
    api.post(f"/api/jobs/{new['id']}/delete", confirm=1)
    assert not Path(new["output_path"]).exists()


def test_an_upload_outlives_the_job_that_is_replaced(node, api):
    old = api.upload("/api/add_job", {"paused": True, "name": "upload"}, node.project()).json
    new = add(api, project_of=old["id"], replaces=old["id"], name="other name")
    assert api.wait_ended(new["id"])["status"] == "completed"
    assert not (node.zordon.paths.jobs / old["id"]).exists()
    assert not Path(old["output_path"]).exists()
    api.get(f"/api/jobs/{old['id']}").refused(400)


def test_a_job_that_has_begun_or_ended_is_not_replaced_and_nothing_is_left(node, api):
    finished, running = node.finished(), node.running()
    count = len(api.get("/api/jobs").json["jobs"])
    folders = sorted(node.zordon.paths.jobs.iterdir())
    for job in (running, finished):
        sentence = refused(api, project_of=job["id"], replaces=job["id"], name=job["name"])
        assert "still waits" in sentence
    assert len(api.get("/api/jobs").json["jobs"]) == count
    assert sorted(node.zordon.paths.jobs.iterdir()) == folders
    assert len(list(Path(finished["output_path"]).glob("*.png"))) == 4
    api.post(f"/api/jobs/{running['id']}/cancel", confirm=1)


def test_what_is_wrong_with_the_new_job_leaves_the_old_one_as_it_was(node, api):
    old = node.paused()
    assert "range" in refused(api, project_of=old["id"], replaces=old["id"], start_frame=9, end_frame=1)
    assert "after" in refused(api, project_of=old["id"], replaces=old["id"], after=[old["id"]])
    assert "replaces" in refused(api, project_of=old["id"], replaces="none")
    twice = {"project_of": old["id"], "replaces": old["id"], "name": old["name"]}
    api.post("/api/add_job", [twice, twice]).refused(400)
    assert api.job(old["id"]) == old
    api.post(f"/api/jobs/{old['id']}/resume")
    assert api.wait_ended(old["id"])["status"] == "completed"
    api.post(f"/api/jobs/{old['id']}/delete", confirm=1)
    assert not Path(old["output_path"]).exists()


def test_a_repeated_request_replaces_once(node, api):
    old = node.paused()
    wanted = {"project_of": old["id"], "replaces": old["id"], "paused": True, "idempotency_key": f"edit {old['id']}"}
    assert add(api, **wanted)["id"] == add(api, **wanted)["id"]
