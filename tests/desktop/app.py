"""The desktop app as a process on a screen that nobody sees, and hands to use it with."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.fakes.engine import plugin

ROOT = Path(__file__).parents[2]
SECONDS = 240.0
"""The one limit of these tests: it only ends what would fail anyway."""
STEP = 0.2


def wait_until(says: Callable[[], Any], what: str = "") -> Any:
    """The first true thing that ``says`` gives."""
    pause = threading.Event()
    for _ in range(int(SECONDS / STEP)):
        if found := says():
            return found
        pause.wait(STEP)
    return pytest.fail(f"It never came: {what or says}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def with_fake_engines(home: Path) -> str:
    """A ``PYTHONPATH`` by which a node with that home has them beside the real ones."""
    folder = home.with_name("plugin")
    if not folder.exists():
        plugin(folder)
    return os.pathsep.join([str(ROOT), str(folder)])


class App:
    """``zordon app`` with its window; ``port`` is where a Qt window can be driven from, as in a browser."""

    def __init__(self, home: Path, display: str, back_end: str, *files: Path, **env: str) -> None:
        self.home = home
        self.port = free_port()
        self.display = display
        (home / "config").mkdir(parents=True, exist_ok=True)
        settings = home / "config" / "settings.yaml"
        if not settings.exists():
            settings.write_text(f"{{port: {free_port()}, lan: false, discovery: false}}")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ZORDON_")}
        self.env = {
            **kept,
            "PYTHONPATH": with_fake_engines(home),
            "ZORDON_HOME": str(home),
            "HOME": str(home),
            "DISPLAY": display,
            "PYWEBVIEW_GUI": back_end,
            "QTWEBENGINE_REMOTE_DEBUGGING": str(self.port),
            "LANG": "C.UTF-8",
            **env,
        }
        self.process = self.start(*files)

    def start(self, *files: Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "zordon_app", "app", *map(str, files)],
            env=self.env,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start_again(self, *files: Path) -> None:
        """Start it a second time, and see it end at once and without a word."""
        second = self.start(*files)
        out, errors = second.communicate(timeout=SECONDS)
        assert (second.returncode, out, errors) == (0, "", "")

    @property
    def address(self) -> str:
        """The window is there before its node."""
        note = self.home / "data" / "instance.json"
        wait_until(lambda: note.exists() or self.process.poll() is not None, "the node")
        return str(json.loads(note.read_text())["address"])

    def wait_for_window(self) -> None:
        wait_until(lambda: self.process.poll() is not None or self.visible(), "the window")
        if self.process.poll() is not None:
            pytest.fail(f"The app ended: {self.process.communicate()}")

    def window(self) -> str:
        """The number of the newest window; a moment may pass in which the window manager is about to draw it anew."""
        return str(wait_until(self.visible, "the window")[-1])

    def visible(self) -> list[str]:
        """Numbers of Zordon's windows that can be seen; the icon in the tray is one too, but none of these."""
        found = self.do("search", "--onlyvisible", "--class", "zordon|Zordon|__main__").split()
        return [number for number in found if self.width(number) > 300]

    def width(self, window: str) -> int:
        """In pixels; 0 when the window is gone."""
        told = re.search(r"Geometry: (\d+)x", self.do("getwindowgeometry", window))
        return int(told[1]) if told else 0

    def can_be_driven(self) -> bool:
        """Whether a Qt window takes orders at ``port``."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def do(self, *arguments: str) -> str:
        """What ``xdotool`` says."""
        done = subprocess.run(["xdotool", *arguments], env=self.env, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    def press(self, keys: str) -> None:
        """Press keys in the window."""
        self.do("windowactivate", "--sync", self.window())
        self.do("key", keys)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def runs(self, name: str) -> bool:
        """Whether a program of that name runs below the app."""
        found = [each.as_dict(["name", "status"]) for each in self.children()]
        return any(each["name"] == name and each["status"] != psutil.STATUS_ZOMBIE for each in found)

    def finish(self, number: int = signal.SIGTERM) -> int:
        """End it as the system does, and look whether it ends well."""
        left = self.children() if self.process.poll() is None else []
        self.process.send_signal(number)
        return self.wait(left)

    def wait(self, left: list[psutil.Process] | None = None) -> int:
        """Wait for its end; nothing of it may be left, and no traceback may have come out."""
        out, errors = self.process.communicate(timeout=SECONDS)
        assert "Traceback" not in out + errors, errors
        _, alive = psutil.wait_procs(left or [], timeout=SECONDS)
        assert alive == []
        return self.process.returncode
