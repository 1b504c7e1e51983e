#!/usr/bin/env python3
"""The developer's commands: environment, demo, tests, checks and locks.

    python3 build/dev.py setup             makes .venv from requirements.lock
    python3 build/dev.py demo              renders a sample and opens the app
    python3 build/dev.py test [-- ARGS]    installs what tests need, then checks the style and runs the tests
    python3 build/dev.py test --all [PART] runs all tests, part by part, and goes on where it was stopped
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
from style import Style
from suite import Suite, opens_windows, parts_of
from web_checks import ensure_web_tools

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
RUNTIME_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
WEB = ROOT / "web"
VENV = Environment(ROOT / ".venv")
BPY = BlenderModule(ROOT / ".cache" / "bpy-4.5", ROOT / "requirements-bpy.lock")

STYLE = Style(ROOT, VENV)


def set_up(*, dev: bool) -> None:
    """Make .venv hold the runtime lock, or the developers' lock, which contains it."""
    runtime, everything = fingerprint(RUNTIME_LOCK, PROJECT), fingerprint(DEV_LOCK, PROJECT)
    if VENV.is_current(everything if dev else runtime):
        say("   up to date")
        return
    VENV.fill(DEV_LOCK if dev else RUNTIME_LOCK, editable=ROOT)
    VENV.stamp([runtime, everything] if dev else [runtime])


def test(steps: Steps, options: argparse.Namespace, arguments: Sequence[str]) -> None:
    """Install what the tests need, check the style and run the tests; without their needs, stop."""
    ready = steps.do("environment", partial(set_up, dev=True))
    if not options.fast:
        ready = ready and steps.do("system packages", partial(ensure_packages, TEST_PACKAGES))
        ready = ready and steps.do("Blender as a module", BPY.ensure)
    ready = ready and steps.do("web tools", partial(ensure_web_tools, WEB))
    if ready:
        STYLE.check(steps)
        run_tests(steps, options, arguments)


def run_tests(steps: Steps, options: argparse.Namespace, arguments: Sequence[str]) -> None:
    """Run those for a change, the quick ones, or all of them in parts."""
    suite = Suite(ROOT, VENV.python, BPY.as_environment())
    parts = [] if options.all is None else options.all or parts_of(ROOT)
    asked = [*arguments, *(f"tests/{part}" for part in parts)]
    if sys.platform == "linux" and not options.fast and opens_windows(ROOT, asked):
        steps.do("GTK for Python", GtkBindings(ROOT).ensure)
    if parts:
        suite.run_parts(steps, parts, arguments, anew=options.anew)
    else:
        steps.do("tests", partial(suite.run, arguments, fast=options.fast))


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
    _add_test(verbs.add_parser("test", help="check the style and run the tests"))
    verbs.add_parser("lint", help="check the style")
    verbs.add_parser("package", help="build the program and try it")
    verbs.add_parser("lock", help="write the locks anew").add_argument("--upgrade", action="store_true")
    options = parser.parse_args(ours)
    if options.verb == "test" and options.anew and options.all is None:
        parser.error("--anew goes with --all")
    return options, theirs


def _add_test(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--fast", action="store_true", help="leave out everything slow")
    which.add_argument(
        "--all",
        nargs="*",
        choices=parts_of(ROOT),
        metavar="PART",
        help="everything, also what only a release needs: all folders of tests, or these",
    )
    parser.add_argument("--anew", action="store_true", help="with --all: also what has passed with the same content")


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
            test(steps, options, for_pytest)
        case "lint":
            steps.do("environment", partial(set_up, dev=True))
            STYLE.check(steps)
        case "package":
            package(steps)
        case "lock":
            steps.do("locks", partial(write_locks, ROOT, upgrade=options.upgrade))
    steps.summary()
    return steps.status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
