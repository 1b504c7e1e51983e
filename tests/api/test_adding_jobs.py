"""POST /api/add_job: what is taken, and what becomes of it."""

import zipfile
from pathlib import Path

import pytest


def add(api, **fields):
    return api.post("/api/add_job", fields)


def test_a_project_on_this_machine_becomes_a_job_that_renders(node, api):
    job = add(api, local_path=str(node.project()), name="Shot 7").json
    assert (job["name"], job["engine"], job["renderer"], job["engine_version"]) == ("Shot 7", "fake", "fake", "1.0")
    assert (job["start_frame"], job["end_frame"]) == (1, 4)
    assert api.wait_ended(job["id"])["status"] == "completed"


def test_an_uploaded_project_is_rendered_and_belongs_to_zordon(node, api):
    answer = api.upload("/api/add_job", {"renderer": "fake"}, node.project())
    assert answer.status == 200, answer.text
    job = api.wait_ended(answer.json["id"])
    assert job["status"] == "completed"
    project = Path(job["project"])
    assert project.is_relative_to(node.zordon.paths.data)
    api.post(f"/api/jobs/{job['id']}/delete", confirm=1)
    assert not project.exists()
    assert not Path(job["output_path"]).exists()


def test_an_upload_leaves_nothing_in_the_folder_of_uploads(node, api):
    api.upload("/api/add_job", {"paused": True}, node.project())
    assert list((node.zordon.paths.data / "uploads").iterdir()) == []


def test_a_zip_with_one_project_is_taken(node, api, tmp_path):
    project = node.project()
    packed = tmp_path / "shot.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(project, "scenes/shot.fake")
        archive.writestr("textures/wood.png", b"wood")
    answer = api.upload("/api/add_job", {}, packed)
    assert answer.status == 200, answer.text
    job = api.wait_ended(answer.json["id"])
    assert job["status"] == "completed"
    assert (Path(job["project"]).parent.parent / "textures" / "wood.png").read_bytes() == b"wood"


def test_a_list_makes_all_jobs_and_is_answered_by_a_list(node, api):
    wanted = [{"local_path": str(node.project()), "name": f"part {part}", "paused": True} for part in range(3)]
    answer = api.post("/api/add_job", wanted)
    assert [job["name"] for job in answer.json] == ["part 0", "part 1", "part 2"]


@pytest.mark.usefixtures("unchanged")
def test_a_list_with_one_wrong_job_makes_none_and_names_it(node, api):
    wanted = [{"local_path": str(node.project())}, {"local_path": str(node.project()), "priority": "high"}]
    sentence = api.post("/api/add_job", wanted).refused(400)
    assert "Job 2" in sentence
    assert "priority" in sentence


@pytest.mark.usefixtures("unchanged")
def test_a_list_whose_last_project_is_missing_makes_none_and_leaves_no_folder(node, api):
    before = sorted(node.zordon.paths.output.iterdir())
    api.post("/api/add_job", [{"local_path": str(node.project())}, {"local_path": "/nowhere.fake"}]).refused(400)
    assert sorted(node.zordon.paths.output.iterdir()) == before


@pytest.mark.parametrize(
    ("fields", "frames", "text"),
    [
        ({}, [1, 2, 3, 4], ""),
        ({"start_frame": 2, "end_frame": 3}, [2, 3], "2-3"),
        ({"start_frame": 3}, [3, 4], "3-4"),
        ({"frames": "1-9x4,20"}, [1, 5, 9, 20], "1-9x4,20"),
        ({"frames": "-2-1"}, [-2, -1, 0, 1], "-2-1"),
    ],
)
def test_frames_are_what_was_asked_for(node, api, fields, frames, text):
    job = api.add(node.project(), paused=True, **fields)
    assert list(api.units(job["id"])) == frames
    assert job["frames"] == text


def test_fields_of_the_design_come_back(node, api):
    other = node.paused()
    fields = {
        "priority": 70,
        "args": {"samples": 16, "device": "CPU"},
        "existing": "skip",
        "after": [other["id"]],
        "max_attempts": 5,
        "enable_split_jobs": False,
    }
    job = api.add(node.project(), **fields)
    assert {name: job[name] for name in fields} == fields
    assert job["status"] == "scheduled"
    assert other["name"] in job["reason"] or "turn" in job["reason"]


def test_the_machines_of_a_job_are_those_of_the_farm_and_this_is_one(node, api):
    this = api.get("/api/nodes").json[0]["id"]
    assert api.add(node.project(), paused=True, nodes=["this", this])["nodes"] == [this]


@pytest.mark.usefixtures("unchanged")
def test_a_machine_that_is_not_of_this_farm_is_a_400(node, api):
    answer = add(api, local_path=str(node.project()), nodes=["nobody"])
    assert (answer.status, "no machine 'nobody'" in answer.text) == (400, True)


def test_engine_and_renderer_are_one_field(node, api):
    for name in ("engine", "renderer"):
        assert api.add(node.project(), paused=True, **{name: "fake"})["engine"] == "fake"


def test_output_path_is_where_the_frames_go_and_stays_when_the_job_is_deleted(node, api, tmp_path):
    job = api.add(node.project(), output_path=str(tmp_path / "frames"))
    assert not job["owns_output"]
    assert node.paused()["owns_output"]
    api.wait_status(job["id"], "completed")
    assert len(list((tmp_path / "frames").glob("*.png"))) == 4
    api.post(f"/api/jobs/{job['id']}/delete", confirm=1)
    assert len(list((tmp_path / "frames").glob("*.png"))) == 4


