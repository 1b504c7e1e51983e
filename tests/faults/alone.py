"""One node as a process of its own, as ``zordon serve`` starts it: it can be killed at any moment."""

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.fakes.api import Api
from tests.fakes.engine import plugin, write_project
from tests.fakes.patience import HANG_SECONDS

ROOT = Path(__file__).parents[2]
WITH_US = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
"""A node must not outlive tests that are killed themselves."""


class Alone:
    """A node with the fake engines beside the real ones."""

    def __init__(
        self,
        folder: Path,
        *,
        home: Path | None = None,
        timescale: float = 0.1,
        arguments: Sequence[str] = ("--port", "0", "--no-lan", "--no-discovery"),
    ) -> None:
        self.folder = folder
        self.home = home or folder / "home"
        self.process: subprocess.Popen[str] | None = None
        self.api = Api("http://127.0.0.1:0")
        self._plugin = folder / "plugin"
        if not self._plugin.exists():
            plugin(self._plugin)
        self._timescale = timescale
        self._arguments = arguments
        self._made = 0

    def start(self, before: Sequence[str] = ()) -> "Alone":
        """Returns once it answers; ``before`` is what starts it (strace)."""
        address = self.try_start(before)
        assert address, "the node ended before it answered"
        return self

    def try_start(self, before: Sequence[str] = ()) -> str:
        """Its address, or nothing when it ended before it could answer."""
        command = [*before, *WITH_US, sys.executable, "-m", "zordon_app", "--data-dir", str(self.home), "serve"]
        env = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(self._plugin)]),
            "ZORDON_TIMESCALE": str(self._timescale),
        }
        self.process = subprocess.Popen(
            [*command, *self._arguments],
            cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self.api.address = self._hear_address()
        if not self.api.address:
            self.process.wait(HANG_SECONDS)
        return self.api.address

    def _hear_address(self) -> str:
        said: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(self.process, said)).start()
        while line := said.get(timeout=HANG_SECONDS):
            if line.startswith("Zordon answers at"):
                return line.rpartition(" ")[2].strip()
        return ""

    @staticmethod
    def _read(process: Any, said: queue.SimpleQueue[str]) -> None:
        with process.stdout:
            for line in process.stdout:
                print("node:", line, end="")  # noqa: T201 - pytest shows it with a failure
                said.put(line)
        said.put("")

    def kill(self) -> None:
        """As the kernel does when memory is short."""
        self.end(signal.SIGKILL)

    def stop(self) -> None:
        """As a person does."""
        self.end(signal.SIGTERM)

    def end(self, number: int) -> None:
        if self.process is not None:
            if self.process.poll() is None:
                os.killpg(self.process.pid, number)
            self.process.wait(HANG_SECONDS)
        self.api.close()

    def project(self, frames: tuple[int, int] = (1, 4), kind: str = ".fake", **content: Any) -> Path:
        self._made += 1
        return write_project(self.folder / f"shot{self._made}" / f"shot{self._made}{kind}", frames, **content)
