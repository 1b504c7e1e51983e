"""What has to travel with the project, and copies of .blend files that name it by whole paths."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bpy
from zordon_opening import open_project  # type: ignore[import-not-found]
from zordon_reads import Read, all_reads  # type: ignore[import-not-found]


def describe_travel(project: str, frames: range, scratch: Path) -> dict[str, Any]:
    """``files`` (absolute), ``missing`` (as stored), ``copies`` ([place, file]), and what ``stays`` (as stored).

    A whole path means nothing on another machine: a copy of the .blend that stores it, with paths from its own place,
    travels in its stead. ``stays`` is what no such path reaches: another drive, or a kind that Blender does not mend.
    """
    reads = all_reads(frames)
    files = sorted({path for read in reads for path in read.found})
    missing = sorted({name for read in reads for name in read.missing})
    blends = sorted({os.path.normpath(read.blend) for read in reads if read.is_absolute and read.found})
    copies, stays = [], set()
    for number, blend in enumerate(blends):
        copy = scratch / str(number) / os.path.basename(blend)
        stays |= save_relative(blend, copy, frames)
        copies.append([blend, str(copy)])
    return {"project": project, "files": files, "missing": missing, "copies": copies, "stays": sorted(stays)}


def save_relative(blend: str, copy: Path, frames: range) -> set[str]:
    """Save a copy as it would lie at the place of ``blend``; the whole paths that it still has."""
    open_project(blend, allow_scripts=False)
    bpy.ops.file.make_paths_relative()
    copy.parent.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(copy), copy=True, check_existing=False, relative_remap=False)
    return {read.stored for read in all_reads(frames) if is_left(read, blend)}


def is_left(read: Read, blend: str) -> bool:
    """Whether the file itself still names something by a whole path."""
    return read.is_absolute and bool(read.found) and os.path.normpath(read.blend) == os.path.normpath(blend)
