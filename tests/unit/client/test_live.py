"""The client against a real node, so that the two cannot drift apart."""

import contextlib
import hashlib
import inspect
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.fakes.scripted_server import ScriptedServer, answer
from zordon_app.app import Zordon
from zordon_app.client import RenderServerProxy, transport
from zordon_app.client.errors import BadRequest, Conflict, NotFound, ServerError, VersionMismatch
from zordon_app.domain.results import CheckedFile
from zordon_app.domain.sharing import LeaseAsk
from zordon_app.peers.identity.signing import read_receipt

pytestmark = pytest.mark.engines
FINAL = {"completed", "error", "cancelled"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="module")
def film(folder) -> Path:
    path = folder / "ein Film.mov"
    source = "testsrc2=size=160x90:rate=10:duration=2"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        source,
        "-c:v",
        "libx264",
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def node(folder) -> Iterator[Zordon]:
    node = Zordon(folder / "home", port=0, lan=False, discovery=False, debug=True)
    node.start()
    yield node
    node.stop()


@pytest.fixture(scope="module")
def client(node) -> Iterator[RenderServerProxy]:
    with RenderServerProxy(node.address) as client:
        yield client


@pytest.fixture(scope="module")
def done(client, film) -> dict:
    """A film, uploaded and rendered."""
    sent = []
    created = client.create_job(
        {"name": "Fertig", "args": {"container": "mp4", "video_codec": "libx264", "crf": 30}},
        film,
        lambda here, total: sent.append((here, total)),
    )
    assert sent[-1] == (film.stat().st_size, film.stat().st_size)
    revision = 0
    while True:
        revision = client.wait_for_change(revision, 0.5)
        (job,) = [one for one in client.get_jobs() if one["id"] == created["id"]]
        if job["status"] in FINAL:
            assert job["status"] == "completed", job
            return job


@pytest.fixture
def held(client, film) -> dict:
    """A job that waits."""
    return client.create_job({"local_path": str(film), "name": "Gehalten", "paused": True})


def test_it_finds_the_node_and_its_facts(client):
    assert client.check_connection()
    assert client.get_status()["api_version"] == "0.1"
    assert len(client.get_full_status()) == 1
    assert set(client.get_snapshot()) >= {"status", "jobs", "token"}
    assert client.get_openapi()["openapi"].startswith("3.1")
    assert client.get_detected_clients() == []


def test_another_version_of_the_api_is_told_apart(client, monkeypatch):
    monkeypatch.setattr(transport, "API_VERSION", "99.0")
    with RenderServerProxy(client.address.url) as newer, pytest.raises(VersionMismatch, match=r"0\.1.*99"):
        newer.get_status()


def test_an_uploaded_film_comes_back_whole_and_checked(client, done, tmp_path):
    (name,) = client.get_job_files(done["id"])
    path = client.download_job_file(done["id"], name, tmp_path)
    original = Path(done["output_path"]) / name

    assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(original.read_bytes()).digest()
    # Again: nothing is fetched, the same file stays.
    before = path.stat().st_ino
    assert client.download_job_file(done["id"], name, tmp_path).stat().st_ino == before


