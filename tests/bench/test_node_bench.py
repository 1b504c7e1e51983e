"""One machine against the bare programs, and with ten thousand jobs; side by side in one run, as ratios."""

import os
import queue
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import msgspec
import psutil
import pytest
import urllib3

from tests.cli.node_process import Node
from tests.web.seed import fill, make_zordon
from zordon_app.client import RenderServerProxy
from zordon_app.domain.statuses import JobStatus

pytestmark = [pytest.mark.bench, pytest.mark.engines, pytest.mark.timeout(900)]

TABLE = Path(__file__).parents[2] / ".cache" / "node-bench.txt"
FRAMES, SECONDS, ROUNDS = 48, 60, 3
JOBS, POLLERS, CHANGES = 10_000, 50, 40
SHARED_MEMORY = Path("/dev/shm")
POLLING = Path(__file__).with_name("pollers.py")
SCENE = """
import bpy, sys
scene = bpy.context.scene
scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 24, False
scene.render.resolution_x, scene.render.resolution_y = 320, 180
scene.render.use_persistent_data = True
scene.frame_start, scene.frame_end = 1, 48
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[-1])
"""


def say(text: str) -> None:
    """A line of the table of measurements."""
    TABLE.parent.mkdir(exist_ok=True)
    with TABLE.open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")


def seconds(do: Callable[[], object]) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began


def call(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL, capture_output=True)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    home = tmp_path_factory.mktemp("node")
    (home / "config").mkdir()
    # Both sides compete alike with whatever else the machine does.
    (home / "config" / "settings.yaml").write_text("nice: false\n")
    node = Node(home)
    yield node
    node.stop()


@pytest.fixture
def client(node: Node) -> Iterator[RenderServerProxy]:
    with RenderServerProxy(node.address) as client:
        yield client


def complete(client: RenderServerProxy, **request: Any) -> float:
    """Seconds from submission to completion, as whoever waits for it hears of it."""
    began = time.monotonic()
    job = client.create_job(request)
    revision = 0
    while True:
        # Asking again and again would take the time of the processor from the engine.
        revision = client.wait_for_change(revision)
        job = next((each for each in client.get_jobs() if each["id"] == job["id"]), job)
        if job["status"] == "completed":
            return time.monotonic() - began
        assert job["status"] in {"not_started", "configuring", "running", "waiting_for_subjobs"}, job


def test_48_frames_of_cycles_against_bare_blender(client: RenderServerProxy, tmp_path: Path) -> None:
    blender = shutil.which("blender")
    if blender is None:
        pytest.skip("no Blender here")
    scene = tmp_path / "shot.blend"
    call(blender, "-b", "--factory-startup", "--python-expr", SCENE, "--", scene)
    bare, ours = [], []
    for turn in range(ROUNDS):
        out = tmp_path / f"bare{turn}" / "frame_####"
        bare.append(seconds(lambda out=out: call(blender, "-b", scene, "-o", out, "-F", "PNG", "-a")))
        ours.append(complete(client, local_path=str(scene), output_path=str(tmp_path / f"ours{turn}")))
        assert len(list((tmp_path / f"ours{turn}").glob("*.png"))) == FRAMES
    four = range(1, FRAMES + 1, 4)
    chunks = seconds(lambda: [_some(blender, scene, tmp_path / "by4", first, first + 3) for first in four])
    single = seconds(lambda: [_some(blender, scene, tmp_path / "by1", n, n) for n in range(1, FRAMES + 1)])
    ratio = min(ours) / min(bare)
    say(
        f"Blender, {FRAMES} frames of Cycles: ours {min(ours):.2f} s, bare -a {min(bare):.2f} s: {ratio:.3f} ×; "
        f"a process for each frame {single / min(ours):.2f} × ours, for each four {chunks / min(ours):.2f} × ours"
    )
    assert ratio <= 1.10


def _some(blender: str, scene: Path, out: Path, first: int, last: int) -> None:
    call(blender, "-b", scene, "-o", out / "f_####", "-F", "PNG", "-s", str(first), "-e", str(last), "-a")


