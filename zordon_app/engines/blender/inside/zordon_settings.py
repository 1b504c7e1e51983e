"""A job's settings, applied to the open project."""

from __future__ import annotations

from typing import Any

import bpy
from zordon_lines import VERSION, CannotGoOn, say, version  # type: ignore[import-not-found]
from zordon_look import needs_camera, rendered_scenes, short_engine  # type: ignore[import-not-found]

ENGINES = {
    "CYCLES": "CYCLES",
    "WORKBENCH": "BLENDER_WORKBENCH",
    # EEVEE Next had a name of its own from 4.2 to 4.5 only (measured: engines.md, section 1).
    "EEVEE": "BLENDER_EEVEE_NEXT" if (4, 2) <= VERSION < (5, 0) else "BLENDER_EEVEE",
}


def set_up(wanted: dict[str, Any], threads: int) -> Any:
    """Choose the scene and apply the job's settings to it; the scene that will be rendered.

    ``threads`` is how many threads of the processor it may use; 0: as many as the file says.
    """
    scene = choose_scene(wanted.get("scene"))
    if threads:
        scene.render.threads_mode, scene.render.threads = "FIXED", threads
    choose_camera(scene, wanted.get("camera"))
    choose_view_layer(scene, wanted.get("view_layer"))
    choose_engine(scene, wanted)
    choose_output(scene, wanted)
    check_engines(scene, wanted)
    if needs_camera(scene) and not scene.camera and not any(marker.camera for marker in scene.timeline_markers):
        raise CannotGoOn(f"The scene {scene.name!r} has no camera. Add one, or choose a scene that has one.")
    return scene


def choose_scene(name: str | None) -> Any:
    """The scene called ``name``, or the active one."""
    if not name:
        return bpy.context.scene
    scene = bpy.data.scenes.get(name)
    if scene is None:
        known = ", ".join(repr(item.name) for item in bpy.data.scenes)
        raise CannotGoOn(f"The project has no scene {name!r}. It has: {known}.")
    if bpy.context.window:
        bpy.context.window.scene = scene
    return scene


def choose_camera(scene: Any, name: str | None) -> None:
    """Use one camera throughout: markers that switch cameras would take it away again."""
    if not name:
        return
    camera = scene.objects.get(name)
    if camera is None or camera.type != "CAMERA":
        raise CannotGoOn(f"The scene {scene.name!r} has no camera {name!r}.")
    scene.camera = camera
    for marker in scene.timeline_markers:
        marker.camera = None


def choose_view_layer(scene: Any, name: str | None) -> None:
    """Render this view layer and no other."""
    if not name:
        return
    if name not in scene.view_layers:
        raise CannotGoOn(f"The scene {scene.name!r} has no view layer {name!r}.")
    for layer in scene.view_layers:
        layer.use = layer.name == name


def choose_engine(scene: Any, wanted: dict[str, Any]) -> None:
    """Engine, samples and device."""
    engine = wanted.get("render_engine")
    if engine:
        scene.render.engine = ENGINES.get(engine, engine)
    samples = wanted.get("samples")
    if scene.render.engine == "CYCLES":
        # Measured: 28 % less time per frame, memory stays steady (engines.md, section 2).
        scene.render.use_persistent_data = True
        scene.cycles.samples = samples or scene.cycles.samples
        choose_device(scene, wanted.get("device") or "CPU")
        if wanted.get("denoise") is not None:
            choose_denoising(scene, on=wanted["denoise"])
        leave_out_denoising(scene)
    elif samples and "EEVEE" in scene.render.engine:
        scene.eevee.taa_render_samples = samples


def check_engines(scene: Any, wanted: dict[str, Any]) -> None:
    """Blender renders with EEVEE, in silence, what is set to an engine that it does not have."""
    saved = wanted.get("engines") or {}
    for item in rendered_scenes(scene):
        engine = saved.get(item.name)
        is_chosen = item == scene and wanted.get("render_engine")
        if engine and not is_chosen and short_engine(item.render.engine) != engine:
            raise CannotGoOn(
                f"The scene {item.name!r} is set to the render engine {engine}, which Blender {version()} here does "
                "not have: it belongs to an add-on, or this build is without it. Choose another with render_engine."
            )


def choose_denoising(scene: Any, *, on: bool) -> None:
    """Denoise every view layer, or none."""
    scene.cycles.use_denoising = on
    for layer in scene.view_layers:
        layer.cycles.use_denoising = on


def leave_out_denoising(scene: Any) -> None:
    """Builds without a denoiser fail each frame that asks for it, and crash after some (measured: Debian's 3.4.1)."""
    import _cycles  # type: ignore[import-not-found] # exists only where Cycles does

    if scene.cycles.use_denoising and not getattr(_cycles, "with_openimagedenoise", True):
        for layer in scene.view_layers:
            layer.cycles.use_denoising = False
        scene.cycles.use_denoising = False
        say("warning", message="This build of Blender has no denoiser (OpenImageDenoise): frames stay noisy.")


def choose_device(scene: Any, device: str) -> None:
    """Cycles on the processor, or on every graphics device of one kind.

    Factory settings know no graphics device, so Cycles' preferences are set here.
    """
    if device == "CPU":
        scene.cycles.device = "CPU"
        return
    preferences = bpy.context.preferences.addons["cycles"].preferences
    try:
        preferences.compute_device_type = device
    except TypeError:
        raise CannotGoOn(f"This build of Blender cannot render with {device}.") from None
    refresh = getattr(preferences, "refresh_devices", None) or preferences.get_devices
    refresh()
    found = [item for item in preferences.devices if item.type == device]
    for item in preferences.devices:
        item.use = item in found
    if not found:
        raise CannotGoOn(f"This machine has no {device} device that Cycles can use.")
    scene.cycles.device = "GPU"


def choose_output(scene: Any, wanted: dict[str, Any]) -> None:
    """Size and format; the output is always numbered images, each with its extension, none kept from before."""
    render = scene.render
    render.resolution_x = wanted.get("resolution_x") or render.resolution_x
    render.resolution_y = wanted.get("resolution_y") or render.resolution_y
    render.resolution_percentage = wanted.get("resolution_percentage") or render.resolution_percentage
    render.use_file_extension = True
    # A placeholder left by a killed process would be skipped for ever without overwriting (engines.md, section 2).
    render.use_overwrite = True
    render.use_placeholder = False
    if render.use_multiview:
        render.use_multiview = False
        say("warning", message="Stereo (multi-view) output is not known to Zordon: one view is rendered.")
    choose_format(render.image_settings, wanted.get("format") or "PNG", wanted.get("color_depth"))


def choose_format(image: Any, name: str, depth: str | None) -> None:
    """Set the file format; 5.0 asks for the kind of medium first."""
    if hasattr(image, "media_type"):
        image.media_type = "MULTI_LAYER_IMAGE" if name == "OPEN_EXR_MULTILAYER" else "IMAGE"
    try:
        image.file_format = name
    except TypeError:
        raise CannotGoOn(f"Blender {version()} cannot write {name} files.") from None
    if depth:
        image.color_depth = depth
