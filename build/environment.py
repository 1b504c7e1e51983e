"""Python environments made from a lock of versions and hashes, and known to be current by a stamp."""

import hashlib
import json
import os
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from debian import ensure_venv_module
from steps import Runner, run, run_or_raise, run_with_retries, say


class Environment:
    """One virtual environment of the checkout and the locks that can fill it."""

    def __init__(self, folder: Path, base: str = sys.executable, runner: Runner = run) -> None:
        self.folder = folder
        self.python = self.program("python")
        self._base = base
        self._runner = runner
        self._stamp = folder / "zordon-stamp.json"

    def program(self, name: str) -> Path:
        """Where a command of this environment is."""
        if os.name == "nt":
            return self.folder / "Scripts" / f"{name}.exe"
        return self.folder / "bin" / name

    def is_current(self, wanted: str) -> bool:
        """Tell whether there is nothing to install; takes no program's start, so asking is free."""
        return self.python.exists() and wanted in self._stamps()

    def fill(self, lock: Path, editable: Path | None = None) -> None:
        """Make the environment hold the lock's versions, and the project if there is one."""
        self.create()
        # Without its stamp, an environment that is left half filled is filled again the next time.
        self._stamp.unlink(missing_ok=True)
        pip = self._pip_install()
        say(f"   installing {lock.name}")
        run_with_retries([*pip, "--require-hashes", "-r", lock], self._runner)
        if editable:
            run_or_raise([*pip, "--no-deps", "--no-build-isolation", "-e", editable], self._runner)

    def stamp(self, holds: Sequence[str]) -> None:
        """Remember what the environment has been filled with."""
        self._stamp.write_text(json.dumps({"folder": str(self.folder), "holds": list(holds)}))

    def create(self) -> None:
        """Make an empty environment unless there is one that works."""
        if self.python.exists() and not self._has_moved():
            return
        ensure_venv_module()
        say(f"   making {self.folder.name}")
        run_or_raise([self._base, "-m", "venv", "--clear", self.folder], self._runner)

    def _pip_install(self) -> list[str | Path]:
        quiet = [] if sys.stdout.isatty() else ["--quiet"]
        options = ["--disable-pip-version-check", "--no-input", *quiet]
        return [self.python, "-m", "pip", "install", *options]

    def _has_moved(self) -> bool:
        """Programs in an environment start with its old path, so a moved checkout needs a new one."""
        return bool(self._read_stamp().get("folder", str(self.folder)) != str(self.folder))

    def _stamps(self) -> list[str]:
        return [] if self._has_moved() else list(self._read_stamp().get("holds", []))

    def _read_stamp(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._stamp.read_text()))
        except (OSError, ValueError):
            return {}


def fingerprint(lock: Path, project: Path | None = None) -> str:
    """What an environment filled from this lock is known by."""
    content = lock.read_bytes()
    if project:
        # Only what an install reads: a changed setting of a linter is no reason to install again.
        described = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
        installed = ("name", "version", "scripts", "entry-points")
        content += json.dumps([described.get(key) for key in installed]).encode()
    return f"{lock.name} {hashlib.sha256(content).hexdigest()}"
