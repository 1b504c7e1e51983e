"""What Blender knows of the open project."""

from __future__ import annotations

from typing import Any

import bpy
from zordon_lines import version  # type: ignore[import-not-found]
from zordon_reads import missing_files, sequencer_strips  # type: ignore[import-not-found]


def describe_file() -> dict[str, Any]:
    """All scenes, with values that drivers and Python made."""
    return {
        "blender": version(),
        "active_scene": bpy.context.scene.name,
        "scenes": [describe_scene(scene) for scene in bpy.data.scenes],
        "missing_files": missing_files(frames_of(bpy.context.scene)),
        "libraries": [library.filepath for library in bpy.data.libraries],
        "warnings": file_warnings(),
    }


def describe_scene(scene: Any) -> dict[str, Any]:
    """One scene as ``Probe.facts`` has it; sizes in pixels before the percentage."""
    render = scene.render
    return {
        "name": scene.name,
        "cameras": sorted(item.name for item in scene.objects if item.type == "CAMERA"),
        "view_layers": [layer.name for layer in scene.view_layers],
        "camera": scene.camera.name if scene.camera else "",
        "marker_cameras": any(marker.camera for marker in scene.timeline_markers),
        "needs_camera": needs_camera(scene),
        "start": scene.frame_start,
        "end": scene.frame_end,
        "step": scene.frame_step,
        "fps": render.fps / render.fps_base,
        "width": render.resolution_x,
        "height": render.resolution_y,
        "percentage": render.resolution_percentage,
        "cropped": bool(render.use_border and render.use_crop_to_border),
        "render_engine": short_engine(render.engine),
        "samples": samples_of(scene),
        "format": render.image_settings.file_format,
        "color_depth": render.image_settings.color_depth,
        "is_movie": bool(render.is_movie_format),
    }


def short_engine(identifier: str) -> str:
    """``EEVEE`` for each of EEVEE's names, else the name without ``BLENDER_``."""
    return "EEVEE" if "EEVEE" in identifier else identifier.replace("BLENDER_", "")


def samples_of(scene: Any) -> Any:
    """Samples of the scene's engine; None where that means nothing."""
    if scene.render.engine == "CYCLES" and hasattr(scene, "cycles"):
        return scene.cycles.samples
    if "EEVEE" in scene.render.engine:
        return scene.eevee.taa_render_samples
    return None


def needs_camera(scene: Any) -> bool:
    """Whether rendering asks for a camera: films cut in the sequencer need none, nor do compositions of images."""
    if any(strip.type != "SCENE" for strip in sequencer_strips(scene)):
        return False
    nodes = compositor_nodes(scene)
    return not nodes or any(node.type == "R_LAYERS" for node in nodes)


def compositor_nodes(scene: Any) -> list[Any]:
    """Nodes that will run after rendering; 5.0 moved the tree."""
    if not scene.render.use_compositing or not getattr(scene, "use_nodes", True):
        return []
    tree = getattr(scene, "compositing_node_group", None) or getattr(scene, "node_tree", None)
    return list(tree.nodes) if tree else []


def frames_of(scene: Any) -> range:
    """The frames of a scene's own range."""
    return range(scene.frame_start, scene.frame_end + 1)


def rendered_scenes(scene: Any) -> list[Any]:
    """A scene and those that are rendered with it: layers of its compositor, strips of its sequencer."""
    found, left = [], [scene]
    while left:
        item = left.pop()
        if item in found:
            continue
        found.append(item)
        layers = [node.scene for node in compositor_nodes(item) if node.type == "R_LAYERS" and not node.mute]
        strips = [strip.scene for strip in sequencer_strips(item) if strip.type == "SCENE" and not strip.mute]
        left += [other for other in layers + strips if other is not None]
    return found


def file_warnings() -> list[str]:
    """What a person should know though Blender renders on (and exits 0)."""
    found = []
    if bpy.app.autoexec_fail:
        what = bpy.app.autoexec_fail_message
        found.append(f"The project has scripts that were not run ({what}). Allow scripts if it needs them.")
    nodes = [(scene, node) for scene in bpy.data.scenes for node in compositor_nodes(scene)]
    return found + [
        f"The File Output node {node.name!r} of scene {scene.name!r} writes files that Zordon does not gather."
        for scene, node in nodes
        if node.type == "OUTPUT_FILE" and not node.mute
    ]
