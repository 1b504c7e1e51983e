"""Blender as the Python module ``bpy``, installed by pip into an environment of its own.

Each ``bpy`` fits one Python only (engines.md, section 1: 4.2 to 5.0 need 3.11, 5.1 and later 3.13; there is none for
other Pythons), so a Python of that version must be on this machine. Which packages pip finds, and where, is the
matter of the person's own configuration of pip.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from zordon_app.engines.base import Build
from zordon_app.engines.blender.choose import parse_version
from zordon_app.engines.builds.available import Available, Platform
from zordon_app.engines.builds.errors import SiteFailed
from zordon_app.engines.builds.installer import Installer
from zordon_app.engines.builds.steps import DownloadState, Steps
from zordon_app.engines.builds.store import Managed
from zordon_app.engines.builds.trial import start_once
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BadRequest, EngineFailed
from zordon_app.guard import Guard

FROM_PIP = "pip"
"""The source of such builds."""
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?")
_IMPORT = "import bpy; print(bpy.app.version_string)"
_LAST_LINES = 3


class BpyTask:
    """Makes an environment, lets pip install ``bpy`` there, imports it once, and keeps it."""

    def __init__(
        self,
        version: str,
        platform: Platform,
        *,
        installer: Installer,
        registry: EngineRegistry,
        now: Callable[[], datetime],
    ) -> None:
        """``version`` is two or three numbers.

        Raises:
            BadRequest: it is something else, or no Python here fits it.
        """
        if _VERSION.fullmatch(version) is None:
            raise BadRequest(
                "A version of bpy is two or three numbers, as in 4.5 or 4.5.15, not {version!r}.",
                code="bpy_version",
                version=version[:60],
            )
        self.build = _describe(version, platform)
        self._python = find_python(python_for(version))
        self._wanted = f"bpy=={version}" if version.count(".") > 1 else f"bpy=={version}.*"
        self._installer = installer
        self._registry = registry
        self._now = now

    def run(self, steps: Steps) -> Managed:
        """Do it; only the finished environment is moved to its place."""
        steps.state(DownloadState.DOWNLOADING)
        with self._installer.store.incoming() as folder:
            environment = folder / "tree"
            _run([*self._python, "-m", "venv", str(environment)], steps)
            python = str(_python_in(environment))
            _run([python, "-m", "pip", "install", "--only-binary", ":all:", "--no-input", self._wanted], steps)
            steps.state(DownloadState.TESTING)
            _run([python, "-I", "-c", _IMPORT], steps)
            build = start_once(self._registry.get("blender"), environment)
            return self._installer.put(environment, self._managed(build))

    def discard(self) -> None:
        """Nothing is kept of an environment that is not finished."""

    def _managed(self, build: Build) -> Managed:
        return Managed(
            engine="blender",
            version=build.version,
            reported=build.version,
            channel="stable",
            system_os=self.build.system_os,
            cpu=self.build.cpu,
            source=FROM_PIP,
            file_name=f"bpy {build.version}",
            kind="module",
            installed_at=self._now(),
        )


def python_for(version: str) -> tuple[int, int]:
    """The Python that a ``bpy`` needs. Raises BadRequest: that old ones are not published."""
    numbers = parse_version(version)
    if numbers < (4, 2):
        raise BadRequest("bpy is published from 4.2 on; install an older Blender as a program.", code="bpy_too_old")
    return (3, 11) if numbers < (5, 1) else (3, 13)


def find_python(needed: tuple[int, int]) -> tuple[str, ...]:
    """A Python of that version on this machine, as the beginning of a command. Raises BadRequest."""
    for command in _candidates(needed):
        asked = subprocess.run(
            [*command, "-c", "import sys; print(*sys.version_info[:2])"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        if asked.returncode == 0 and asked.stdout.split() == [str(part) for part in needed]:
            return command
    name = ".".join(str(part) for part in needed)
    raise BadRequest(
        "This bpy needs Python {version}, which is not on this machine. Install Python {version} and try again.",
        code="bpy_python",
        version=name,
    )


def _candidates(needed: tuple[int, int]) -> Iterator[tuple[str, ...]]:
    name = ".".join(str(part) for part in needed)
    # The packaged program is no Python, whatever sys.executable says.
    if sys.version_info[:2] == needed and not getattr(sys, "frozen", False):
        yield (sys.executable,)
    if on_path := shutil.which(f"python{name}"):
        yield (on_path,)
    if launcher := shutil.which("py"):
        yield (launcher, f"-{name}")


def _python_in(environment: Path) -> Path:
    inside = Path("Scripts/python.exe") if os.name == "nt" else Path("bin/python")
    return environment / inside


def _run(argv: list[str], steps: Steps) -> None:
    """Run to the end, or until a person stops it.

    Raises:
        EngineFailed, SiteFailed: it failed; with its last lines.
    """
    steps.check()
    process = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    said: list[str] = []
    reader = Guard().thread("pip output", lambda: _read(process, said))
    reader.start()
    try:
        _wait(process, steps)
    finally:
        process.kill()
        process.wait()
        reader.join()
    if process.returncode != 0:
        last = " / ".join(line for line in said[-_LAST_LINES:] if line) or "it said nothing"
        kind = SiteFailed if "pip" in argv else EngineFailed
        raise kind(f"bpy could not be installed: {last[:500]}")


def _wait(process: subprocess.Popen[str], steps: Steps) -> None:
    while True:
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            steps.check()
        else:
            return


def _read(process: subprocess.Popen[str], said: list[str]) -> None:
    assert process.stdout is not None  # noqa: S101 - the pipe was asked for
    with process.stdout as lines:
        said.extend(line.strip() for line in lines)


def _describe(version: str, platform: Platform) -> Available:
    return Available(
        engine="blender",
        version=version,
        channel="stable",
        system_os=platform.system_os,
        cpu=platform.cpu,
        source=FROM_PIP,
        url="",
        file_name=f"bpy {version}",
    )
