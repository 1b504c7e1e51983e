"""The add-on as people get it: downloaded from a running node, installed in a real Blender, submitting to that node."""

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import OpenImageIO
import pytest

from tests.cli.node_process import Node
from tests.fakes.patience import HANG_SECONDS
from zordon_app.client import RenderServerProxy
from zordon_app.engines.blender.builds import BPY_PYTHONS

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests" / "fixtures" / "blender" / "use_addon.py"
BPY = Path(os.environ.get("ZORDON_TEST_BPY", ROOT / ".cache" / "bpy-4.5" / "bin" / "python"))
RED = (1.0, 0.0, 0.0)

pytestmark = [pytest.mark.packaging, pytest.mark.engines, pytest.mark.xdist_group("addon")]

Use = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def node(tmp_path_factory) -> Iterator[Node]:
    with pytest.MonkeyPatch.context() as patch:
        if BPY.exists():
            patch.setenv(BPY_PYTHONS, str(BPY))
        node = Node(tmp_path_factory.mktemp("node"))
    yield node
    code, errors = node.stop()
    assert code == 0, errors


@pytest.fixture(scope="module")
def client(node) -> Iterator[RenderServerProxy]:
    with RenderServerProxy(node.address) as client:
        yield client


@pytest.fixture(scope="module")
def addon(node, tmp_path_factory) -> Path:
    """The zip, from the address that the app shows."""
    path = tmp_path_factory.mktemp("addon") / "zordon_submit.zip"
    with urllib.request.urlopen(f"{node.address}/api/addon/zordon_submit.zip") as answer:
        assert answer.headers["Content-Type"] == "application/zip"
        path.write_bytes(answer.read())
    return path


@pytest.fixture(params=["program", "module"])
def blender(request) -> list[str]:
    if request.param == "module":
        if not BPY.exists():
            pytest.skip("no bpy here; build/dev.py test installs it")
        return [str(BPY)]
    return a_blender()


def a_blender() -> list[str]:
    program = shutil.which("blender")
    if program is None:
        pytest.skip("no Blender here; build/dev.py test installs it")
    return [program, "--background", "--factory-startup", "--python"]


@pytest.fixture
def use(node, addon, tmp_path) -> Use:
    """Runs the script in a Blender and gives back what it told."""

    def use(command: list[str], *, env: dict[str, str] | None = None, **order: Any) -> dict[str, Any]:
        for name in ("project/textures", "user", "tmp"):
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
        order = {"zip": str(addon), "folder": str(tmp_path / "project"), "settings": {}, **order}
        ours = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path / "user"),
            "BLENDER_USER_RESOURCES": str(tmp_path / "user"),
            "TMPDIR": str(tmp_path / "tmp"),
            "ZORDON_HOME": str(node.home),
            "ZORDON_ADDON_TEST": json.dumps(order),
            **(env or {}),
        }
        done = subprocess.run(
            [*command, str(SCRIPT)], env=ours, capture_output=True, text=True, timeout=HANG_SECONDS, check=False
        )
        told = [line[2:] for line in done.stdout.splitlines() if line.startswith("@@")]
        assert told, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
        return json.loads(told[-1])

    return use


def wait_for(client: RenderServerProxy, job_id: str) -> dict[str, Any]:
    seen = 0
    while True:
        job = client.get_job(job_id)
        if job["status"] in ("completed", "error", "cancelled"):
            return job
        seen = client.wait_for_change(seen, 1.0)


def colour_of(path: Path) -> tuple[float, ...]:
    image = OpenImageIO.ImageBuf(str(path))
    return tuple(round(value, 2) for value in image.getpixel(16, 9)[:3])


def test_a_submitted_scene_renders_with_the_very_blender_it_came_from(use, client, blender):
    told = use(blender, settings={"name": "Shot 7", "priority": 70, "split": False})

    job = wait_for(client, told["job"])
    assert (job["status"], job["engine_version"], job["name"]) == ("completed", told["version"], "Shot 7")
    assert (job["frames"], job["priority"], job["enable_split_jobs"]) == ("1-4x3", 70, False)
    assert colour_of(Path(job["output_path"]) / client.get_job_files(job["id"])[0]) == RED


def test_what_the_artist_has_open_stays_as_it_is(use, blender):
    told = use(blender, settings={"paused": True})

    assert told["after"] == told["before"]
    assert told["after"]["texture"] == "//textures/red.png"
    assert not told["after"]["packed"]
    assert told["left"] == []
    assert told["gone"]


def test_a_packed_job_needs_no_file_beside_it_any_more(use, client, blender, tmp_path):
    told = use(blender, settings={"paused": True})
    assert told["warnings"] == ""
    shutil.rmtree(tmp_path / "project")

    client.resume_job(told["job"])

    job = wait_for(client, told["job"])
    assert job["status"] == "completed"
    assert "red.png" not in str(job["warnings"])
    assert colour_of(Path(job["output_path"]) / client.get_job_files(job["id"])[0]) == RED


def test_without_packing_the_job_finds_its_files_where_they_are(use, client, tmp_path):
    told = use(a_blender(), settings={"pack": False, "frame_source": "CURRENT"})

    job = wait_for(client, told["job"])
    assert "red.png" in told["warnings"]
    assert (job["status"], job["frames"]) == ("completed", "1")
    assert colour_of(Path(job["output_path"]) / client.get_job_files(job["id"])[0]) == RED


def test_a_missing_texture_is_named_before_it_renders_pink(use):
    told = use(a_blender(), lose=True, settings={"paused": True})

    assert "Missing on this computer: gone.png" in told["warnings"]
    assert told["job"]


def test_a_refusal_of_the_node_is_told_in_its_own_words(use):
    told = use(a_blender(), settings={"frame_source": "CUSTOM", "frames": "10-5y2"})

    assert told["job"] == ""
    assert "10-5y2" in told["problem"]
    assert told["problem"] in told["error"]


def test_without_a_node_the_artist_is_told_to_start_it(use, tmp_path):
    (tmp_path / "nowhere/data").mkdir(parents=True)
    (tmp_path / "nowhere/data/instance.json").write_text('{"address": "http://127.0.0.1:9"}')

    told = use(a_blender(), env={"ZORDON_HOME": str(tmp_path / "nowhere")})

    assert told["job"] == ""
    assert "Start Zordon and try again" in told["problem"]
    assert told["left"] == []


def test_the_button_in_blenders_own_window_follows_the_job_to_its_end(use, x_screen, tmp_path):
    program = a_blender()[0]
    picture = tmp_path / "panel.png"

    told = use(
        [program, "--factory-startup", "--window-geometry", "0", "0", "1200", "1500", "--python"],
        env={"DISPLAY": x_screen, "LIBGL_ALWAYS_SOFTWARE": "1"},
        gui=True,
        picture=str(picture),
    )

    assert (told["state"], told["progress"], told["problem"]) == ("Completed", 1.0, "")
    assert picture.is_file()