def test_a_minute_of_x264_against_bare_ffmpeg(client: RenderServerProxy, tmp_path: Path) -> None:
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    film = tmp_path / "minute.mp4"
    pictures, sound = f"testsrc2=s=1280x720:r=24:d={SECONDS}", f"sine=d={SECONDS}"
    call(ffmpeg, "-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", sound, "-preset", "ultrafast", "-crf", "18", film)
    bare, ours = [], []
    for turn in range(ROUNDS):
        out = tmp_path / f"bare{turn}.mp4"
        bare.append(seconds(lambda out=out: call(ffmpeg, "-i", film, "-c:v", "libx264", "-crf", "20", out)))
        args = {"video_codec": "libx264", "crf": 20, "container": "mp4", "preset": "medium"}
        ours.append(complete(client, local_path=str(film), args=args, output_path=str(tmp_path / f"ours{turn}")))
    ratio = min(ours) / min(bare)
    say(f"FFmpeg, {SECONDS} s of x264: ours {min(ours):.2f} s, bare {min(bare):.2f} s: {ratio:.3f} ×")
    assert ratio <= 1.15


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, float]]:
    """A node that has ten thousand jobs stored, and the seconds from its start to its first answer."""
    home = tmp_path_factory.mktemp("full")
    zordon = make_zordon(home)
    zordon.start()
    fill(zordon, JOBS, with_files=0)
    with zordon._farm.state.change() as change:
        for job in zordon._farm.state.unsettled():
            change.job(job.id).status = JobStatus.COMPLETED
    zordon.stop()
    with pytest.MonkeyPatch.context() as patch:
        # As installed programs do, and unlike some machines for tests: modules are compiled once, at the first start.
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        Node(home / "other").stop()
        began = time.monotonic()
        node = Node(home)
    with RenderServerProxy(node.address) as client:
        assert client.get_status()
        yield node, time.monotonic() - began
    node.stop()


def test_ten_thousand_jobs_weigh_little(full: tuple[Node, float]) -> None:
    node, started = full
    process = psutil.Process(node.process.pid)
    with RenderServerProxy(node.address) as client:
        lists = sorted(seconds(client.get_jobs) for _ in range(20))
        p95 = lists[int(len(lists) * 0.95) - 1]
        plain = sorted(seconds(lambda: _get(node, "/api/jobs")) for _ in range(20))[18]
        rss = process.memory_info().rss / 1024**2
        heard = _changes_with_pollers(node, client)
    with ThreadPoolExecutor(POLLERS) as pages:
        list(pages.map(lambda _: len(_get(node, "/api/jobs/long_poll?delta=1")), range(POLLERS)))
    before = process.cpu_times()
    time.sleep(20)
    after = process.cpu_times()
    idle = (after.user + after.system - before.user - before.system) / 20
    later = process.memory_info().rss / 1024**2
    say(
        f"{JOBS} jobs: first answer {started:.2f} s after the start; GET /api/jobs p95 {plain * 1000:.0f} ms (client "
        f"{p95 * 1000:.0f} ms); change to answer, {POLLERS} waiting, median {heard * 1000:.1f} ms; idle {idle:.2%} of "
        f"a core; RSS {rss:.0f} MiB, and {later:.0f} after {POLLERS} whole lists at once"
    )
    assert (started <= 2, plain <= 0.1, heard <= 0.02, idle <= 0.01, rss <= 200) == (True,) * 5


def _get(node: Node, path: str) -> bytes:
    return urllib3.request("GET", f"{node.address}{path}").data


