"""Jobs whose Blender is not here: a whole node with the system's 3.4, a mirror with 4.5, a scene made by 4.5."""

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import OpenImageIO
import pytest

from tests.fakes.archives import BPY, blender_34, blender_45
from tests.fakes.mirror import Fault, add_blender, wait_until
from tests.fakes.patience import HANG_SECONDS
from zordon_app.app import Zordon

ROOT = Path(__file__).parents[3]
ARCHIVE = "/release/Blender4.5/blender-4.5.15-linux-x64.tar.xz"

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(sys.platform != "linux", reason="the archives hold programs for Linux"),
    pytest.mark.skipif(not BPY, reason="ZORDON_TEST_BPY names no Python with bpy"),
    pytest.mark.skipif(shutil.which("blender") is None, reason="no Blender here"),
]


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """Saved by 4.5: Cycles, 65×37, frames 1, 3 and 5."""
    folder = tmp_path_factory.mktemp("scene")
    script = ROOT / "tests" / "fixtures" / "blender" / "make_scenes.py"
    subprocess.run([BPY, str(script), str(folder)], capture_output=True, check=True, timeout=HANG_SECONDS)
    return folder / "main.blend"


class Client:
    def __init__(self, node: Zordon) -> None:
        self.address = node.address

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/api/{path}", data=data, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=HANG_SECONDS) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return {"status_code": error.code, "text": error.read().decode()}

    def job(self, job):
        return self.ask("GET", f"jobs/{job['id']}")

    def until(self, job, condition):
        wait_until(lambda: condition(self.job(job)))
        return self.job(job)


@pytest.fixture
def start(tmp_path, mirror, monkeypatch):
    monkeypatch.delenv("ZORDON_BPY", raising=False)
    nodes = []

    def start(**settings):
        config = tmp_path / "home" / "config"
        config.mkdir(parents=True)
        mirrors = dict.fromkeys(("blender", "blender-daily", "ffmpeg-btbn", "ffmpeg-gyan"), mirror.url)
        config.joinpath("settings.yaml").write_text(json.dumps({"mirrors": mirrors, **settings}), encoding="utf-8")
        node = Zordon(tmp_path / "home", port=0, lan=False, discovery=False, timescale=0.2)
        nodes.append(node)
        node.start()
        return Client(node)

    yield start
    for node in nodes:
        node.stop()


@pytest.fixture
def site(mirror):
    add_blender(mirror, dict([blender_34(), blender_45()]))
    return mirror


def submit(client, scene, **fields):
    return client.ask("POST", "add_job", {"local_path": str(scene), "frames": "1,3", **fields})


def assert_rendered(job):
    folder = Path(job["output_path"])
    images = sorted(folder.glob("*.png"))
    assert len(images) == 2
    for image in images:
        opened = OpenImageIO.ImageInput.open(os.fspath(image))
        assert (opened.spec().width, opened.spec().height) == (65, 37)
        opened.close()


def test_a_job_of_a_newer_blender_is_completed_by_itself_after_the_download(start, site, scene):
    client = start(engine_downloads="always")

    job = submit(client, scene)
    assert (job["status"], job["engine_version"]) == ("configuring", "4.5.15")
    assert "not installed here" in job["reason"]
    done = client.until(job, lambda now: now["status"] in {"completed", "error"})

    assert (done["status"], done["engine_version"]) == ("completed", "4.5.15")
    assert_rendered(done)
    (record,) = client.ask("GET", "engines/downloads")
    assert record["state"] == "installed"
    versions = client.ask("GET", "engines/blender")["versions"]
    assert [(build["version"], build["managed"]) for build in versions] == [("4.5.15", True), ("3.4.1", False)]


def test_where_a_person_is_asked_the_job_waits_with_the_reason_until_they_download(start, site, scene):
    client = start(engine_downloads="ask")

    job = submit(client, scene)
    waiting = client.until(job, lambda now: "Download it under Engines" in now["reason"])
    assert waiting["status"] == "configuring"
    assert ARCHIVE not in site.paths()

    record = client.ask("POST", "engines/download", {"engine": "blender", "version": "4.5", "wait": True})
    assert record["state"] == "installed"
    done = client.until(job, lambda now: now["status"] in {"completed", "error"})
    assert done["status"] == "completed"
    assert_rendered(done)


def test_where_downloads_are_switched_off_the_job_is_refused_as_before(start, site, scene):
    client = start(engine_downloads="never")

    answer = submit(client, scene)

    assert answer["status_code"] == 404
    assert "saved with Blender 4.5" in answer["text"]
    assert site.asked == []


def test_a_version_that_is_asked_for_by_name_is_fetched_too(start, site, scene):
    client = start(engine_downloads="always")

    job = submit(client, scene, engine_version="4.5.15")

    assert client.until(job, lambda now: now["status"] in {"completed", "error"})["status"] == "completed"


def test_a_version_that_nobody_has_is_refused_at_once(start, site, scene):
    client = start(engine_downloads="always")

    answer = submit(client, scene, engine_version="4.9")

    assert answer["status_code"] == 404
    assert "4.9 is asked for" in answer["text"]


def test_the_reason_follows_the_download_and_tells_its_failure(start, site, scene):
    client = start(engine_downloads="always")
    fault = site.faults[ARCHIVE] = Fault(cut_after=0)

    job = submit(client, scene)
    failed = client.until(job, lambda now: "could not be downloaded" in now["reason"])
    assert "broke" in failed["reason"]
    assert failed["status"] == "configuring"

    fault.times = 0
    (record,) = client.ask("GET", "engines/downloads")
    client.ask("POST", f"engines/downloads/{record['id']}/resume")
    assert client.until(job, lambda now: now["status"] in {"completed", "error"})["status"] == "completed"


def test_without_any_network_a_job_of_a_newer_blender_is_refused_with_what_is_needed(start, mirror, scene):
    client = start(engine_downloads="always")

    answer = submit(client, scene)

    assert answer["status_code"] == 404
    assert "needs that version or a newer one" in answer["text"]


def test_a_build_that_a_waiting_job_is_bound_to_cannot_be_deleted(start, site, scene):
    client = start(engine_downloads="always")
    job = submit(client, scene, paused=True)
    client.ask("POST", "engines/download", {"engine": "blender", "version": "4.5.15", "wait": True})

    answer = client.ask("POST", "engines/delete", {"engine": "blender", "version": "4.5.15"})

    assert answer["status_code"] == 400
    assert job["name"] in answer["text"]
    client.ask("POST", f"jobs/{job['id']}/cancel", {"confirm": True})
    assert client.ask("POST", "engines/delete", {"engine": "blender", "version": "4.5.15"})["version"] == "4.5.15"


def test_a_look_into_a_project_tells_which_build_it_would_get_and_that_it_is_not_here(start, site, scene):
    client = start(engine_downloads="ask")

    found = client.ask("POST", "probe", {"local_path": str(scene)})

    assert (found["engine_version"], found["engine_installed"]) == ("4.5.15", False)
