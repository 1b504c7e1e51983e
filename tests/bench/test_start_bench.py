"""How long a person waits between the double-click and a window to work in, beside a window that does nothing.

``ZORDON_PROGRAM`` names a built program to measure instead of the checkout. By ``build/dev.py test -- -m bench`` GTK is
measured too, which finds its bindings through that.
"""

import mmap
import operator
import os
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import compress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.desktop.app import free_port
from tests.fakes.screens import x_server
from tests.web.seed import fill, make_zordon
from zordon_app.desktop.backends import is_usable, needed_environment

pytestmark = [pytest.mark.bench, pytest.mark.web]

TABLE = Path(__file__).parents[2] / ".cache" / "start-bench.txt"
ROUNDS, JOBS = 5, 8
WATCHED_SECONDS, STEP_SECONDS = 6.0, 0.015
USABLE_SECONDS = 2.0
LIKE_THE_LAST = 0.98
"""Of the window's pixels: without its list a page has 0.91 of them, and pictures of jobs and a clock come later."""
BARE = """import sys, webview
webview.create_window("Zordon", html="<body style='background: #258'>", maximized=True)
webview.start(gui=sys.argv[1])"""


class Start(NamedTuple):
    """Seconds until something could be seen, and until what could be seen was what would stay."""

    visible: float
    usable: float


class Screen:
    """What an X server shows, from the file that it draws in (XWD, header as in X11/XWDFile.h)."""

    def __init__(self, folder: Path) -> None:
        with (folder / "Xvfb_screen0").open("rb") as file:
            self._memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        header = struct.unpack(">25I", self._memory[:100])
        self._height, self._stride, self._begin = header[5], header[12], header[0] + 12 * header[19]

    def look(self) -> list[int]:
        """Each eighth pixel of each eighth row."""
        rows = range(self._begin, self._begin + self._height * self._stride, 8 * self._stride)
        whole = memoryview(self._memory)
        return [pixel for row in rows for pixel in whole[row : row + self._stride].cast("I")[::8]]


@pytest.fixture(params=["gtk", "qt"])
def back_end(request: pytest.FixtureRequest) -> str:
    if not is_usable(request.param):
        pytest.skip(f"no {request.param} for windows here")
    return str(request.param)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Of somebody who has worked with Zordon before."""
    zordon = make_zordon(tmp_path / "home")
    zordon.start()
    fill(zordon, JOBS)
    zordon.settings.change({"port": free_port(), "lan": False, "discovery": False})
    zordon.stop()
    return tmp_path / "home"


@pytest.fixture
def display(tmp_path: Path) -> Iterator[tuple[str, Screen]]:
    with x_server("-fbdir", str(tmp_path)) as name:
        yield name, Screen(tmp_path)


def similar(one: list[int], other: list[int]) -> float:
    """The share of pixels that are the same."""
    return sum(map(operator.eq, one, other)) / len(one)


def start(command: list[str], env: dict[str, str], screen: Screen) -> Start:
    """Start a program, watch the screen, and end the program."""
    seen = [(0.0, screen.look())]
    begun = time.monotonic()
    with subprocess.Popen(command, env=env, cwd="/", stderr=subprocess.DEVNULL) as process:
        while (passed := time.monotonic() - begun) < WATCHED_SECONDS:
            shown = screen.look()
            if shown != seen[-1][1]:
                seen.append((passed, shown))
            time.sleep(STEP_SECONDS)
        process.terminate()
    empty, last = seen[0][1], seen[-1][1]
    ours = [before != after for before, after in zip(empty, last, strict=True)]
    assert any(ours), "nothing was shown"
    empty, last = list(compress(empty, ours)), list(compress(last, ours))
    shares = [(at, list(compress(shown, ours))) for at, shown in seen]
    return Start(
        visible=next(at for at, shown in shares if similar(empty, shown) < 0.5),
        usable=next(at for at, shown in shares if similar(last, shown) > LIKE_THE_LAST),
    )


def test_a_window_to_work_in_is_there_within_two_seconds(back_end, home, display):
    name, screen = display
    built = os.environ.get("ZORDON_PROGRAM")
    zordon = [built] if built else [sys.executable, "-m", "zordon_app"]
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith("ZORDON_") and key != "WAYLAND_DISPLAY"
    }
    env = kept | needed_environment(back_end, is_root=os.geteuid() == 0, has_gpu=False)
    env |= {"ZORDON_HOME": str(home), "HOME": str(home), "DISPLAY": name, "PYWEBVIEW_GUI": back_end}
    start(zordon, env, screen)
    bare, ours = [], []
    for _round in range(ROUNDS):
        bare.append(start([sys.executable, "-c", BARE, back_end], env, screen).usable)
        ours.append(start(zordon, env, screen))
    usable = statistics.median(each.usable for each in ours)
    visible = statistics.median(each.visible for each in ours)
    TABLE.parent.mkdir(exist_ok=True)
    with TABLE.open("a", encoding="utf-8") as file:
        file.write(
            f"{'the built program' if built else 'a checkout'}, {back_end}: window after {visible:.2f} s, usable after "
            f"{usable:.2f} s; an empty window of pywebview {statistics.median(bare):.2f} s (medians of {ROUNDS})\n"
        )
    assert usable <= USABLE_SECONDS
