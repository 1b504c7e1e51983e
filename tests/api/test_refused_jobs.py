"""POST /api/add_job: what is wrong is refused, with a sentence, and nothing is left of it."""

import json
import os
from urllib.parse import parse_qs

import pytest


def add(api, **fields):
    return api.post("/api/add_job", fields)


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
        ({"start_at": "2020-01-31T22:00:00Z"}, "2020-01-31 22:00 UTC has passed. Start now?"),
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


@pytest.mark.usefixtures("unchanged")
def test_a_refusal_carries_the_code_and_the_values_of_its_sentence(api):
    path = "/nö where/a&b?.fake"
    answer = add(api, local_path=path)
    assert path in answer.refused(400)
    code, _, values = answer.headers["X-Error"].partition("?")
    assert code == "no_file"
    assert parse_qs(values) == {"path": [path]}
