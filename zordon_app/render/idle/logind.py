"""How long nobody has used a Linux machine, as its desktop or its log-in service tell: over D-Bus, by ``busctl``."""

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from typing import Any

import msgspec

_LOGIN = "org.freedesktop.login1"
_GNOME = "org.gnome.Mutter.IdleMonitor"
_SECONDS = 3.0


def gnome_idle_seconds() -> float | None:
    """Of GNOME's own clock, under Wayland as well; None where there is no GNOME."""
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return None
    answers = _ask("--user", "call", _GNOME, "/org/gnome/Mutter/IdleMonitor/Core", _GNOME, "GetIdletime")
    return gnome_answer(answers)


def logind_idle_seconds() -> float | None:
    """Of all who are signed in, whoever that is and however; None where there is no systemd."""
    names = ("IdleHint", "IdleSinceHintMonotonic")
    answers = _ask("get-property", _LOGIN, "/org/freedesktop/login1", f"{_LOGIN}.Manager", *names)
    return logind_answer(answers, time.clock_gettime(time.CLOCK_MONOTONIC)) if answers else None


def gnome_answer(answers: Sequence[Any]) -> float | None:
    """One list with milliseconds as seconds."""
    match answers:
        case [[int(milliseconds)]]:
            return milliseconds / 1000
    return None


def logind_answer(answers: Sequence[Any], now: float) -> float | None:
    """Whether all sessions are idle, and since when (µs on the system's monotonic clock, 0: since it started)."""
    match answers:
        case [True, int(since)]:
            return max(0.0, now - since / 1e6)
        case [False, int()]:
            return 0.0
    return None


def _ask(*words: str) -> list[Any]:
    """The ``data`` of each line that ``busctl`` answers; empty where it cannot."""
    program = shutil.which("busctl")
    if program is None:
        return []
    command = (program, "--json=short", "--timeout=2", *words)
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True, stdin=subprocess.DEVNULL)
        return [msgspec.json.decode(line)["data"] for line in done.stdout.splitlines()]
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError, KeyError, TypeError):
        return []
