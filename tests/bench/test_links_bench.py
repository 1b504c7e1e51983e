"""What the connections between machines cost: a project that travels, and members that have nothing to do."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.bench.test_node_bench import SHARED_MEMORY
from tests.cli.node_process import Node
from tests.fakes import nodes as light
from zordon_app.client import RenderServerProxy
from zordon_app.peers.calls import Calls
from zordon_app.peers.peer import Peer
from zordon_app.storage.projects import ProjectStore

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

TABLE = Path(__file__).parents[2] / ".cache" / "links-bench.txt"
FILM = ("-f", "lavfi", "-i", "color=s=1920x1080:r=24:d=11", "-c:v", "rawvideo", "-pix_fmt", "uyvy422")
"""1.02 GiB of a film that is not compressed."""
ROUNDS = 4


def say(text: str) -> None:
    """A line of the table of measurements."""
    TABLE.parent.mkdir(exist_ok=True)
    with TABLE.open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory, where that can be: the programs are measured, not how the disk fares."""
    if not SHARED_MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as memory:
        yield Path(memory)


@pytest.fixture
def parent(folder: Path) -> Iterator[Node]:
    """A whole node as people start it, whose door is open."""
    node = Node(folder / "parent", lan=True)
    with RenderServerProxy(node.address) as client:
        client.set_door("always")
    yield node
    node.stop()


def lan_port(parent: Node) -> int:
    with RenderServerProxy(parent.address) as client:
        return int(client.get_farm()["urls"][0].rpartition(":")[2])


def megabytes_per_second(size: int, began: float) -> float:
    return size / 1e6 / (time.monotonic() - began)


def test_a_project_travels_nearly_as_fast_as_curl_fetches_it(parent: Node, folder: Path) -> None:
    film = folder / "film.mov"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), *FILM, film]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    size = film.stat().st_size
    with RenderServerProxy(parent.address) as client:
        job = client.create_job({"local_path": str(film), "paused": True, "args": {"video_codec": "libx264"}})["id"]
    with light.running_nodes(folder, Path("web"), "child") as [child]:
        child.peers.desk.join(f"127.0.0.1:{lan_port(parent)}")
        peer: Peer = light.eventually(lambda: next((p for p in child.peers.directory.all() if p.is_online), None))
        manifest = Calls(peer.link, "parent", ProjectStore(folder / "first")).project(job)
        ours, curl, bare = [], [], []
        for turn in range(ROUNDS):
            began = time.monotonic()
            Calls(peer.link, "parent", ProjectStore(folder / f"ours{turn}")).fetch(job, manifest, lambda *_: None)
            ours.append(megabytes_per_second(size, began))
            shutil.rmtree(folder / f"ours{turn}")
            for rates, target in ((curl, folder / "curl"), (bare, Path(os.devnull))):
                began = time.monotonic()
                with peer.link.proxy() as signed_in:
                    _curl(signed_in, f"/api/jobs/{job}/project/{manifest.files[0].sha256}", target)
                rates.append(megabytes_per_second(size, began))
    ratio = max(ours) / max(curl)
    say(
        f"A project of {size / 1024**3:.2f} GiB: {max(ours):.0f} MB/s with its hash checked, curl {max(curl):.0f} MB/s "
        f"to a file: {ratio:.0%}; curl to nowhere {max(bare):.0f} MB/s"
    )
    assert ratio >= 0.7


def _curl(signed_in: RenderServerProxy, path: str, target: Path) -> None:
    transport = signed_in._transport
    url = f"{transport.address.url}{path}"
    command = ["curl", "-sfk", "--tlsv1.3", "-H", f"Authorization: {transport._headers['Authorization']}", "-o", target]
    subprocess.run([*command, url], check=True, stdin=subprocess.DEVNULL)
