"""Floods: of an engine's output, and of connections that say nothing (F24, F40)."""

import contextlib
import os
import socket
import threading
import time

import psutil
import pytest

from tests.fakes.patience import HANG_SECONDS
from tests.faults.conftest import also
from tests.faults.oracle import nothing_lost

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

MEGABYTES = int(os.environ.get("ZORDON_FLOOD_MEGABYTES", "60"))
"""A thousand in a long run (F24)."""
MEBIBYTE = 1024 * 1024


class Watch:
    """The node's memory, and how long it takes to answer, while something else goes on."""

    def __init__(self, node):
        self._node = node
        self._process = psutil.Process(node.process.pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.before = self.most = self._process.memory_info().rss
        self.slowest = 0.0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._stop.set()
        self._thread.join()
        grew = (self.most - self.before) / MEBIBYTE
        print(f"memory grew by {grew:.0f} MiB, the slowest answer took {self.slowest:.2f} s")  # noqa: T201

    def _look(self):
        while not self._stop.wait(0.1):
            self.most = max(self.most, self._process.memory_info().rss)
            began = time.monotonic()
            assert self._node.api.get("/api/jobs").status == 200
            self.slowest = max(self.slowest, time.monotonic() - began)


@pytest.fixture
def node(make_alone):
    node = make_alone().start()
    # What a job of any kind loads (libraries that check images) is no growth by a flood.
    nothing_lost(node.api, node.home, node.api.add(node.project())["id"], range(1, 5))
    return node


@pytest.mark.parametrize("kind", [".fake", *also(".cold")])
@pytest.mark.parametrize("how", ["flood_lines", "flood_line", "bad_text"])
def test_a_flood_of_output_is_bounded_in_memory_and_on_disk(node, kind, how):
    project = node.project(kind=kind, faults={2: {"how": how, "megabytes": MEGABYTES}})
    with Watch(node) as watch:
        job = nothing_lost(node.api, node.home, node.api.add(project)["id"], range(1, 5))
    assert watch.most - watch.before < 50 * MEBIBYTE
    logs = node.home / "data" / "jobs" / job["id"] / "logs"
    for folder in (logs, logs / "units"):
        for stem in {path.name.partition(".log")[0] for path in folder.glob("*.log*")}:
            assert sum(path.stat().st_size for path in folder.glob(f"{stem}.log*")) <= 5.1 * MEBIBYTE
    text = node.api.get(f"/api/jobs/{job['id']}/logs", unit=2).body.decode()
    assert not any(ord(character) < 32 and character not in "\n\t" for character in text)
    # The end of a log by bytes may begin within a character.
    end = node.api.get(f"/api/jobs/{job['id']}/logs?from=-2000").body.decode(errors="replace")
    assert '"kind": "chunk_ended"' in end or kind == ".cold"


def connect(node):
    host, port = node.api.address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=HANG_SECONDS)


SILENT, HALF_A_LINE, HALF_A_HEAD = b"", b"GET /api/jobs HT", b"POST /api/add_job HTTP/1.1\r\nX-A: b\r\n"


@pytest.mark.parametrize("words", [HALF_A_HEAD, *also(SILENT, HALF_A_LINE)])
def test_hundreds_of_connections_that_never_finish_hold_nobody_up(make_alone, words):
    node = make_alone().start()
    with contextlib.ExitStack() as stack:
        for _ in range(400):
            stack.enter_context(connect(node)).sendall(words)
        for _ in range(20):
            assert node.api.get("/api/jobs").status == 200
    assert node.api.get("/api/heartbeat").status == 200
