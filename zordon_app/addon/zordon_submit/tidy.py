"""Runs in a Blender of its own, without a window, on the saved copy: the person's open scene is never touched.

The order comes as JSON in the environment variable ``ZORDON_TIDY``: ``project`` and ``pack``. Every path in the copy
becomes absolute, and with ``pack`` what Blender can pack goes into the file. One line of ``@@`` and JSON tells what is
``missing`` and what stays ``outside``.
"""

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import bpy

PATTERNS = ("<UDIM>", "<UVTILE>")


def main() -> None:
    """Open, tidy, save, report."""
    order = json.loads(os.environ["ZORDON_TIDY"])
    bpy.context.preferences.filepaths.save_version = 0
    bpy.ops.wm.open_mainfile(filepath=order["project"], load_ui=True, use_scripts=False)
    try_to(bpy.ops.file.make_paths_absolute)
    missing = find_missing()
    if order["pack"]:
        try_to(bpy.ops.file.pack_all)
        try_to(bpy.ops.file.pack_libraries)
    bpy.ops.wm.save_mainfile()
    outside = sorted(set(outside_paths()) - set(missing))
    sys.stdout.write("\n@@" + json.dumps({"missing": missing, "outside": outside}) + "\n")
    sys.stdout.flush()


def try_to(act: Callable[[], object]) -> None:
    """Blender does what it can and then complains of the rest, which ``find_missing`` tells better."""
    with contextlib.suppress(RuntimeError):
        act()


def outside_paths() -> list[str]:
    """Files that the project uses and does not hold."""
    return list(bpy.utils.blend_paths(absolute=True, packed=False, local=False))


def find_missing() -> list[str]:
    """Those that are not there, sorted."""
    return sorted({path for path in outside_paths() if not exists(Path(path))})


def exists(path: Path) -> bool:
    """Whether the file is there; of a pattern for tiles or an unset path the folder is enough."""
    if any(pattern in path.name for pattern in PATTERNS) or re.search(r"#+", path.name):
        return path.parent.is_dir()
    return path.exists()


main()
