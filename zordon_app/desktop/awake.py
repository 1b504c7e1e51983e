"""Keeps the machine from falling asleep while it renders."""

import logging
import os
import subprocess
import sys

log = logging.getLogger(__name__)

WHY = "Rendering"
ES_CONTINUOUS, ES_SYSTEM_REQUIRED = 0x8000_0000, 0x0000_0001


def inhibit_command(system: str, pid: int) -> list[str] | None:
    """A program that keeps the system awake while it runs, and ends when its input or this process ends."""
    if system == "darwin":
        return ["caffeinate", "-i", "-w", str(pid)]
    if system == "win32":
        return None
    hold = ["systemd-inhibit", "--what=sleep:idle", "--who=Zordon", f"--why={WHY}", "--mode=block"]
    return [*hold, "cat"]


class Awake:
    """``keep(True)`` while there is work, ``keep(False)`` when there is none. Windows counts per thread: use one."""

    def __init__(self) -> None:
        """The machine may sleep."""
        self._program: subprocess.Popen[bytes] | None = None
        self._kept = False

    def keep(self, *, awake: bool) -> None:
        """Say whether the machine must stay awake; saying it again changes nothing."""
        if awake == self._kept:
            return
        self._kept = awake
        command = inhibit_command(sys.platform, os.getpid())
        if command is None:
            self._tell_windows()
        elif awake:
            self._start(command)
        else:
            self._end()

    def _start(self, command: list[str]) -> None:
        try:
            self._program = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            log.info("This system cannot be kept awake: %s", error)

    def _end(self) -> None:
        program, self._program = self._program, None
        if program is None:
            return
        if program.stdin is not None:
            program.stdin.close()
        program.terminate()
        program.wait()

    def _tell_windows(self) -> None:
        import ctypes

        wanted = ES_CONTINUOUS | (ES_SYSTEM_REQUIRED if self._kept else 0)
        ctypes.windll.kernel32.SetThreadExecutionState(wanted)  # type: ignore[attr-defined]  # Windows only
