"""Named steps of a command: said when they begin, timed, and summed up at the end."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Command = Sequence[str | Path]
Runner = Callable[[Command], int]


class CommandFailed(Exception):
    """A command that had to succeed did not; holds its exit status."""

    def __init__(self, command: Command, status: int) -> None:
        super().__init__(f"exit status {status} from: {shlex.join(map(str, command))}")
        self.status = status


class Missing(Exception):
    """Something is missing that this script cannot install; the message says what a person can do."""


def say(text: str) -> None:
    """Print at once, so that our lines and those of the programs we run stay in order."""
    print(text, flush=True)


def run(command: Command, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> int:
    """Run a command in the foreground and return its exit status."""
    merged = {**os.environ, **(env or {})}
    return subprocess.run([str(part) for part in command], env=merged, cwd=cwd, check=False).returncode


def run_or_raise(command: Command, runner: Runner = run) -> None:
    """Run a command without which there is no going on."""
    status = runner(command)
    if status:
        raise CommandFailed(command, status)


def run_with_retries(command: Command, runner: Runner = run, tries: int = 3) -> None:
    """Run a command that needs the network, which may fail for a moment."""
    for attempt in range(1, tries):
        status = runner(command)
        if status == 0:
            return
        say(f"   exit status {status}, trying again ({attempt + 1} of {tries})")
        time.sleep(2.0 * attempt)
    run_or_raise(command, runner)


class Steps:
    """Runs steps one after another and remembers how each one ended."""

    def __init__(self) -> None:
        self._ended: list[tuple[str, int, float]] = []

    @property
    def status(self) -> int:
        """The exit status of the first step that failed, or 0."""
        return next((status for _, status, _ in self._ended if status), 0)

    def do(self, name: str, action: Callable[[], int | None]) -> bool:
        """Run one step; a failure is reported and kept, never raised."""
        say(f"-- {name}")
        began = time.monotonic()
        status = self._status_of(action)
        self._ended.append((name, status, time.monotonic() - began))
        return status == 0

    def summary(self) -> None:
        """Print one line for each step: how it ended and how long it took."""
        say("")
        for name, status, seconds in self._ended:
            result = "ok" if status == 0 else f"failed ({status})"
            say(f"{name:<28} {result:<12} {seconds:7.1f} s")

    @staticmethod
    def _status_of(action: Callable[[], int | None]) -> int:
        try:
            return action() or 0
        except CommandFailed as failure:
            sys.stderr.write(f"{failure}\n")
            return failure.status
        except Missing as missing:
            sys.stderr.write(f"{missing}\n")
            return 1
