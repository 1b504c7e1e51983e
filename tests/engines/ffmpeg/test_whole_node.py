"""Films through a whole node: from the request over the API to the file in the output folder."""

import zipfile
from pathlib import Path
from typing import Any

import av
import pytest

from tests.fakes.wire import send
from zordon_app.app import Zordon
from zordon_app.render.programs import ProgramRunner

pytestmark = [pytest.mark.engines, pytest.mark.farm]


class Node:
    def __init__(self, zordon: Zordon) -> None:
        self.address = zordon.address.removeprefix("http://")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return send(self.address, method, path, body, tls=False).json

    def render(self, project: Path, **fields: Any) -> dict[str, Any]:
        """The job when it has ended."""
        job = self.ask("POST", "/api/add_job", {"local_path": str(project), **fields})
        assert "id" in job, job
        token = ""
        while job["status"] not in {"completed", "error", "cancelled"}:
            token = self.ask("GET", f"/api/jobs/long_poll?delta=1&token={token}")["token"]
            job = self.ask("GET", f"/api/jobs/{job['id']}")
        assert job["status"] == "completed", job
        return job


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory):
    zordon = Zordon(tmp_path_factory.mktemp("node"), port=0, lan=False, discovery=False, timescale=0.2)
    zordon.start()
    yield Node(zordon)
    zordon.stop()


def frames_of(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def only_file(job: dict[str, Any]) -> Path:
    (path,) = [path for path in Path(job["output_path"]).iterdir() if not path.name.startswith(".")]
    return path


def test_a_film_is_split_and_comes_out_whole(node, sources):
    source = sources.film("24.mp4")
    job = node.render(source, args={"preset": "ultrafast"}, name="Mein Film")

    assert job["units"]["done"] == 2
    assert only_file(job).name == "Mein Film.mp4"
    assert frames_of(only_file(job)) == 600


def test_joining_keeps_to_the_limit_of_threads(node, sources, monkeypatch):
    seen = []
    real = ProgramRunner.__call__

    def watched(runner, invocation, **rest):
        seen.append(invocation.argv)
        return real(runner, invocation, **rest)

    monkeypatch.setattr(ProgramRunner, "__call__", watched)
    node.ask("PATCH", "/api/settings", {"threads": 1})
    try:
        job = node.render(sources.film("24.mp4"), args={"preset": "ultrafast"}, name="Ein Kern")
    finally:
        node.ask("PATCH", "/api/settings", {"threads": 0})

    (join,) = [argv for argv in seen if "concat" in argv]
    assert join[-3:-1] == ("-threads", "1")
    assert frames_of(only_file(job)) == 600


def test_two_passes_go_through_the_worker(node, sources):
    source = sources.film("short.mp4", seconds=3)
    job = node.render(source, args={"two_pass": True, "video_bitrate": 200, "preset": "ultrafast"})

    assert job["units"]["done"] == 1
    assert frames_of(only_file(job)) == 72


def test_a_zip_of_images_becomes_a_film(node, one_studio, tmp_path):
    one_studio.ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64:r=12:d=1", tmp_path / "shot_%04d.png")
    archive = tmp_path / "shot.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(tmp_path.glob("*.png")):
            file.write(path, f"shot/{path.name}")
    job = node.render(archive, args={"preset": "ultrafast", "sequence_fps": 12})

    assert frames_of(only_file(job)) == 12
    assert (job["start_frame"], job["end_frame"]) == (1, 12)


def test_a_pattern_names_a_sequence(node, one_studio, tmp_path):
    one_studio.ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64:r=12:d=1", tmp_path / "shot_%04d.png")
    (tmp_path / "shot_0005.png").unlink()
    refused = send(node.address, "POST", "/api/add_job", {"local_path": str(tmp_path / "shot_####.png")}, tls=False)

    assert refused.status == 400
    assert b"Images are missing: 5." in refused.body
    job = node.render(tmp_path / "shot_####.png", args={"gaps": "hold"})
    assert frames_of(only_file(job)) == 12
    assert "5" in job["warnings"][0]
