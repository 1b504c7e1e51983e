"""Runs inside Blender (2.93 to 5.x) or a Python with the ``bpy`` module; imports nothing of Zordon.

Settings come as JSON in the environment variable ``ZORDON_BLENDER_SESSION``: ``mode`` (``probe`` or ``render``),
``project``, ``allow_scripts`` and ``settings`` (see ``plan.py``). In ``render`` mode chunks come on stdin, one JSON a
line: ``{"frames": [1, 2], "folder": "/private", "names": {"1": "shot_0001.png"}}``; end of input ends the session.
What happens goes to stdout as lines of ``@@`` and JSON with a ``kind``.

Exit status: 0 after the last chunk, 3 when the session cannot go on (``session_failed`` was said before).
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import bpy

# Blender does not look for modules beside a script; and an installed program's folder is not to be written to.
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from zordon_lines import VERSION, CannotGoOn, one_line, say, version  # type: ignore[import-not-found] # noqa: E402
from zordon_look import describe_file, describe_scene, file_warnings, missing_files  # type: ignore[import-not-found] # noqa: E402
from zordon_settings import set_up  # type: ignore[import-not-found] # noqa: E402

CANNOT_GO_ON = 3
PREFIX = "zordon_frame_"


def open_project(project: str, *, allow_scripts: bool) -> None:
    """Open the file; Blender may fail without an exception, so what is open is compared."""
    try:
        bpy.ops.wm.open_mainfile(filepath=project, load_ui=False, use_scripts=allow_scripts)
    except RuntimeError as error:
        raise CannotGoOn(f"Blender {version()} cannot open the project: {one_line(error)}") from error
    if os.path.realpath(bpy.data.filepath) != os.path.realpath(project):
        raise CannotGoOn(f"Blender {version()} did not open the project.")


class Chunk:
    """Some frames rendered into one private folder."""

    def __init__(self, scene: Any, order: dict[str, Any]) -> None:
        self.scene = scene
        self.frames = [int(frame) for frame in order["frames"]]
        self.folder = Path(order["folder"])
        self.names = {int(frame): name for frame, name in order["names"].items()}
        self.done: set[int] = set()
        self.began = time.monotonic()
        self.error = ""

    def render(self) -> None:
        """Render every frame; one that fails does not keep the others from being tried."""
        self.point_output_here()
        left = self.frames
        while left:
            run = even_run(left)
            self.render_run(run)
            bad = next((frame for frame in run if frame not in self.done), None)
            left = left[len(run) if bad is None else run.index(bad) + 1 :]
            if bad is not None:
                say("unit_failed", unit=bad, message=self.error or f"Blender wrote no file for frame {bad}.")

    def point_output_here(self) -> None:
        """Blender puts the frame number in place of the number signs."""
        self.scene.render.filepath = without_templates(f"{self.folder}{os.sep}") + PREFIX + "####"

    def render_run(self, run: list[int]) -> None:
        """Render evenly spaced frames in one go: GPU engines are slower frame by frame (engines.md, section 2)."""
        self.error = ""
        try:
            if run[0] < 0:
                self.render_negative(run[0])
            else:
                self.scene.frame_start, self.scene.frame_end = run[0], run[-1]
                self.scene.frame_step = run[1] - run[0] if len(run) > 1 else 1
                bpy.ops.render.render(animation=True, scene=self.scene.name)
        except RuntimeError as error:
            self.error = one_line(error)
            if "no camera" in self.error.lower():
                raise CannotGoOn(f"The scene {self.scene.name!r} has no camera.") from error

    def render_negative(self, frame: int) -> None:
        """A scene's range cannot start below 0, a still image can be anywhere."""
        self.scene.frame_set(frame)
        numbered = self.scene.render.filepath
        self.scene.render.filepath = without_templates(str(self.written_path(frame)))
        try:
            bpy.ops.render.render(write_still=True, scene=self.scene.name)
        finally:
            self.scene.render.filepath = numbered
        # Stills call no render_write handler.
        self.finish(frame)

    def written_path(self, frame: int) -> Path:
        """Where Blender writes the frame."""
        name = f"{PREFIX}{frame:0{5 if frame < 0 else 4}d}{self.scene.render.file_extension}"
        return self.folder / name

    def start(self, frame: int) -> None:
        """A frame begins."""
        self.began = time.monotonic()
        say("unit_started", unit=frame)

    def finish(self, frame: int) -> None:
        """A frame was written, if its file is there; it gets the name that the job gave it."""
        written = self.written_path(frame)
        if frame in self.done or frame not in self.names or not written.is_file():
            return
        written.replace(self.folder / self.names[frame])
        self.done.add(frame)
        say("artifact", unit=frame, file=self.names[frame], seconds=round(time.monotonic() - self.began, 3))


