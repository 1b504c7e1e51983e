"""Opening a project."""

from __future__ import annotations

import os

import bpy
from zordon_lines import CannotGoOn, one_line, version  # type: ignore[import-not-found]


def open_project(project: str, *, allow_scripts: bool) -> None:
    """Open the file; Blender may fail without an exception, so what is open is compared."""
    try:
        bpy.ops.wm.open_mainfile(filepath=project, load_ui=False, use_scripts=allow_scripts)
    except RuntimeError as error:
        raise CannotGoOn(f"Blender {version()} cannot open the project: {one_line(error)}") from error
    if os.path.realpath(bpy.data.filepath) != os.path.realpath(project):
        raise CannotGoOn(f"Blender {version()} did not open the project.")
