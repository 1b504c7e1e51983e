"""POST /api/add_job and POST /api/probe: what is taken, and how what is wrong is refused."""

import json
import os
import zipfile
from pathlib import Path

import pytest


def add(api, **fields):
    return api.post("/api/add_job", fields)


def count(api):
    return len(api.get("/api/jobs").json["jobs"])


@pytest.fixture
def unchanged(api):
    """No job may come of what the test sends."""
    before = count(api)
    yield
    assert count(api) == before


# What is taken


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
    next(tmp_path.glob("*_0002.png")).write_bytes(b"damaged")
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


# What is refused


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({}, "project"),
        ({"local_path": "/nowhere/shot.fake"}, "/nowhere/shot.fake"),
        ({"local_path": "shot.fake"}, "whole path"),
        ({"local_path": "/tmp/a\0b.fake"}, "path"),
        ({"local_path": f"/{'a' * 300}/b.fake"}, "too long"),
        ({"local_path": f"/tmp/{'a' * 300}.fake"}, "too long"),
        ({"local_path": "/etc/hostname"}, "engine"),
        ({"local_path": "/nowhere/shot.zip"}, "/nowhere/shot.zip"),
        ({"local_path": "/tmp/nowhere.zip"}, "No such file"),
        ({"local_path": ["/a"]}, "local_path"),
        ({"local_path": 7}, "local_path"),
        ({"colour": "x"}, "colour"),
    ],
)
@pytest.mark.usefixtures("unchanged")
def test_a_job_without_a_usable_project_is_a_400(api, fields, word):
    assert word in add(api, **fields).refused(400)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"start_frame": 9, "end_frame": 3}, "backwards"),
        ({"frames": "9-3"}, "backwards"),
        ({"frames": "every second"}, "not a frame range"),
        ({"frames": ","}, "empty"),
        ({"frames": "1-1000000"}, "200,000"),
        ({"frames": "1-1000000000000"}, "200,000"),
        ({"frames": "1-10x0"}, "1-10x0"),
        ({"frames": "1" * 2001}, "frames"),
        ({"start_frame": 0, "end_frame": 1_000_000}, "200,000"),
        ({"start_frame": 10**12}, "start_frame"),
        ({"start_frame": 1.5}, "start_frame"),
        ({"start_frame": "one"}, "start_frame"),
        ({"frames": "1-4", "end_frame": 3}, "not both"),
        ({"priority": 101}, "priority"),
        ({"priority": True}, "priority"),
        ({"name": ""}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"paused": "perhaps"}, "paused"),
        ({"existing": "keep"}, "existing"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"after": ["none"]}, "after"),
        ({"after": ["00000000-0000-4000-8000-000000000000"]}, "after"),
        ({"start_at": "tomorrow"}, "start_at"),
        ({"start_at": "2026-01-31T22:00:00"}, "time zone"),
        ({"preset": "none"}, "preset"),
        ({"engine": "fake", "renderer": "cold"}, "engine"),
        ({"output_path": "frames"}, "output_path"),
        ({"output_path": "/proc/nope"}, "/proc/nope"),
        ({"output_path": "/etc/hostname/frames"}, "/etc/hostname/frames"),
        ({"output_path": "/tmp/a\0b"}, "output_path"),
        ({"output_path": f"/tmp/{'a' * 300}"}, "too long"),
        ({"args": {"colour": 4}}, "colour"),
        ({"args": {"samples": "4"}}, "samples"),
        ({"args": {"samples": True}}, "samples"),
        ({"args": {"samples": 0}}, "samples"),
        ({"args": {"samples": 1e300}}, "samples"),
        ({"args": {"device": "TPU"}}, "device"),
        ({"args": {"device": ["CPU"]}}, "device"),
        ({"args": {"bright": "very"}}, "bright"),
        ({"args": {"title": "two\nlines"}}, "title"),
        ({"args": {"title": "a" * 1001}}, "title"),
        ({"args": {"deep": 1}}, "deep"),
        ({"args": []}, "args"),
        ({"args": {"raw": 4}}, "raw"),
    ],
)
@pytest.mark.usefixtures("unchanged")
def test_a_wrong_field_is_a_400_that_names_it(node, api, fields, word):
    assert word in add(api, local_path=str(node.project()), **fields).refused(400)


@pytest.mark.usefixtures("unchanged")
def test_an_unknown_engine_is_a_404_that_names_those_there_are(node, api):
    assert "fake" in add(api, local_path=str(node.project()), engine="nuke").refused(404)


@pytest.mark.usefixtures("unchanged")
def test_an_engine_version_that_is_not_installed_is_a_404_that_names_those_here(node, api):
    assert "1.0" in add(api, local_path=str(node.project()), engine_version="9.9").refused(404)


@pytest.mark.usefixtures("unchanged")
def test_a_project_without_a_camera_is_a_400(node, api):
    assert "camera" in add(api, local_path=str(node.project(opening="no camera"))).refused(400)


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b"{", b"[1]", b"null"])
@pytest.mark.usefixtures("unchanged")
def test_a_file_that_is_not_a_project_is_a_400(api, tmp_path, content):
    path = tmp_path / "shot.fake"
    path.write_bytes(content)
    assert "shot" in add(api, local_path=str(path)).refused(400)


