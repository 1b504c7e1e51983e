"""Short helper commands of engines: probing, joining, help texts."""

import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from zordon_app.engines.base import Invocation
from zordon_app.errors import EngineFailed
from zordon_app.guard import Guard
from zordon_app.render.lines import read_lines
from zordon_app.render.processes import OwnedProcess, ProcessOwner

MOST_LINES = 100_000


class ProgramRunner:
    """Meets ``RunProgram``: runs a command to its end and returns what it printed."""

    def __init__(self, processes: ProcessOwner, folder: Path, *, log_line: Callable[[str], None] | None = None) -> None:
        """Run in ``folder``; ``log_line`` is given every line."""
        self._processes = processes
        self._folder = folder
        self._log_line = log_line

    def __call__(self, invocation: Invocation, *, timeout: float, on_line: Callable[[str], None] | None = None) -> str:
        """The output, stdout and stderr together.

        Raises:
            EngineFailed: it could not start, ended with an error, or took longer than ``timeout`` seconds.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            process = self._processes.spawn(invocation, cwd=self._folder)
        except OSError as error:
            raise EngineFailed(f"{Path(invocation.argv[0]).name} could not be started: {error.strerror}.") from error
        late = threading.Event()
        timer = Guard().timer("ending programs", timeout, lambda: self._end_late(process, late))
        timer.start()
        try:
            lines = self._collect(process, on_line)
            status = process.popen.wait()
        finally:
            timer.cancel()
            self._processes.end(process, grace=1)
        _check(invocation, status, lines, is_late=late.is_set(), timeout=timeout)
        return "\n".join(lines)

    def _end_late(self, process: OwnedProcess, late: threading.Event) -> None:
        late.set()
        self._processes.end(process, grace=1)

    def _collect(self, process: OwnedProcess, on_line: Callable[[str], None] | None) -> list[str]:
        lines: deque[str] = deque(maxlen=MOST_LINES)
        with process.output as pipe:
            for line in read_lines(pipe):
                lines.append(line)
                for listener in (self._log_line, on_line):
                    if listener is not None:
                        listener(line)
        return list(lines)


def _check(invocation: Invocation, status: int, lines: list[str], *, is_late: bool, timeout: float) -> None:
    name = Path(invocation.argv[0]).name
    if is_late:
        raise EngineFailed(f"{name} took longer than {timeout:.0f} s and was ended.")
    if status != 0:
        last = " / ".join(line for line in lines[-3:] if line.strip()) or "it printed nothing"
        raise EngineFailed(f"{name} ended with status {status}: {last}")