def without_templates(path: str) -> str:
    """The path for ``render.filepath``: from 4.5 (measured) braces mean templates, doubled braces do not."""
    return path.replace("{", "{{").replace("}", "}}") if VERSION >= (4, 5) else path


def even_run(frames: list[int]) -> list[int]:
    """The longest beginning of ``frames`` with one constant step; a frame below 0 stands alone."""
    if len(frames) < 2 or frames[0] < 0:
        return frames[:1]
    step = frames[1] - frames[0]
    count = 2
    while count < len(frames) and frames[count] - frames[count - 1] == step:
        count += 1
    return frames[:count] if step > 0 else frames[:1]


class Session:
    """Takes chunks until the input ends."""

    def __init__(self, scene: Any) -> None:
        self.scene = scene
        self.chunk: Chunk | None = None

    def watch(self) -> None:
        """Let Blender tell when a frame begins and when its file is written (both fire in 2.93 to 5.x)."""
        bpy.app.handlers.render_pre.append(self.on_start)
        bpy.app.handlers.render_write.append(self.on_write)
        if VERSION >= (5, 0):
            # 5.x prints no progress by itself; before, it prints more than this handler gets.
            bpy.app.handlers.render_stats.append(self.on_stats)

    def on_start(self, scene: Any, *_: Any) -> None:
        """Blender begins a frame."""
        if self.chunk and scene.frame_current in self.chunk.names:
            self.chunk.start(scene.frame_current)

    def on_write(self, scene: Any, *_: Any) -> None:
        """Blender wrote a frame."""
        if self.chunk:
            self.chunk.finish(scene.frame_current)

    def on_stats(self, text: Any, *_: Any) -> None:
        """Blender tells how far the frame is."""
        if self.chunk and isinstance(text, str):
            say("stats", unit=self.scene.frame_current, text=text)

    def run(self) -> None:
        """Render chunk after chunk."""
        for line in sys.stdin:
            if line.strip():
                self.chunk = Chunk(self.scene, json.loads(line))
                self.chunk.render()
                say("chunk_ended", rendered=sorted(self.chunk.done))
                self.chunk = None


def render_session(config: dict[str, Any]) -> None:
    """Open, set up, say what will be rendered, take chunks."""
    open_project(config["project"], allow_scripts=config["allow_scripts"])
    scene = set_up(config["settings"], int(os.environ.get("ZORDON_BLENDER_THREADS", "0")))
    for path in missing_files():
        say("warning", message=f"A file that the project uses is missing: {path}")
    for message in file_warnings():
        say("warning", message=message)
    session = Session(scene)
    session.watch()
    facts = {"scene": describe_scene(scene), "missing_files": missing_files(), "threads": scene.render.threads}
    say("ready", **facts, blender=version())
    session.run()


def main() -> int:
    """Do what the environment says; the exit status."""
    config = json.loads(os.environ.pop("ZORDON_BLENDER_SESSION"))
    try:
        if config["mode"] == "probe":
            open_project(config["project"], allow_scripts=config["allow_scripts"])
            say("probe", **describe_file())
        else:
            render_session(config)
    except CannotGoOn as error:
        say("session_failed", message=str(error))
        return CANNOT_GO_ON
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, the farm has to hear of it
        traceback.print_exc()
        say("session_failed", message=f"The Blender script failed: {one_line(error)}")
        return CANNOT_GO_ON
    return 0


if __name__ == "__main__":
    STATUS = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # bpy 4.5 can hang for ever in its exit handlers (measured: GlobalState waits for delayed_close_thread_run).
    os._exit(STATUS)
