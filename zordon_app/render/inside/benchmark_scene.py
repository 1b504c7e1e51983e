"""Runs inside Blender (3.0 and later) or Python with bpy: renders a scene of its own making and prints how fast."""

import os
import time
from collections.abc import Callable
from typing import Any

import bpy

WIDTH, HEIGHT = 480, 270
ENOUGH_SECONDS = 3.0


def build_scene() -> Any:
    """Rough, shiny and glass shapes on a floor under a sky: no files, the same on every machine."""
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    scene = bpy.context.scene
    _add(bpy.ops.mesh.primitive_plane_add, "floor", (0.4, 0.4, 0.4, 1), size=40)
    for number in range(12):
        place = ((number % 4 - 1.5) * 2.2, (number // 4 - 1) * 2.2, 1)
        colour = (0.2 + 0.06 * number, 0.5, 0.9 - 0.06 * number, 1)
        thing = _add(bpy.ops.mesh.primitive_monkey_add, f"shape {number}", colour, location=place, size=2)
        thing.modifiers.new("smooth", "SUBSURF").render_levels = 2
        shader = thing.data.materials[0].node_tree.nodes["Principled BSDF"].inputs
        shader["Roughness"].default_value = number % 3 * 0.3
        shader["Metallic"].default_value = float(number % 2)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.location, camera.rotation_euler = (0, -11, 6), (1.1, 0, 0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "AREA"))
    lamp.location, lamp.data.energy, lamp.data.size = (4, -4, 8), 1500, 4
    scene.collection.objects.link(lamp)
    return scene


def _add(operator: Callable[..., Any], name: str, colour: tuple[float, ...], **options: Any) -> Any:
    operator(**options)
    thing = bpy.context.object
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = colour
    thing.data.materials.append(material)
    return thing


def configure(scene: Any) -> None:
    """Cycles on the processor, each pixel with all its samples; on as many threads as jobs may use here."""
    threads = int(os.environ.get("ZORDON_BLENDER_THREADS", "0"))
    if threads:
        scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.use_denoising = False
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    scene.render.resolution_percentage = 100


def measure(scene: Any) -> float:
    """Millions of samples per second, from a picture that takes long enough; what is done only once is done before."""
    render(scene, 1)
    samples = 8
    while (seconds := render(scene, samples)) < ENOUGH_SECONDS:
        samples *= 2
    return WIDTH * HEIGHT * samples / seconds / 1e6


def render(scene: Any, samples: int) -> float:
    """Seconds one picture takes."""
    scene.cycles.samples = samples
    begun = time.perf_counter()
    bpy.ops.render.render()
    return time.perf_counter() - begun


made = build_scene()
configure(made)
print(f"ZORDON_BENCHMARK {measure(made):.6f}", flush=True)  # noqa: T201 - talks to Zordon by printing
