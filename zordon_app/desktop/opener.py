"""Opens folders and files with the system's own programs."""

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from zordon_app.guard import Guard

log = logging.getLogger(__name__)

SHOWN = frozenset(
    ".png .jpg .jpeg .exr .tif .tiff .bmp .tga .webp .hdr .dpx .gif .avif .mp4 .mov .mkv .webm .avi .m4v .mxf .ogv "
    ".wav .flac .mp3 .m4a .txt .log .json".split()
)
"""Files that are opened; any other could be a program, so its folder is shown instead."""


def is_opened(path: Path) -> bool:
    """Whether opening ``path`` shows something, and cannot run it."""
    return (path.is_dir() and path.suffix != ".app") or path.suffix.lower() in SHOWN


def open_command(system: str, path: Path) -> list[str] | None:
    """The command that opens ``path``; None: Windows has a function for it."""
    if system == "win32":
        return None
    return ["open" if system == "darwin" else "xdg-open", str(path)]


def reveal_commands(system: str, path: Path) -> list[list[str]]:
    """Commands that show ``path`` in its folder, each to be tried when the one before has failed."""
    if system == "win32":
        return [["explorer", f"/select,{path}"]]
    if system == "darwin":
        return [["open", "-R", str(path)]]
    show = [
        "dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.FileManager1",
        "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1.ShowItems",
        f"array:string:{path.as_uri()}", "string:",
    ]  # fmt: skip
    # dbus-send splits its lists at commas.
    return [*([] if "," in str(path) else [show]), ["xdg-open", str(path.parent)]]


def open_path(path: Path) -> bool:
    """Open a folder or a picture, film, sound or text; anything else is revealed. False: there is no such file."""
    if not path.exists():
        return False
    if not is_opened(path):
        return reveal(path)
    command = open_command(sys.platform, path)
    if command is None:
        os.startfile(path)  # type: ignore[attr-defined]  # noqa: S606 - Windows only; programs are excluded above
        return True
    _start([command])
    return True


def reveal(path: Path) -> bool:
    """Show ``path`` in its folder. False: there is no such file."""
    if not path.exists():
        return False
    _start(reveal_commands(sys.platform, path.absolute()))
    return True


def _start(commands: Sequence[list[str]]) -> None:
    """Run them on a thread: file managers may take seconds, or stay."""
    Guard().thread("zordon-opener", lambda: _run_first(commands), daemon=True).start()


def _run_first(commands: Sequence[list[str]]) -> None:
    for command in commands:
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        except OSError as error:
            log.warning("Cannot start %s: %s", command[0], error)
            continue
        # Explorer's exit status means nothing.
        if done.returncode == 0 or command[0] == "explorer":
            return
        log.warning("%s: %s", command[0], done.stderr.decode(errors="replace").strip())