def test_a_broken_download_is_continued_by_the_real_server(client, done, tmp_path):
    (name,) = client.get_job_files(done["id"])
    data = (Path(done["output_path"]) / name).read_bytes()
    (tmp_path / f"{name}.part").write_bytes(data[: len(data) // 2])

    assert client.download_job_file(done["id"], name, tmp_path).read_bytes() == data


def test_all_files_come_as_one_zip(client, done, tmp_path):
    path = client.download_all_job_files(done["id"], tmp_path / "all.zip")

    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == client.get_job_files(done["id"])
        assert archive.testzip() is None


def test_the_receipt_of_a_job_arrives_as_it_was_signed(client, done):
    receipt = read_receipt(client.get_job_receipt(done["id"]))

    assert receipt.job.id == done["id"]
    assert [file.file for file in receipt.files] == client.get_job_files(done["id"])


def test_log_units_and_preview_of_a_job_can_be_read(client, done):
    data, size = client.get_job_log(done["id"])
    rest, same = client.get_job_log(done["id"], start=size - 10)

    assert len(data) == size == same
    assert rest == data[-10:]
    assert {unit["state"] for unit in client.get_job_units(done["id"])} == {"done"}
    assert client.get_job_output(done["id"])["path"] == done["output_path"]
    assert client.get_job_thumbnail(done["id"])[0] == "image/jpeg"


def test_jobs_can_be_held_moved_and_let_go(client, held):
    job_id = held["id"]
    assert client.set_job_priority(job_id, 80)["priority"] == 80
    assert client.move_job(job_id, "top")["id"] == job_id
    assert client.set_job_nodes(job_id, ["this"], split=False)["enable_split_jobs"] is False
    assert held["id"] in [job["id"] for job in client.get_jobs_in_status("paused")]
    assert client.cancel_job(job_id)["status"] == "cancelled"
    assert client.retry_job(job_id)["status"] != "cancelled"
    client.delete_job(job_id)

    with pytest.raises(BadRequest, match=job_id):
        client.get_job(job_id)


def test_several_jobs_are_added_all_or_none(client, film):
    good = {"local_path": str(film), "paused": True}
    count = len(client.list_jobs()["jobs"])
    with pytest.raises(BadRequest, match="crf"):
        client.create_job([good, {**good, "args": {"crf": "no number"}}])
    assert len(client.list_jobs()["jobs"]) == count

    for job in client.create_job([good, good]):
        client.delete_job(job["id"])


def test_the_same_key_makes_one_job_and_another_request_under_it_is_a_conflict(client, film):
    request = {"local_path": str(film), "paused": True, "idempotency_key": "once"}
    first, second = client.create_job(request), client.create_job(request)
    assert first["id"] == second["id"]
    with pytest.raises(Conflict):
        client.create_job({**request, "name": "another"})

    client.delete_job(first["id"])


def test_a_project_can_be_looked_into_before(client, film):
    for found in (client.probe({"local_path": str(film)}), client.probe({}, film)):
        assert (found["width"], found["height"]) == (160, 90)
    plan = client.plan({"local_path": str(film), "args": {"container": "gif"}})
    assert (plan["units"], plan["unsplittable"]) == (1, "A GIF has one palette for the whole film.")


def test_the_cache_follows_what_is_deleted(client, held):
    revision = client.wait_for_change(0, 5)
    client.delete_job(held["id"])
    while held["id"] in [job["id"] for job in client.get_jobs()]:
        revision = client.wait_for_change(revision, 5)


def test_engines_and_their_arguments_are_listed(client):
    assert "ffmpeg" in client.get_engine_names()
    assert client.get_engine_for_filename("A.MOV") == "ffmpeg"
    assert client.get_engine_availability("ffmpeg")["available"]
    assert "crf" in [argument["name"] for argument in client.get_engine_args("ffmpeg")]
    assert client.get_engine("ffmpeg", full=True)["supported_extensions"]
    assert client.get_engines()["ffmpeg"]["versions"]
    assert "ffmpeg" in client.get_engine_help("ffmpeg").lower()
    with pytest.raises(NotFound):
        client.get_engine("povray")


def test_machines_presets_and_settings_are_there(client):
    (node,) = client.get_nodes()
    assert client.pause_node(node["id"])["state"] == "paused"
    assert client.resume_node(node["id"])["state"] != "paused"
    assert "review-h264" in client.get_presets()
    assert client.change_settings({"name": "atlas"})["name"] == "atlas"
    assert client.get_settings()["name"] == "atlas"


NOT_FOR_THE_PROXY = re.compile(r"GET /api/docs|\w+ /api/peer/.*")
"""A page for people; and what machines say to each other before they are members, which ``peers`` sends itself."""


def test_every_route_has_its_method(client, film, tmp_path):
    """Each method is called once, and what arrives is compared with the node's own description of its API."""
    with ScriptedServer(lambda _: answer(b"{}", "404 Not Found", Content_Type="text/plain")) as server:
        call_every_method(server.url, film, tmp_path)
        sent = {f"{request.method} {request.path.partition('?')[0]}" for request in server.requests}
    routes = [
        f"{method.upper()} {path}"
        for path, methods in client.get_openapi()["paths"].items()
        for method in methods
        if not NOT_FOR_THE_PROXY.fullmatch(f"{method.upper()} {path}")
    ]
    patterns = {route: re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route))) for route in routes}

    assert [route for route, pattern in patterns.items() if not any(map(pattern.fullmatch, sent))] == []
    assert [path for path in sent if not any(pattern.fullmatch(path) for pattern in patterns.values())] == []


def call_every_method(url: str, film: Path, folder: Path) -> None:
    result = CheckedFile(path=film, sha256="0" * 64, bytes=film.stat().st_size, seconds=1.0)
    values = {
        "file": result,
        "ask": LeaseAsk(child="x", wait=0),
        "update": {},
        "folder": folder,
        "target": folder / "x.zip",
        "jobs": {},
        "wanted": {},
        "order": {},
    }
    values |= {"changes": {}, "child": {}, "values": {}, "priority": 5, "on_bytes": None, "seen": 0, "seconds": 0.1}
    values |= {"method": "GET", "path": "/api/heartbeat", "unit": 1, "start": 0}
    with RenderServerProxy(url) as proxy:
        for name, method in inspect.getmembers(proxy, inspect.ismethod):
            if name.startswith("_") or name == "close":
                continue
            needed = [one for one in inspect.signature(method).parameters.values() if one.kind != one.VAR_KEYWORD]
            arguments = {one.name: values.get(one.name, "x") for one in needed if one.default is one.empty}
            with contextlib.suppress(ServerError):
                method(**arguments)
