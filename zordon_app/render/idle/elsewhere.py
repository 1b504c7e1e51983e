"""How long nobody has used a Windows machine or a Mac."""

import ctypes
import re
import subprocess
import sys

_TICKS_PER_SECOND = 1000
_TICKS_WRAP = 2**32
_IDLE = re.compile(r'"HIDIdleTime" = (\d+)')


def windows_idle_seconds() -> float | None:
    """Since the last key or movement in this session."""
    if sys.platform == "win32":

        class LastInput(ctypes.Structure):
            _fields_ = (("size", ctypes.c_uint), ("ticks", ctypes.c_uint))

        last = LastInput(ctypes.sizeof(LastInput), 0)
        if ctypes.windll.user32.GetLastInputInfo(ctypes.byref(last)):
            return ticks_between(last.ticks, ctypes.windll.kernel32.GetTickCount() & 0xFFFFFFFF)
    return None


def ticks_between(before: int, now: int) -> float:
    """Seconds between two readings of a clock of 32 bits, which starts again from 0 after 49 days."""
    return (now - before) % _TICKS_WRAP / _TICKS_PER_SECOND


def mac_idle_seconds() -> float | None:
    """Since the last key or movement."""
    if sys.platform == "darwin":
        command = ("/usr/sbin/ioreg", "-c", "IOHIDSystem", "-d", "4", "-r")
        try:
            return ioreg_answer(subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout)
        except (OSError, subprocess.SubprocessError):
            return None
    return None


def ioreg_answer(text: str) -> float | None:
    """``"HIDIdleTime" = 1500000000`` (ns) among much else."""
    found = _IDLE.search(text)
    return int(found[1]) / 1e9 if found is not None else None
