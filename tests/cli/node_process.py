"""A real node as a process, and the command line as a person types it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "zordon_app")
SECONDS = 60


def environment(home: Path, **more: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ZORDON_") or "BPY" in name}
    return {**ours, "ZORDON_HOME": str(home), "NO_COLOR": "1", **more}


class Node:
    """``zordon serve``, and commands that find it by its data folder."""

    def __init__(self, home: Path, *options: str, lan: bool = False) -> None:
        self.home = home
        alone = [] if lan else ["--no-lan"]
        command = [*COMMAND, "serve", "--port", "0", "--no-discovery", *alone, *options, "--data-dir", str(home)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(home)
        )
        self.first_line = self._read_line()
        self.address = self.first_line.rpartition(" ")[2]

    def run(self, *arguments: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            capture_output=True,
            text=True,
            env=environment(self.home, **env),
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(self.home),
            stdin=subprocess.DEVNULL,
        )

    def stop(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, errors

    def _read_line(self) -> str:
        timer = threading.Timer(SECONDS, self.process.kill)
        timer.start()
        line = self.process.stdout.readline().strip()
        timer.cancel()
        if not line:
            pytest.fail(f"The node did not start: {self.process.communicate()[1]}")
        return line