def test_files_that_pass_the_checks_are_not_rendered_again_when_existing_is_skip(node, api, tmp_path):
    project = node.project()
    first = api.add(project, output_path=str(tmp_path))
    api.wait_status(first["id"], "completed")
    next(tmp_path.glob("*_0002.png")).unlink()
    second = api.wait_ended(api.add(project, output_path=str(tmp_path), existing="skip")["id"])
    assert second["status"] == "completed"
    assert {number: unit["state"] for number, unit in api.units(second["id"]).items()} == {
        1: "skipped", 2: "done", 3: "skipped", 4: "skipped",
    }  # fmt: skip


def test_old_files_in_the_output_never_count_as_rendered(node, api, tmp_path):
    """F11: junk of a former run with the right names, size and format."""
    old = api.add(node.project(seed=1), output_path=str(tmp_path), name="shot")
    api.wait_status(old["id"], "completed")
    new = api.wait_ended(api.add(node.project(seed=2), output_path=str(tmp_path), name="shot")["id"])
    assert new["status"] == "completed"
    before, after = api.units(old["id"]), api.units(new["id"])
    for number in range(1, 5):
        assert after[number]["sha256"] != before[number]["sha256"]
        assert after[number]["state"] == "done"


def test_a_frame_that_the_engine_does_not_write_is_not_taken_from_an_old_file(node, api, tmp_path):
    old = api.add(node.project(seed=1), output_path=str(tmp_path), name="shot")
    api.wait_status(old["id"], "completed")
    lying = node.project(seed=2, faults={2: {"how": "no_file"}})
    new = api.wait_ended(api.add(lying, output_path=str(tmp_path), name="shot", max_attempts=1)["id"])
    assert new["status"] == "error"
    assert api.units(new["id"])[2]["state"] == "failed"


def test_a_repeated_idempotency_key_gives_the_same_job(node, api):
    project = node.project()
    first = api.add(project, paused=True, idempotency_key="k1")
    assert api.add(project, paused=True, idempotency_key="k1")["id"] == first["id"]


def test_an_idempotency_key_for_another_request_is_a_409(node, api):
    api.add(node.project(), paused=True, idempotency_key="k2")
    add(api, local_path=str(node.project()), paused=True, idempotency_key="k2").refused(409)


def test_a_file_name_from_outside_is_only_ever_shown(node, api):
    answer = api.upload("/api/add_job", {"paused": True}, node.project(), name="../../../etc/evil name.fake")
    job = answer.json
    assert Path(job["project"]).is_relative_to(node.zordon.paths.jobs / job["id"])


@pytest.mark.parametrize("name", ["../../up", "/etc/passwd", "CON", "a" * 200, "é ü 漢字", "<b>bold</b>", "."])
def test_any_name_can_be_shown_and_never_is_a_path(node, api, name):
    job = api.add(node.project(), name=name)
    assert job["name"] == name
    assert api.wait_ended(job["id"])["status"] == "completed"
    assert Path(job["output_path"]).parent == node.zordon.paths.output


def sent(api, project, **fields):
    """The id under which a file is kept that was sent to be looked into."""
    answer = api.upload("/api/probe", {"keep": True, **fields}, project)
    assert answer.status == 200, answer.text
    return answer.json["upload"]


def uploads(node):
    return list((node.zordon.paths.data / "uploads").iterdir())


def test_several_files_that_were_sent_to_be_looked_into_become_jobs_together_and_are_sent_once(node, api):
    kept = [sent(api, node.project()) for _ in range(2)]
    assert len(uploads(node)) == 2
    jobs = api.post("/api/add_job", [{"upload": one, "name": name} for one, name in zip(kept, "ab", strict=True)]).json
    assert [api.wait_ended(job["id"])["status"] for job in jobs] == ["completed"] * 2
    assert uploads(node) == []


def test_when_one_of_several_is_refused_none_is_added_and_all_can_be_tried_again(node, api):
    before = len(api.get("/api/jobs").json["jobs"])
    kept = [sent(api, node.project()) for _ in range(2)]
    wanted = [{"upload": one, "paused": True, "idempotency_key": one} for one in kept]
    api.post("/api/add_job", [wanted[0], {**wanted[1], "frames": "1-2,x"}]).refused(400)
    assert len(api.get("/api/jobs").json["jobs"]) == before
    first = api.post("/api/add_job", wanted).json
    again = api.post("/api/add_job", wanted).json
    assert [job["id"] for job in again] == [job["id"] for job in first]
    assert len(api.get("/api/jobs").json["jobs"]) == before + 2


def test_a_file_that_is_not_kept_any_more_is_asked_for_again(node, api):
    kept = sent(api, node.project())
    assert api.send("DELETE", f"/api/uploads/{kept}").status == 204
    assert uploads(node) == []
    assert "Send it again" in api.post("/api/add_job", {"upload": kept}).refused(404)


def test_what_is_only_looked_into_is_not_kept(node, api):
    assert "upload" not in api.upload("/api/probe", {}, node.project()).json
    assert uploads(node) == []