@pytest.mark.usefixtures("unchanged")
def test_a_folder_is_not_a_project(api, tmp_path):
    (tmp_path / "shot.fake").mkdir()
    add(api, local_path=str(tmp_path / "shot.fake")).refused(400)


@pytest.mark.usefixtures("unchanged")
def test_a_pipe_is_not_a_project_and_holds_nobody_up(api, tmp_path):
    for name in ("shot.fake", "shot.zip"):
        os.mkfifo(tmp_path / name)
        add(api, local_path=str(tmp_path / name)).refused(400)


@pytest.mark.usefixtures("unchanged")
def test_devices_are_no_projects(api, tmp_path):
    for device in ("/dev/zero", "/dev/full"):
        (tmp_path / "shot.fake").unlink(missing_ok=True)
        (tmp_path / "shot.fake").symlink_to(device)
        add(api, local_path=str(tmp_path / "shot.fake")).refused(400)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nonsense", b"\xff\xfe", b'{"name": "\xff"}', b"[" * 100_000, b"7", b'"text"', b"null", b"[]"]
)
@pytest.mark.usefixtures("unchanged")
def test_a_body_that_is_not_a_job_is_a_400(api, body):
    for route in ("/api/add_job", "/api/probe"):
        api.send("POST", route, body=body, headers={"Content-Type": "application/json"}).refused(400)


@pytest.mark.usefixtures("unchanged")
def test_a_json_body_of_more_than_8_mb_is_a_413(api):
    body = json.dumps({"name": "x" * 9_000_000})
    api.send("POST", "/api/add_job", body=body, headers={"Content-Type": "application/json"}).refused(413)


@pytest.mark.usefixtures("unchanged")
def test_a_form_without_json_is_a_400(api):
    assert "json" in api.send("POST", "/api/add_job", fields={"file": ("shot.fake", b"{}")}).refused(400)


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x"]
)
@pytest.mark.usefixtures("unchanged")
def test_a_form_that_is_none_is_a_400(api, kind):
    api.send("POST", "/api/add_job", body=b"--y\r\nnothing", headers={"Content-Type": kind}).refused(400)


@pytest.mark.usefixtures("unchanged")
def test_more_than_a_thousand_jobs_at_once_are_a_400(node, api):
    one = {"local_path": str(node.project())}
    assert "1000" in api.post("/api/add_job", [one] * 1001).refused(400)


# Archives


def zip_with(path, names, content=b"x", **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name in names:
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name", ["../evil.fake", "/etc/evil.fake", "a/../../evil.fake", "C:\\evil.fake", "..\\evil.fake"]
)
@pytest.mark.usefixtures("unchanged")
def test_a_zip_that_slips_out_of_its_folder_is_a_400_and_writes_nothing(node, api, tmp_path, name):
    before = {path for path in node.zordon.paths.data.rglob("*") if path.is_dir()}
    api.upload("/api/add_job", {}, zip_with(tmp_path / "a.zip", [name])).refused(400)
    assert {path for path in node.zordon.paths.data.rglob("*") if path.is_dir()} == before
    assert not list(node.folder.rglob("evil*"))


@pytest.mark.usefixtures("unchanged")
def test_a_zip_with_a_link_is_a_400(api, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("shot.fake")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    api.upload("/api/add_job", {}, path).refused(400)


@pytest.mark.usefixtures("unchanged")
def test_a_zip_that_explodes_is_refused_at_little_cost(node, api, tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("shot.fake", "w") as file:
        for _ in range(300):
            file.write(bytes(1_000_000))
    answer = api.upload("/api/add_job", {}, path)
    assert answer.status in {400, 413}, answer.text
    assert sum(path.stat().st_size for path in node.zordon.paths.jobs.rglob("*") if path.is_file()) < 50_000_000


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\3\4 broken", b"no zip at all"])
@pytest.mark.usefixtures("unchanged")
def test_a_zip_that_is_none_is_a_400(api, tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    api.upload("/api/add_job", {}, tmp_path / "a.zip").refused(400)


@pytest.mark.usefixtures("unchanged")
def test_a_truncated_zip_is_a_400(api, tmp_path):
    path = zip_with(tmp_path / "a.zip", ["shot.fake"], os.urandom(100_000))
    os.truncate(path, 50_000)
    api.upload("/api/add_job", {}, path).refused(400)


@pytest.mark.usefixtures("unchanged")
def test_a_zip_without_a_project_is_a_400(api, tmp_path):
    assert "no project" in api.upload("/api/add_job", {}, zip_with(tmp_path / "a.zip", ["a.txt"])).refused(400)


@pytest.mark.usefixtures("unchanged")
def test_a_zip_with_several_projects_is_a_400_that_names_them(api, tmp_path):
    sentence = api.upload("/api/add_job", {}, zip_with(tmp_path / "a.zip", ["one.fake", "two.fake"])).refused(400)
    assert "one.fake" in sentence


# Probing


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


# Planning


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
