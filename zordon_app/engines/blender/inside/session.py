"""Runs inside Blender (2.93 to 5.x) or a Python with the ``bpy`` module; imports nothing of Zordon.

Settings come as JSON in the environment variable ``ZORDON_BLENDER_SESSION``: ``mode`` (``probe``, ``travel`` or
``render``), ``project``, ``allow_scripts`` and ``settings`` (``plan.py``); ``travel`` has ``frames`` (first, last) and
``scratch``, ``render`` has ``is_helper``. In ``render`` mode chunks come on stdin, one JSON a line:
``{"frames": [1, 2], "folder": "/private", "names": {"1": "shot_0001.png"}}``; end of input ends the session.
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

from zordon_frames import BorrowedRange, even_run  # type: ignore[import-not-found] # noqa: E402
from zordon_helping import check_colors, check_travelled  # type: ignore[import-not-found] # noqa: E402
from zordon_lines import VERSION, CannotGoOn, one_line, say, version  # type: ignore[import-not-found] # noqa: E402
from zordon_look import describe_file, describe_scene, file_warnings, frames_of  # type: ignore[import-not-found] # noqa: E402
from zordon_opening import open_project  # type: ignore[import-not-found] # noqa: E402
from zordon_reads import missing_files  # type: ignore[import-not-found] # noqa: E402
from zordon_settings import set_up  # type: ignore[import-not-found] # noqa: E402
from zordon_simulations import unbaked  # type: ignore[import-not-found] # noqa: E402
from zordon_travel import describe_travel  # type: ignore[import-not-found] # noqa: E402

CANNOT_GO_ON = 3
PREFIX = "zordon_frame_"


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
            elif self.error:
                say("warning", message=f"Blender wrote every frame, and reported: {self.error}")

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
                with BorrowedRange(self.scene, run):
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
    missing = missing_files(frames_of(scene))
    if config.get("is_helper"):
        check_colors(config["settings"])
        check_travelled(missing, config["settings"])
    for message in [*missing_warnings(missing, config["settings"]), *file_warnings(), *simulation_warnings(scene)]:
        say("warning", message=message)
    session = Session(scene)
    session.watch()
    facts = {"scene": describe_scene(scene), "missing_files": missing, "threads": scene.render.threads}
    say("ready", **facts, blender=version())
    session.run()


def missing_warnings(missing: list[str], settings: dict[str, Any]) -> list[str]:
    """What lacks beyond that of which the job says so already; one sentence, however many there are."""
    new = [path for path in missing if path not in settings.get("known_missing", ())]
    more = f" and {len(new) - 5} more" if len(new) > 5 else ""
    return [f"Files that the project uses are missing: {', '.join(new[:5])}{more}."] if new else []


def simulation_warnings(scene: Any) -> list[str]:
    """Blender simulates from where it begins to render, and every machine begins elsewhere."""
    found = unbaked(scene)
    if not found:
        return []
    named = ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
    return [
        f"Not baked: {named}. Such frames depend on where a machine begins to render: bake before, or they may jump."
    ]


def main() -> int:
    """Do what the environment says; the exit status."""
    config = json.loads(os.environ.pop("ZORDON_BLENDER_SESSION"))
    try:
        if config["mode"] == "probe":
            open_project(config["project"], allow_scripts=config["allow_scripts"])
            say("probe", **describe_file())
        elif config["mode"] == "travel":
            open_project(config["project"], allow_scripts=False)
            first, last = config["frames"]
            say("travel", **describe_travel(config["project"], range(first, last + 1), Path(config["scratch"])))
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
