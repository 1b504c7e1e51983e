"""POST /api/probe and POST /api/plan: what is in a project, and what a job of it would come to."""

import pytest


def test_a_probe_tells_what_is_in_a_project(node, api):
    path = node.project((3, 9))
    found = api.post("/api/probe", {"local_path": str(path)}).json
    assert (found["engine"], found["start_frame"], found["end_frame"], found["engine_version"]) == ("fake", 3, 9, "1.0")


def test_an_uploaded_project_can_be_probed_and_leaves_nothing(node, api):
    assert api.upload("/api/probe", {}, node.project((3, 9))).json["end_frame"] == 9
    assert list((node.zordon.paths.data / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"local_path": "/nowhere.fake"}, 400),
        ({"local_path": "/a\0b.fake"}, 400),
        ({"local_path": "relative.fake"}, 400),
        ({"local_path": f"/{'a' * 300}/b.fake"}, 400),
        ({"local_path": "/etc"}, 400),
        ({"local_path": "/etc/hostname"}, 400),
        ({"local_path": "/nowhere.fake", "engine": "nuke"}, 404),
        ({"path": "/nowhere.fake"}, 400),
    ],
)
def test_a_wrong_probe_is_refused(api, fields, status):
    api.post("/api/probe", fields).refused(status)


def test_an_uploaded_project_that_is_none_is_named_as_it_was_sent(api, tmp_path):
    broken = tmp_path / "my holiday.fake"
    broken.write_text("no project")
    refusal = api.upload("/api/probe", {}, broken)
    assert (refusal.status, "my holiday.fake" in refusal.text, "upload.fake" in refusal.text) == (400, True, False)


def test_a_plan_tells_what_a_job_would_come_to_and_adds_nothing(node, api):
    path = node.project((3, 9))
    before = (len(api.get("/api/jobs").json["jobs"]), sorted(node.zordon.paths.jobs.iterdir()))
    found = api.post("/api/plan", {"local_path": str(path), "frames": "3-9x2"}).json
    assert found == {
        "engine": "fake",
        "engine_version": "1.0",
        "units": 4,
        "start_frame": 3,
        "end_frame": 9,
        "unsplittable": "",
        "warnings": [],
    }
    assert (len(api.get("/api/jobs").json["jobs"]), sorted(node.zordon.paths.jobs.iterdir())) == before


def test_the_project_of_a_job_is_planned_too(node, api):
    job = api.upload("/api/add_job", {"paused": True}, node.project((3, 9))).json
    assert api.post("/api/plan", {"project_of": job["id"], "replaces": job["id"]}).json["units"] == 7


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"local_path": "/nowhere.fake"}, 400),
        ({"project_of": "none"}, 400),
        ({"frames": "9-1"}, 400),
        ({"args": {"no": 1}}, 400),
        ({"engine": "nuke"}, 404),
        ({"engine_version": "9.9"}, 404),
        ({"shape": "round"}, 400),
    ],
)
def test_a_wrong_plan_is_refused_as_the_job_would_be(node, api, fields, status):
    project = {} if not fields or {"local_path", "project_of"} & fields.keys() else {"local_path": str(node.project())}
    api.post("/api/plan", {**project, **fields}).refused(status)
