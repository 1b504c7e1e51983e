"""What has to travel with the project, and copies of .blend files that name it by whole paths."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bpy
from zordon_opening import open_project  # type: ignore[import-not-found]
from zordon_reads import all_reads  # type: ignore[import-not-found]


def describe_travel(project: str, frames: range, scratch: Path) -> dict[str, Any]:
    """``files`` (absolute), ``missing`` (as stored), ``copies`` ([place, file]), and what ``stays`` (as stored).

    A whole path means nothing on another machine: a copy of the .blend that stores it, with paths from its own place,
    travels in its stead. ``stays`` is what no such path reaches: another drive, or a kind that Blender does not mend.
    """
    reads = all_reads(frames)
    files = sorted({path for read in reads for path in read.found})
    missing = sorted({name for read in reads for name in read.missing})
    copies, stays = [], set()
    # Which library links another by a whole path only that library's own file tells: each is opened.
    blends = [project, *linked_blends()] if any(read.is_absolute and read.found for read in reads) else []
    for number, blend in enumerate(blends):
        open_project(blend, allow_scripts=False)
        if whole_paths(blend, frames):
            copy = scratch / str(number) / os.path.basename(blend)
            save_relative(copy)
            stays |= whole_paths(blend, frames)
            copies.append([blend, str(copy)])
    return {"project": project, "files": files, "missing": missing, "copies": copies, "stays": sorted(stays)}


def linked_blends() -> list[str]:
    """The libraries that are there, each once."""
    paths = {os.path.normpath(bpy.path.abspath(library.filepath)) for library in bpy.data.libraries}
    return sorted(path for path in paths if os.path.isfile(path))


def save_relative(copy: Path) -> None:
    """Save a copy of the open file, with paths as from its own place."""
    bpy.ops.file.make_paths_relative()
    copy.parent.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(copy), copy=True, check_existing=False, relative_remap=False)


def whole_paths(blend: str, frames: range) -> set[str]:
    """What the open file itself names by whole paths."""
    own = [read for read in all_reads(frames) if os.path.normpath(read.blend) == os.path.normpath(blend)]
    return {read.stored for read in own if read.is_absolute and read.found}
