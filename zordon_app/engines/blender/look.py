"""What a .blend tells without Blender: all scenes through blender-asset-tracer where there is one, else the header."""

import importlib.util
from pathlib import Path
from typing import Any

from zordon_app.engines.base import Probe
from zordon_app.engines.blender.header import Header, check_complete, read_header


def look(project: Path) -> Probe:
    """Look into the file; tens of milliseconds.

    Raises:
        BadRequest: not a .blend, empty, cut off, unreadable.
    """
    header = read_header(project)
    if importlib.util.find_spec("blender_asset_tracer") is None:
        check_complete(project)
        return make_probe(project, header, _facts_of_header(header))
    # Imported here: it is not there for every Python version, and is slow to load.
    from zordon_app.engines.blender import scenes

    try:
        facts = scenes.read_facts(project)
    except scenes.CannotRead:
        # Newer than the tracer knows, or damaged: walking the blocks tells which.
        check_complete(project)
        facts = _facts_of_header(header)
    return make_probe(project, header, facts)


def named_files(project: Path) -> list[Path]:
    """The files that a .blend names; none where nobody here can tell."""
    if importlib.util.find_spec("blender_asset_tracer") is None:
        return []
    from zordon_app.engines.blender import scenes

    try:
        return scenes.read_paths(project)
    except scenes.CannotRead:
        return []


def make_probe(project: Path, header: Header, facts: dict[str, Any]) -> Probe:
    """The probe of a file from its header and the facts about its scenes, whoever read them."""
    scenes: list[dict[str, Any]] = facts.get("scenes", [])
    named = [scene for scene in scenes if scene["name"] == facts.get("active_scene")]
    active = next(iter(named + scenes), {})
    percentage = int(active.get("percentage", 0))
    return Probe(
        engine="blender",
        project=str(project),
        saved_with=header.saved_with,
        start_frame=active.get("start"),
        end_frame=active.get("end"),
        frame_step=int(active.get("step", 1)),
        fps=float(active.get("fps", 0.0)),
        width=int(active.get("width", 0)) * percentage // 100,
        height=int(active.get("height", 0)) * percentage // 100,
        missing_files=list(facts.get("missing_files", [])),
        warnings=list(facts.get("warnings", [])),
        facts=facts | {"packed": header.packed, "minimum_version": ".".join(map(str, header.minimum))},
    )


def _facts_of_header(header: Header) -> dict[str, Any]:
    if header.start is None:
        return {"active_scene": "", "scenes": [], "complete": False}
    scene = {"name": header.scene, "start": header.start, "end": header.end}
    return {"active_scene": header.scene, "scenes": [scene], "complete": False}
