"""The tests: which of them run, with what, and where a long run goes on after it was stopped."""

import os
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from passed import Passed, content_of
from steps import Steps, run, say

NO_TESTS = 5
"""pytest's exit status where nothing was chosen."""

EVERYDAY = ("bench", "built", "thorough")
SLOW = ("engines", "farm", "web", "faults")
WINDOWS = ("desktop", "bench")
"""Folders whose tests open windows."""
WORKERS = str(min((os.cpu_count() or 1) + 1, 4))
"""One more than there are cores: many tests wait for timers of nodes."""
COMPILED_ONCE = {"PYTHONDONTWRITEBYTECODE": ""}
"""Machines that test like to forbid Python to keep what it compiled, and tests start hundreds of nodes."""


class Suite:
    """The tests of one checkout, run by the Python of its environment."""

    def __init__(self, root: Path, python: Path, env: Mapping[str, str]) -> None:
        self._root = root
        self._python = python
        self._env = {**COMPILED_ONCE, **env}
        self._passed = Passed(root / ".cache" / "suite.json")

    def run(self, arguments: Sequence[str], *, fast: bool = False) -> int:
        """Run what a change needs; pytest prints its own closing line."""
        return self._pytest(["-m", without(*EVERYDAY, *SLOW)] if fast else [], arguments)

    def run_parts(self, steps: Steps, parts: Sequence[str], arguments: Sequence[str], *, anew: bool) -> None:
        """Run everything, part by part; a part that has passed with the same content is not repeated."""
        if anew:
            self._passed.forget(parts)
        content = content_of(self._root)
        for part in parts:
            steps.do(f"tests/{part}", partial(self._part, part, content, arguments))
        say("")
        for part in parts:
            say(f"{part:<12} {self._passed.note(part, content) or 'has not passed'}")

    def _part(self, part: str, content: str, arguments: Sequence[str]) -> int:
        known = self._passed.note(part, content)
        if known is not None and not arguments:
            say(f"   passed before, with the same content: {known}")
            return 0
        report = self._root / ".cache" / "suite" / f"{part}.xml"
        # The older family is the one that knows what tests note about themselves.
        options = ["--hypothesis-profile=thorough", f"--junitxml={report}", "-o", "junit_family=xunit1"]
        status = self._pytest(["-m", without("bench", "built"), *options, f"tests/{part}"], arguments)
        if status == NO_TESTS and arguments:
            return 0  # What was asked for is in another part.
        if status == 0 and not arguments:
            self._passed.add(part, content, closing_line(report))
        return status

    def _pytest(self, options: Sequence[str], arguments: Sequence[str]) -> int:
        """Compiles first: workers that begin together would each do it."""
        run([self._python, "-m", "compileall", "-q", "zordon_app", "tests"], env=COMPILED_ONCE, cwd=self._root)
        command: list[str | Path] = [
            self._python,
            "-m",
            "pytest",
            "-n",
            WORKERS,
            "--dist",
            "loadgroup",
            *options,
            *arguments,
        ]
        return run(command, env=self._env, cwd=self._root)


def parts_of(root: Path) -> list[str]:
    """The folders of tests; those that only measure are asked for by ``-m bench``."""
    with_tests = {path.relative_to(root / "tests").parts[0] for path in root.glob("tests/*/**/test_*.py")}
    return sorted(with_tests - {"bench"})


def without(*marks: str) -> str:
    """What pytest's ``-m`` takes to leave out tests with any of these marks."""
    return " and ".join(f"not {mark}" for mark in marks)


def opens_windows(root: Path, arguments: Sequence[str]) -> bool:
    """Whether tests of the window will run: they are among those asked for, and there can be a screen."""
    named = [(root / argument.partition("::")[0]).resolve() for argument in arguments if not argument.startswith("-")]
    named = [path for path in named if path.exists()]
    theirs = [root / "tests" / name for name in WINDOWS]
    wanted = not named or any(path.is_relative_to(one) or one.is_relative_to(path) for path in named for one in theirs)
    return wanted and shutil.which("Xvfb") is not None


def closing_line(report: Path) -> str:
    """Counts and time out of a report in JUnit's form."""
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - pytest has just written it
    if suite is None:
        return "no report"
    tests, failures, errors, skipped = (
        int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
    )
    minutes, seconds = divmod(round(float(suite.get("time", "0"))), 60)
    return f"{tests - failures - errors - skipped} passed, {skipped} skipped in {minutes}:{seconds:02} min"
