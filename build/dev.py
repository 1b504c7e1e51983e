#!/usr/bin/env python3
"""The developer's commands: environment, demo, tests, checks and locks.

    python3 build/dev.py setup             makes .venv from requirements.lock
    python3 build/dev.py demo              renders a sample and opens the app
    python3 build/dev.py test [-- ARGS]    installs what tests need, then checks the style and runs the tests
    python3 build/dev.py lint              the style checks alone
    python3 build/dev.py package           builds what people install, and tries it
    python3 build/dev.py lock [--upgrade]  writes the locks anew from pyproject.toml

Needs Python 3.11 or newer and nothing else. Every command may be repeated; what is there is not made again.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - older Pythons shall get a sentence, not a traceback
    sys.exit("Zordon needs Python 3.11 or newer. Please run this with python3.11 or a later one.")

import argparse
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from blender_module import BlenderModule
from debian import BUILD_PACKAGES, TEST_PACKAGES, ensure_packages
from environment import Environment, fingerprint
from gtk import GtkBindings
from locks import write_locks
from steps import Steps, run, run_or_raise, say
from web_checks import check_web, ensure_web_tools

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
RUNTIME_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
WEB = ROOT / "web"
VENV = Environment(ROOT / ".venv")
BPY = BlenderModule(ROOT / ".cache" / "bpy-4.5", ROOT / "requirements-bpy.lock")

SLOW_MARKS = ("engines", "farm", "web", "faults")
WORKERS = str(min((os.cpu_count() or 1) + 1, 4))
"""One more than there are cores: many tests wait for timers of nodes."""
COMPILED_ONCE = {"PYTHONDONTWRITEBYTECODE": ""}
"""Machines that test like to forbid Python to keep what it compiled, and tests start hundreds of nodes."""


def set_up(*, dev: bool) -> None:
    """Make .venv hold the runtime lock, or the developers' lock, which contains it."""
    runtime, everything = fingerprint(RUNTIME_LOCK, PROJECT), fingerprint(DEV_LOCK, PROJECT)
    if VENV.is_current(everything if dev else runtime):
        say("   up to date")
        return
    VENV.fill(DEV_LOCK if dev else RUNTIME_LOCK, editable=ROOT)
    VENV.stamp([runtime, everything] if dev else [runtime])


def lint(steps: Steps) -> None:
    """Run every check of style, also after one has failed: one run shows all there is to mend."""
    for name, program, *arguments in (
        ("ruff check", "ruff", "check"),
        ("ruff format", "ruff", "format", "--check"),
        ("mypy", "mypy"),
        ("import-linter", "lint-imports", "--cache-dir", ".cache/import-linter"),
        ("codespell", "codespell"),
    ):
        command: list[str | Path] = [VENV.program(program), *arguments]
        steps.do(name, partial(run, command, cwd=ROOT))
    steps.do("web", partial(check_web, WEB))


def run_tests(arguments: Sequence[str], *, fast: bool) -> int:
    """Run pytest, which prints its own closing line."""
    command: list[str | Path] = [VENV.python, "-m", "pytest", "-n", WORKERS, "--dist", "loadgroup"]
    if fast:
        command += ["-m", " and ".join(f"not {mark}" for mark in ("bench", "built", "thorough", *SLOW_MARKS))]
    run([VENV.python, "-m", "compileall", "-q", "zordon_app"], env=COMPILED_ONCE, cwd=ROOT)
    return run([*command, *arguments], env={**COMPILED_ONCE, **BPY.as_environment()}, cwd=ROOT)


def test(steps: Steps, arguments: Sequence[str], *, fast: bool) -> None:
    """Install what the tests need, check the style and run the tests; without their needs, stop."""
    ready = steps.do("environment", partial(set_up, dev=True))
    if not fast:
        ready = ready and steps.do("system packages", partial(ensure_packages, TEST_PACKAGES))
        ready = ready and steps.do("Blender as a module", BPY.ensure)
    ready = ready and steps.do("web tools", partial(ensure_web_tools, WEB))
    if ready:
        lint(steps)
        if sys.platform == "linux" and not fast:
            steps.do("GTK for Python", GtkBindings(ROOT).ensure)
        steps.do("tests", partial(run_tests, arguments, fast=fast))


def has_screen() -> bool:
    """Tell whether somebody could see a window."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def demo(steps: Steps) -> None:
    """Render a sample and, where somebody can look at it, open the app."""
    zordon = VENV.program("zordon")
    ready = steps.do("environment", partial(set_up, dev=False))
    ready = ready and steps.do("demo", partial(run_or_raise, [zordon, "demo"]))
    if ready and has_screen() and not os.environ.get("CI"):
        steps.do("app", partial(run, [zordon]))


def package(steps: Steps) -> None:
    """Build what people install, and start what was built in an environment without Python."""
    ready = steps.do("environment", partial(set_up, dev=True))
    if sys.platform == "linux":
        ready = ready and steps.do("system packages", partial(ensure_packages, BUILD_PACKAGES))
    if ready:
        steps.do("package", partial(run, [VENV.python, ROOT / "build" / "package.py", "--test"]))


def read_command_line(arguments: Sequence[str]) -> tuple[argparse.Namespace, Sequence[str]]:
    """Split at `--`: what stands before is ours, what comes after goes to pytest."""
    ours, theirs = list(arguments), []
    if "--" in ours:
        at = ours.index("--")
        ours, theirs = ours[:at], ours[at + 1 :]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    verbs.add_parser("setup", help="make .venv").add_argument("--dev", action="store_true")
    verbs.add_parser("demo", help="render a sample and open the app")
    verbs.add_parser("test", help="check and test everything").add_argument("--fast", action="store_true")
    verbs.add_parser("lint", help="check the style")
    verbs.add_parser("package", help="build the program and try it")
    verbs.add_parser("lock", help="write the locks anew").add_argument("--upgrade", action="store_true")
    return parser.parse_args(ours), theirs


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit status of the first step that failed."""
    options, for_pytest = read_command_line(arguments)
    steps = Steps()
    match options.verb:
        case "setup":
            steps.do("environment", partial(set_up, dev=options.dev))
        case "demo":
            demo(steps)
        case "test":
            test(steps, for_pytest, fast=options.fast)
        case "lint":
            steps.do("environment", partial(set_up, dev=True))
            lint(steps)
        case "package":
            package(steps)
        case "lock":
            steps.do("locks", partial(write_locks, ROOT, upgrade=options.upgrade))
    steps.summary()
    return steps.status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