@contextmanager
def _waiting(node: Node, token: str, count: int) -> Iterator[None]:
    """So many pages wait for changes, in a process of their own, as if on other machines."""
    command = [sys.executable, str(POLLING), node.address, token, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as pages:
        assert pages.stdout is not None
        assert pages.stdout.readline() == "waiting\n"
        time.sleep(1)
        try:
            yield
        finally:
            pages.kill()


def _changes_with_pollers(node: Node, client: RenderServerProxy) -> float:
    """Median seconds from the order of a change to the answer of a long poll, while fifty wait."""
    job = client.get_jobs()[0]["id"]
    token = msgspec.json.decode(_get(node, "/api/jobs/long_poll?delta=1"))["token"]
    heard: queue.SimpleQueue[float] = queue.SimpleQueue()
    stop = threading.Event()
    page = threading.Thread(target=_listen, args=(node, token, heard, stop))
    lags = []
    with _waiting(node, token, POLLERS - 1):
        page.start()
        for turn in range(CHANGES):
            began = time.monotonic()
            client.set_job_priority(job, 40 + turn % 20)
            lags.append(heard.get(timeout=10) - began)
            time.sleep(0.2)
        stop.set()
        page.join()
    return statistics.median(lags)


def _listen(node: Node, token: str, heard: queue.SimpleQueue[float], stop: threading.Event) -> None:
    pool = urllib3.PoolManager()
    while not stop.is_set():
        answer = pool.request("GET", f"{node.address}/api/jobs/long_poll?delta=1&timeout=5&token={token}")
        if answer.status == 200:
            heard.put(time.monotonic())
            token = answer.json()["token"]


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, where there is one: the programs are measured, not how the disk fares."""
    if not SHARED_MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as folder:
        yield Path(folder)


def test_a_gigabyte_goes_up_and_comes_down(memory: Path) -> None:
    node = Node(memory / "home")
    try:
        with RenderServerProxy(node.address) as client:
            _up_and_down(node, client, memory)
    finally:
        node.stop()


def _up_and_down(node: Node, client: RenderServerProxy, folder: Path) -> None:
    process = psutil.Process(node.process.pid)
    big = folder / "big.bin"
    with big.open("wb") as file:
        for _ in range(64):
            file.write(os.urandom(1024**2) * 16)
    bare = _bare_copy(big, folder)
    before, peak, stop = process.memory_info().rss, [0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            peak[0] = max(peak[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        # It is no film: what is measured is the way of the bytes up to the refusal.
        form = ["-F", 'json={"renderer": "ffmpeg"}', "-F", f"file=@{big};filename=big.mp4"]
        # The first upload waits until the node knows its builds.
        up = min(seconds(lambda: _curl(*form, f"{node.address}/api/add_job")) for _ in range(3))
        down = _download(node, client, folder, big)
    finally:
        stop.set()
        watcher.join()
    grown = (peak[0] - before) / 1024**2
    say(f"1 GiB: up {up:.2f} s, down {down:.2f} s, bare loopback copy by curl {bare:.2f} s; RSS grew {grown:.0f} MiB")
    assert (up <= 2 * bare, down <= 2 * bare, grown <= 50) == (True, True, True)


def _curl(*arguments: str) -> None:
    call("curl", "-s", "-o", os.devnull, *arguments)


def _bare_copy(big: Path, folder: Path) -> float:
    """A file over the loopback from Python's own file server to a file."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(big.parent)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            port = server.stdout.readline().split(" port ")[1].split()[0]
            address = f"http://127.0.0.1:{port}/{big.name}"
            return min(seconds(lambda: call("curl", "-s", "-o", folder / "copy.bin", address)) for _ in range(2))
        finally:
            server.kill()


def _download(node: Node, client: RenderServerProxy, folder: Path, big: Path) -> float:
    """An output of a job, made as large as that."""
    film = folder / "small.mp4"
    call(imageio_ffmpeg.get_ffmpeg_exe(), "-f", "lavfi", "-i", "testsrc2=s=64x64:r=24:d=1", film)
    complete(client, local_path=str(film), name="big", output_path=str(folder / "out"))
    job = next(job for job in client.get_jobs() if job["name"] == "big")
    [name] = client.get_job_files(job["id"])
    shutil.copyfile(big, folder / "out" / name)
    address = f"{node.address}/api/jobs/{job['id']}/download?filename={name}"
    return min(seconds(lambda: call("curl", "-s", "-o", folder / "down.bin", address)) for _ in range(2))
