"""Samples to render, made by the engines themselves: nothing has to be shipped."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from zordon_app.client.calls import Json
from zordon_app.errors import EngineFailed

FILM_SECONDS = 4
FILM_FPS = 25
SCENE_FRAMES = 10
LIMIT_SECONDS = 120

_SCENE = """
import bpy, math
scene = bpy.context.scene
cube = bpy.data.objects["Cube"]
cube.rotation_euler = (0.4, 0.0, 0.0)
cube.keyframe_insert("rotation_euler", frame=1)
cube.rotation_euler = (0.4, 0.0, math.pi / 2)
cube.keyframe_insert("rotation_euler", frame={frames})
clay = bpy.data.materials.new("Clay")
clay.use_nodes = True
clay.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0.9, 0.3, 0.05, 1.0)
cube.data.materials.clear()
cube.data.materials.append(clay)
scene.frame_start, scene.frame_end = 1, {frames}
scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 320, 180, 100
scene.render.engine = "CYCLES"
scene.cycles.samples = 8
scene.cycles.use_denoising = False
scene.render.image_settings.file_format = "PNG"
bpy.ops.wm.save_as_mainfile(filepath={path!r}, check_existing=False)
"""


def make_film(path: Path) -> Path:
    """A test picture that moves, with a tone, at ``path``; made by the embedded FFmpeg unless it is there already.

    Raises:
        EngineFailed: FFmpeg could not; the sentence has its last line.
    """
    import imageio_ffmpeg

    picture = f"testsrc2=size=640x360:rate={FILM_FPS}:duration={FILM_SECONDS}"
    tone = f"sine=frequency=440:duration={FILM_SECONDS}"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    command += ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "mov"]
    return _make(path, lambda part: [*command, str(part)])


def make_scene(path: Path, build: Json) -> Path:
    """A cube that turns, at ``path``; made by the Blender ``build`` (as the API shows it) unless it is there already.

    Raises:
        EngineFailed: Blender could not; the sentence has its last line.
    """
    program = str(build["path"])
    start = [program, "--background", "--factory-startup", "--python-exit-code", "1", "--python-expr"]
    return _make(path, lambda part: [*start, _SCENE.format(frames=SCENE_FRAMES, path=str(part))])


def newest_program(builds: Sequence[Json]) -> Json | None:
    """The newest Blender that is a program; the bpy module cannot be asked in the same way."""
    return next((build for build in builds if build["origin"] != "bpy"), None)


def _make(path: Path, command: Callable[[Path], list[str]]) -> Path:
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"part-{path.name}")
    try:
        done = subprocess.run(
            command(part), stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineFailed(f"The sample {path.name} could not be made: {error}") from error
    if done.returncode != 0 or not part.is_file():
        last = (done.stderr or done.stdout).decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise EngineFailed(f"The sample {path.name} could not be made: {last}")
    return part.replace(path)
