#!/usr/bin/env python3
"""Makes what people install, into dist/.

    python3 build/package.py                    everything for this system
    python3 build/package.py deb archive        only these
    python3 build/package.py --test             and starts what was built, in an environment without Python

Kinds: folder and file (the program itself), deb and archive (Linux), installer (Windows), image (macOS), addon.
"""

import argparse
import os
import platform
import re
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from addon import make_addon
from environment import Environment
from figures import measure, table
from gtk import GtkBindings
from installers import make_disk_image, make_windows_installer
from linux_packages import make_archive, make_deb
from program import EXECUTABLE, Builder, told
from steps import Steps, run, say

ROOT = Path(__file__).resolve().parent.parent
KINDS = {
    "linux": ("addon", "deb", "archive", "file"),
    "win32": ("addon", "installer"),
    "darwin": ("addon", "image"),
}
TESTS = ROOT / "tests" / "packaging" / "test_built_program.py"


class Packaging:
    """Makes each kind of package; the program behind several of them is built once."""

    def __init__(self, python: Path, dist: Path, *, fast: bool = False) -> None:
        """``python`` has Zordon's libraries and PyInstaller; ``fast`` packs less tightly."""
        self._builder = Builder(ROOT, python, dist)
        self._dist = dist
        self._fast = fast
        self._folders: dict[str, Path] = {}
        self._made: dict[str, Path] = {}
        self.version = version_in(ROOT / "zordon_app" / "__init__.py")

    def make(self, kind: str) -> None:
        """Make one kind and tell its size."""
        self._dist.mkdir(parents=True, exist_ok=True)
        makers: dict[str, Callable[[], Path]] = {
            "addon": lambda: make_addon(ROOT, self.version, self._dist),
            "folder": lambda: self.folder(window_variant()),
            "file": lambda: self._builder.file(system_variant()),
            "deb": lambda: self._deb(system_variant()),
            "archive": lambda: make_archive(ROOT, self.folder("qt"), self.version, self._dist, fast=self._fast),
            "installer": lambda: make_windows_installer(ROOT, self.folder(window_variant()), self.version, self._dist),
            "image": lambda: make_disk_image(ROOT, self._app(), self.version, platform.machine(), self._dist),
        }
        self._made[kind] = makers[kind]()
        say(told(self._made[kind]))

    def tell_figures(self) -> None:
        """Print size and start of each package that has the program in it."""
        rows = []
        for kind, package in self._made.items():
            if kind in ("addon", "folder"):
                continue
            folder = self.folder(system_variant() if kind in ("deb", "file") else window_variant())
            rows.append(measure(package, folder, package if kind == "file" else folder / EXECUTABLE))
        say(table(rows))

    def folder(self, variant: str) -> Path:
        """The program as a folder."""
        if variant not in self._folders:
            self._folders[variant] = self._builder.folder(variant)
            say(told(self._folders[variant]))
        return self._folders[variant]

    def _deb(self, variant: str) -> Path:
        return make_deb(ROOT, self.folder(variant), variant, self.version, self._dist, fast=self._fast)

    def _app(self) -> Path:
        return self.folder("qt").parent / "Zordon.app"


def window_variant() -> str:
    """What shows the window wherever the program is carried: WebView2, which every Windows has, else Qt."""
    return "system" if sys.platform == "win32" else "qt"


def system_variant() -> str:
    """The system's own web view where the program can bring what reaches it: on Linux, with its bindings built."""
    return "system" if sys.platform == "linux" and GtkBindings(ROOT).ready() else window_variant()


def version_in(module: Path) -> str:
    """``__version__`` without importing anything."""
    match = re.search(r'__version__ = "([^"]+)"', module.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"{module} has no __version__")
    return match[1]


def read_command_line(arguments: Sequence[str]) -> argparse.Namespace:
    """What to make, and with what."""
    system = "linux" if sys.platform.startswith("linux") else sys.platform
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = [*KINDS[system], "folder"]
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of: {', '.join(kinds)}")
    parser.add_argument("--python", type=Path, default=Environment(ROOT / ".venv").python)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist")
    parser.add_argument("--fast", action="store_true", help="pack less tightly")
    parser.add_argument("--test", action="store_true", help="start what was built, tell size and time")
    options = parser.parse_args(arguments)
    if unknown := set(options.kinds) - set(kinds):
        parser.error(f"no such kind here: {', '.join(sorted(unknown))}")
    if not options.python.exists():
        parser.error(f"there is no {options.python}; python3 build/dev.py package makes it, and then the packages")
    options.kinds = options.kinds or list(KINDS[system])
    return options


def main(arguments: Sequence[str]) -> int:
    """Make what is asked for; the exit status of the first step that failed."""
    options = read_command_line(arguments)
    steps = Steps()
    if sys.platform.startswith("linux"):
        steps.do("GTK for Python", GtkBindings(ROOT, options.python).ensure)
    packaging = Packaging(options.python, options.dist.resolve(), fast=options.fast)
    for kind in options.kinds:
        steps.do(kind, partial(packaging.make, kind))
    if options.test and steps.status == 0:
        built = {
            "ZORDON_TEST_BUILT": str(packaging.folder(system_variant()) / EXECUTABLE),
            "CI": os.environ.get("CI", ""),
        }
        steps.do("sizes and starts", packaging.tell_figures)
        steps.do("tests", partial(run, [options.python, "-m", "pytest", "-m", "built", TESTS], env=built, cwd=ROOT))
    steps.summary()
    return steps.status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
