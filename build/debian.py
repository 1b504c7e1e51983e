"""Debian's packages that tests need, installed when this machine is a Debian or an Ubuntu."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

from steps import Missing, run_with_retries, say

BUILD_PACKAGES = (
    # Looks at what the packages tell software centres and menus.
    "appstream",
    "desktop-file-utils",
    # The system's web view; the two below build the bindings to it.
    "gir1.2-webkit2-4.1",
    # A window manager and a hand for the tests of the window, and what Qt needs to open one.
    "icewm",
    "libcairo2-dev",
    "libegl1",
    "libgirepository1.0-dev",
    "libgl1-mesa-dri",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-render-util0",
    "libxkbcommon-x11-0",
    # Compiles the installer for Windows.
    "nsis",
    "xdotool",
    "xvfb",
)
"""What building the packages, and trying them, needs; all of it is in Ubuntu too."""

TEST_PACKAGES = (
    *BUILD_PACKAGES,
    "blender",
    "chromium",
    # The tests' browser: a window of the whole Chromium costs twice the processor.
    "chromium-headless-shell",
    "faketime",
    "ffmpeg",
    "iproute2",
    "nftables",
    # Debian's Blender starts without numpy, but its importers and our checks of it do not.
    "python3-numpy",
    "strace",
)


def is_installed(package: str) -> bool:
    """Ask dpkg; a package that was removed but left its settings does not count."""
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout == "installed"


def become_root() -> list[str] | None:
    """What to put before a command so that it runs as root, or None where nobody lets us."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], check=False).returncode == 0:
        return ["sudo", "-n"]
    return None


def install(packages: Sequence[str], prefix: Sequence[str]) -> None:
    """Fetch the lists and install; waits for another apt, which new machines often start by themselves."""
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    run_with_retries([*apt, "update"])
    run_with_retries([*apt, "install", "-y", "--no-install-recommends", *packages])


def ensure_packages(packages: Sequence[str], installed: Callable[[str], bool] = is_installed) -> None:
    """Install what is missing; where that is not ours to do, say what to install."""
    if not shutil.which("apt-get"):
        say("   no apt-get here: tests that need Blender, FFmpeg or Chromium look for them on PATH")
        return
    missing = [package for package in packages if not installed(package)]
    if not missing:
        say("   all there")
        return
    prefix = become_root()
    if prefix is None:
        raise Missing(f"As root, please run: apt-get install --no-install-recommends {' '.join(missing)}")
    install(missing, prefix)


def ensure_venv_module() -> None:
    """Debian cuts Python's own venv module in two; fetch its other half."""
    if importlib.util.find_spec("ensurepip"):
        return
    package = f"python3.{sys.version_info.minor}-venv"
    prefix = become_root() if shutil.which("apt-get") else None
    if prefix is None:
        raise Missing(f"This Python cannot make environments. Please install {package} and try again.")
    install([package], prefix)
