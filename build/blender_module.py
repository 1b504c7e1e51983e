"""A newer Blender for the tests than Debian has: the `bpy` module, in an environment of its own."""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

from environment import Environment, fingerprint
from steps import say

# bpy's compiled code fits exactly this version of Python.
PYTHON = "python3.11"


def find_python() -> str | None:
    """The Python that `bpy` fits, which need not be the one that runs this."""
    if PYTHON.endswith(".".join(platform.python_version_tuple()[:2])):
        return sys.executable
    found = shutil.which(PYTHON)
    return found if found and _starts(found) else None


def _starts(python: str) -> bool:
    """Tell whether it is more than the empty shim that version managers leave on PATH."""
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


class BlenderModule:
    """The environment that holds `bpy`, and how tests are told about it."""

    def __init__(self, folder: Path, lock: Path) -> None:
        self._environment = Environment(folder, base=find_python() or PYTHON)
        self._lock = lock

    def ensure(self) -> None:
        """Install `bpy` where its Python is at hand; tests that need it are skipped elsewhere."""
        wanted = fingerprint(self._lock)
        if self._environment.is_current(wanted):
            say("   up to date")
        elif find_python() is None:
            say(f"   no {PYTHON} on this machine: tests with the bpy module will be skipped")
        else:
            self._environment.fill(self._lock)
            self._environment.stamp([wanted])

    def as_environment(self) -> dict[str, str]:
        """The variable by which tests find it, or nothing where it is not installed."""
        if not self._environment.is_current(fingerprint(self._lock)):
            return {}
        return {"ZORDON_TEST_BPY": str(self._environment.python)}
