"""What the connections between machines cost: a project that travels, and members that have nothing to do."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import imageio_ffmpeg
import psutil
import pytest

from tests.bench.test_node_bench import SHARED_MEMORY
from tests.cli.node_process import Node
from tests.fakes import nodes as light
from zordon_app.client import RenderServerProxy
from zordon_app.peers.identity.keys import load_identity
from zordon_app.peers.links.calls import Calls
from zordon_app.peers.links.peer import Peer
from zordon_app.peers.membership.members import Members
from zordon_app.storage.projects import ProjectStore

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

TABLE = Path(__file__).parents[2] / ".cache" / "links-bench.txt"
FILM = ("-f", "lavfi", "-i", "color=s=1920x1080:r=24:d=11", "-c:v", "rawvideo", "-pix_fmt", "uyvy422")
"""1.02 GiB of a film that is not compressed."""
ROUNDS = 4
IDLE_PEERS, PROCESSES, SETTLE_SECONDS, IDLE_SECONDS = 64, 2, 15, 60


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


@pytest.fixture
def light_peers(folder: Path) -> list[Path]:
    """Folders of members of the parent's farm, who do nothing but keep in touch with it."""
    home = folder / "parent" / "data"
    parent = load_identity(home / "identity", "parent")
    farm = Members(home / "peers" / "members.json", parent, "parent")
    folders = [folder / f"light{number % PROCESSES}" / f"peer{number}" for number in range(IDLE_PEERS)]
    peers = [load_identity(place, place.name) for place in folders]
    for place, peer in zip(folders, peers, strict=True):
        farm.admit(peer.public_key, peer.fingerprint, place.name)
    for place, peer in zip(folders, peers, strict=True):
        Members(place / "members.json", peer, place.name).adopt(farm.farm, farm.statements, by=parent.id)
    return [folder / f"light{number}" for number in range(PROCESSES)]


@contextmanager
def running(light_peers: list[Path], parent: str, address: str) -> Iterator[None]:
    with ExitStack() as stack:
        for place in light_peers:
            command = [sys.executable, str(Path(__file__).with_name("light_peers.py")), str(place), parent, address]
            # Closing their stdin ends them.
            stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE))
        yield


def test_idle_members_cost_next_to_nothing(light_peers: list[Path], parent: Node) -> None:
    process = psutil.Process(parent.process.pid)
    with RenderServerProxy(parent.address) as client:
        farm = client.get_farm()
        with running(light_peers, farm["id"], f"127.0.0.1:{lan_port(parent)}"):
            light.eventually(lambda: _online(client) == IDLE_PEERS + 1, 120)
            time.sleep(SETTLE_SECONDS)
            before, began = process.cpu_times(), time.monotonic()
            time.sleep(IDLE_SECONDS)
            after, took = process.cpu_times(), time.monotonic() - began
            assert _online(client) == IDLE_PEERS + 1
    share = (after.user + after.system - before.user - before.system) / took
    rss = process.memory_info().rss / 1024**2
    say(f"{IDLE_PEERS} idle members: {share:.2%} of a core over {took:.0f} s, {rss:.0f} MiB")
    assert share <= 0.03


def _online(client: RenderServerProxy) -> int:
    return sum(member["online"] for member in client.get_farm()["members"])


def _curl(signed_in: RenderServerProxy, path: str, target: Path) -> None:
    transport = signed_in._transport
    url = f"{transport.address.url}{path}"
    command = ["curl", "-sfk", "--tlsv1.3", "-H", f"Authorization: {transport._headers['Authorization']}", "-o", target]
    subprocess.run([*command, url], check=True, stdin=subprocess.DEVNULL)
