"""Frames in the order and the range in which Blender is to render them."""

from __future__ import annotations

from typing import Any

import bpy


class BorrowedRange:
    """Lends the scene's range to the render operator, which knows no other way to be told what to render.

    It has read it when the first handler runs; there the scene gets back its own, before anything is evaluated:
    drivers, scripts and notes burnt into the picture read the range as it was saved (measured: 3.4, 4.5).
    """

    def __init__(self, scene: Any, run: list[int]) -> None:
        self.scene = scene
        self.run = run
        self.own = (scene.frame_start, scene.frame_end, scene.frame_step)

    def __enter__(self) -> None:
        step = self.run[1] - self.run[0] if len(self.run) > 1 else 1
        set_range(self.scene, self.run[0], self.run[-1], step)
        # Before handlers of the project itself, which shall see its own range too.
        bpy.app.handlers.render_init.insert(0, self.give_back)

    def __exit__(self, *_: object) -> None:
        bpy.app.handlers.render_init.remove(self.give_back)
        self.give_back()

    def give_back(self, *_: object) -> None:
        """The scene has its own range again."""
        set_range(self.scene, *self.own)


def set_range(scene: Any, start: int, end: int, step: int) -> None:
    """Set all three; a start behind the end would move the end, so it comes first."""
    scene.frame_start = start
    scene.frame_end = end
    scene.frame_start = start
    scene.frame_step = step


def even_run(frames: list[int]) -> list[int]:
    """The longest beginning of ``frames`` with one constant step; a frame below 0 stands alone."""
    if len(frames) < 2 or frames[0] < 0:
        return frames[:1]
    step = frames[1] - frames[0]
    count = 2
    while count < len(frames) and frames[count] - frames[count - 1] == step:
        count += 1
    return frames[:count] if step > 0 else frames[:1]
