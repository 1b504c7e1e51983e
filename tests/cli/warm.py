"""The command line, in a process of its own for each command, without loading its modules two hundred times.

``python -m tests.cli.warm`` loads them once, then forks for each line of JSON that it reads; it tells the status.
"""

import contextlib
import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path


class WarmCommands:
    """Runs commands as ``subprocess.run`` would, with their output in files and no stdin."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.cli.warm"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def run(self, arguments: Sequence[str], env: Mapping[str, str], cwd: Path) -> "subprocess.CompletedProcess[str]":
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder, name) for name in ("out", "errors")]
            status = self._ask({"arguments": arguments, "env": env, "cwd": str(cwd), "files": list(map(str, files))})
            return subprocess.CompletedProcess(arguments, status, *(file.read_text() for file in files))

    def stop(self) -> None:
        self._process.communicate()

    def _ask(self, asked: Mapping[str, object]) -> int:
        try:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline())
        except BaseException:
            # Its answer would be taken for that of the next command.
            os.killpg(self._process.pid, signal.SIGKILL)
            self.stop()
            commands.cache_clear()
            raise


@functools.cache
def commands() -> WarmCommands:
    """Those of this test process, which ends them."""
    return WarmCommands()


def answer() -> int:
    """Fork for each line; in the child, be the command and return its status."""
    from zordon_app.cli.main import run
    from zordon_app.cli.parsing import parse

    with contextlib.redirect_stdout(None), contextlib.suppress(SystemExit):
        parse(["list", "--help"])
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            become(asked["env"], asked["cwd"], asked["files"])
            return run(asked["arguments"])
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    return 0


def become(env: Mapping[str, str], cwd: str, files: Sequence[str]) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, file in enumerate(files, 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), number)


if __name__ == "__main__":
    sys.exit(answer())
