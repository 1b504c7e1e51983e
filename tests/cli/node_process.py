"""A real node as a process, and the command line as a person types it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.warm import commands
from tests.fakes.patience import HANG_SECONDS

COMMAND = (sys.executable, "-m", "zordon_app")


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

    def run(self, *arguments: str, cwd: Path | None = None, **env: str) -> "subprocess.CompletedProcess[str]":
        """A command as a person types it, to its end."""
        return commands().run(arguments, environment(self.home, **env), cwd or Path.cwd())

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
        _, errors = self.process.communicate(timeout=HANG_SECONDS)
        return self.process.returncode, errors

    def _read_line(self) -> str:
        """Its first line, or nothing once it has ended: what it says when it cannot start fails the test."""
        line = self.process.stdout.readline().strip()
        if not line:
            pytest.fail(f"The node did not start: {self.process.communicate()[1]}")
        return line
