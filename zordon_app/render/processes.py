"""Engine processes are owned: started in a group of their own, and ended with everything they started."""

import contextlib
import ctypes
import logging
import os
import shlex
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from io import BufferedReader
from pathlib import Path

import psutil

from zordon_app.engines.base import Invocation

log = logging.getLogger(__name__)

OWNER_VARIABLE = "ZORDON_OWNER"
RUN_VARIABLE = "ZORDON_RUN"

_PASSED_ON = (
    "PATH",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ONEAPI_DEVICE_SELECTOR",
    # A studio's colour configuration: without it Blender falls back to its own views, in silence.
    "OCIO",
    "OCIO_ACTIVE_DISPLAYS",
    "OCIO_ACTIVE_VIEWS",
    "OCIO_INACTIVE_COLORSPACES",
)
"""What engines may see of our environment; keys and tokens of a person are not among it."""

_PR_SET_PDEATHSIG = 1
NICE = 10


class OwnedProcess:
    """One running engine and whatever it starts."""

    def __init__(self, process: subprocess.Popen[bytes], run_id: str, older: frozenset[int]) -> None:
        """Made by ``ProcessOwner.spawn``; ``older`` are the pids that were there before it."""
        self.popen = process
        self.run_id = run_id
        self.older = older

    @property
    def output(self) -> BufferedReader:
        """What it prints, stdout and stderr together."""
        pipe = self.popen.stdout
        if not isinstance(pipe, BufferedReader):
            raise TypeError(pipe)
        return pipe

    @property
    def is_running(self) -> bool:
        """Whether the engine itself has not ended."""
        return self.popen.poll() is None

    def cpu_seconds(self) -> float:
        """Processor time of the whole tree, to tell a silent engine from a hung one."""
        total = 0.0
        with contextlib.suppress(psutil.Error):
            root = psutil.Process(self.popen.pid)
            for process in [root, *root.children(recursive=True)]:
                with contextlib.suppress(psutil.Error):
                    times = process.cpu_times()
                    total += times.user + times.system
        return total


class ProcessOwner:
    """Starts engines and sees that none outlives its purpose.

    Each gets a mark in its environment that its children inherit, so that even a daemon that left its group and its
    parent is found: by this run, or at the next start after we were killed. (This stands for the pid files of R5: a
    mark cannot be reused by another process as a pid can.)
    """

    def __init__(self, owner: str, *, is_nice: Callable[[], bool] = lambda: False) -> None:
        """``owner`` marks the processes of this node; ``is_nice`` whether engines give way to other programs."""
        self._owner = owner
        self._is_nice = is_nice
        self._bind_to_us = _make_death_signal()

    def spawn(self, invocation: Invocation, *, cwd: Path, stdin: bool = False) -> OwnedProcess:
        """Start a command with stdout and stderr in one pipe.

        Raises:
            OSError: the program cannot be started.
        """
        run_id = uuid.uuid4().hex
        log.info("Starting %s", shlex.join(invocation.argv))
        older = frozenset(psutil.pids())
        process = subprocess.Popen(
            invocation.argv,
            cwd=cwd,
            env=self._environment(cwd, run_id, invocation.env),
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            # The function only makes one system call that was looked up before, so forking beside threads is safe.
            preexec_fn=self._bind_to_us,  # noqa: PLW1509
        )
        if self._is_nice():
            _give_way(process.pid)
        return OwnedProcess(process, run_id, older)

    def end(self, process: OwnedProcess, *, grace: float) -> None:
        """Ask the engine to end; after ``grace`` seconds kill it and everything it started."""
        family = _family(process.popen.pid)
        if process.is_running:
            _signal_group(process.popen, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.popen.wait(grace)
        _signal_group(process.popen, getattr(signal, "SIGKILL", signal.SIGTERM))
        # Not the engine itself: psutil would take its exit status, and what was killed would seem to have ended well.
        others = [*family, *_marked(RUN_VARIABLE, process.run_id, process.older)]
        _kill([other for other in others if other.pid != process.popen.pid])
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.popen.wait(grace)

    def end_leftovers(self) -> int:
        """Kill what an earlier start of this node left running; how many processes."""
        leftovers = _marked(OWNER_VARIABLE, self._owner, frozenset())
        for process in leftovers:
            log.warning("Ending process %d that an earlier start left behind", process.pid)
        _kill(leftovers)
        return len(leftovers)

    def _environment(self, cwd: Path, run_id: str, extra: Mapping[str, str]) -> dict[str, str]:
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        own = {"LANG": "C.UTF-8", "HOME": str(cwd), OWNER_VARIABLE: self._owner, RUN_VARIABLE: run_id}
        return {**passed, **own, **extra}


def _marked(variable: str, value: str, older: frozenset[int]) -> list[psutil.Process]:
    """Processes with that in their environment; those of the pids ``older`` are known not to have it.

    Reading the environment of every process of a machine costs more than starting an engine.
    """
    found: list[psutil.Process] = []
    for pid in psutil.pids():
        with contextlib.suppress(psutil.Error, OSError):
            if pid not in older and pid != os.getpid():
                process = psutil.Process(pid)
                if process.environ().get(variable) == value:
                    found.append(process)
    return found


def _give_way(pid: int) -> None:
    """Lower the priority; only worth something while people use the machine, so failing is no matter."""
    with contextlib.suppress(psutil.Error, OSError):
        psutil.Process(pid).nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", NICE))


def _make_death_signal() -> Callable[[], None] | None:
    """On Linux a child can ask to be killed when we die, however we die."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    kill = int(signal.SIGKILL)
    return lambda: prctl(_PR_SET_PDEATHSIG, kill, 0, 0, 0)


def _family(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, number)
        elif process.poll() is None:
            process.kill()


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(processes, timeout=3)
