"""The files that a .blend needs beside itself: asked of Blender, or of the file where this machine has no Blender."""

import importlib.util
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zordon_app.engines.base import ProjectFiles
from zordon_app.engines.blender.output import read_marked
from zordon_app.errors import BadRequest

log = logging.getLogger(__name__)


def files_told(project: Path, output: str) -> ProjectFiles:
    """The files that a session in ``travel`` mode has told (``inside/zordon_travel.py``).

    Raises:
        BadRequest: it told nothing.
    """
    told = read_marked(output, "travel")
    if told is None:
        raise BadRequest(
            "Blender did not tell which files {name} uses; no other machine can help with it.",
            code="files_untold",
            name=project.name,
        )
    return ProjectFiles(
        main=project,
        files=(project, *(Path(path) for path in told["files"] if Path(path) != project)),
        missing=tuple(told["missing"]),
        copies={Path(place): Path(copy) for place, copy in told["copies"]},
        stays=tuple(told["stays"]),
    )


_ONE_TRACE = threading.Lock()
"""Guards the tracer's own list of open files."""


def files_by_tracer(project: Path, scratch: Path) -> ProjectFiles:
    """All files of a project below one folder, as blender-asset-tracer finds them: it knows not every kind.

    What a project names by paths from its own place travels as it is. Where it names absolute paths, a copy with paths
    made relative is packed into ``scratch``.
    """
    if importlib.util.find_spec("blender_asset_tracer") is None:
        return ProjectFiles(main=project, files=(project,))
    from blender_asset_tracer import trace

    with _tracing():
        usages = list(trace.deps(project))
        if any(usage.asset_path.is_absolute() for usage in usages):
            return _pack(project, scratch)
    found, missing = _resolve(usages)
    return ProjectFiles(main=project, files=(project, *sorted(found - {project})), missing=tuple(sorted(missing)))


@contextmanager
def _tracing() -> Iterator[None]:
    """One at a time: the tracer keeps each file open in a list of the whole process, and would show it as it was."""
    from blender_asset_tracer import blendfile

    with _ONE_TRACE:
        try:
            yield
        finally:
            blendfile.close_all_cached()


def _resolve(usages: Iterable[Any]) -> tuple[set[Path], set[str]]:
    found: set[Path] = set()
    missing: set[str] = set()
    for usage in usages:
        paths = [Path(path).resolve() for path in _files_of(usage)]
        found.update(path for path in paths if path.is_file())
        if not any(path.exists() for path in paths):
            missing.add(usage.asset_path.decode("utf-8", "replace"))
    return found, missing


def _files_of(usage: Any) -> list[Path]:
    try:
        return list(usage.files())
    except (OSError, ValueError):
        return []  # The tracer raises for sequences that are not there.


def _pack(project: Path, scratch: Path) -> ProjectFiles:
    from blender_asset_tracer.pack import Packer

    with Packer(project, project.parent, str(scratch)) as packer:
        packer.strategise()
        packer.execute()
        main = Path(packer.output_path)
        missing = tuple(sorted(str(path) for path in packer.missing_files))
    # The tracer leaves a note for people who find the pack.
    note = scratch / "pack-info.txt"
    files = tuple(sorted(path for path in scratch.rglob("*") if path.is_file() and path != note))
    return ProjectFiles(main=main, files=files, missing=missing)
