"""A copy of the open scene, saved without touching the scene, its file or its state of being saved."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import bpy

from .node import NodeError

TIDY = Path(__file__).with_name("tidy.py")
MINUTES_30 = 1800.0


def save_copy(name: str) -> Path:
    """The open scene as a new file in a folder of its own. Relative paths in it still point to the same files."""
    folder = Path(tempfile.mkdtemp(prefix="zordon-"))
    path = folder / f"{file_stem(name)}.blend"
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, relative_remap=True, check_existing=False)
    except RuntimeError as error:
        raise NodeError(f"Blender cannot save a copy of the scene: {error}".strip()) from error
    return path


def file_stem(name: str) -> str:
    """A file name that every system takes."""
    return re.sub(r'[\x00-\x1f<>:"/\\|?*]', "_", name).strip(" .")[:80] or "scene"


def tidy_command() -> list[str]:
    """A second Blender of this very version (or, where Blender is a Python module, a second Python)."""
    if bpy.app.binary_path:
        return [bpy.app.binary_path, "--background", "--factory-startup", "--disable-autoexec", "--python", str(TIDY)]
    return [sys.executable, str(TIDY)]


def tidy(command: list[str], project: Path, *, pack: bool) -> dict[str, Any]:
    """Make the copy stand on its own; ``missing`` and ``outside`` list files. Takes a Blender's start and a save.

    Needs no context of Blender, so it may run on any thread.
    """
    order = {"project": str(project), "pack": pack}
    done = subprocess.run(
        command,
        env={**os.environ, "ZORDON_TIDY": json.dumps(order)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=MINUTES_30,
        check=False,
    )
    told = [line[2:] for line in done.stdout.splitlines() if line.startswith("@@")]
    if not told:
        last = done.stdout.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        raise NodeError(f"Blender could not prepare the copy: {last[0]}")
    return dict(json.loads(told[-1]))
