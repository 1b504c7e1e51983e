"""Runs PyInstaller on zordon.spec."""

import shutil
import sys
from pathlib import Path

from steps import run_or_raise

EXECUTABLE = "zordon.exe" if sys.platform == "win32" else "zordon"


class Builder:
    """Builds the program with one Python, which must have all that goes into it."""

    def __init__(self, root: Path, python: Path, dist: Path) -> None:
        """``dist`` is where results go; scratch files stay in the checkout's cache, never in ``build/``."""
        self.root = root
        self.dist = dist
        self._python = python
        self._work = root / ".cache" / "pyinstaller"

    def folder(self, variant: str) -> Path:
        """The program as a folder with its executable ``zordon`` in it."""
        return self._build(variant, onefile=False) / "zordon"

    def file(self, variant: str) -> Path:
        """The program as one file, which unpacks itself each time it starts."""
        return self._build(variant, onefile=True) / EXECUTABLE

    def _build(self, variant: str, *, onefile: bool) -> Path:
        name = f"{variant}-file" if onefile else variant
        out = self.dist / name
        shutil.rmtree(out, ignore_errors=True)
        spec = self.root / "build" / "zordon.spec"
        command: list[str | Path] = [self._python, "-m", "PyInstaller", spec, "--noconfirm", "--log-level", "ERROR"]
        command += ["--workpath", self._work / name, "--distpath", out]
        run_or_raise([*command, "--", "--variant", variant, *(["--onefile"] if onefile else [])])
        return out


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; links count nothing."""
    if path.is_file():
        return path.stat().st_size
    return sum(each.lstat().st_size for each in path.rglob("*") if each.is_file() and not each.is_symlink())


def told(path: Path) -> str:
    """A path and its size, for people."""
    return f"   {path.name:<40} {size_of(path) / 1e6:8.1f} MB"
