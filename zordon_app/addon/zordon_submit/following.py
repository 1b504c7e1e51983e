"""Keeps the panel up to date about the job that was sent: asks on a thread, shows on Blender's own."""

import threading
from typing import Any

import bpy

from .node import Node, NodeError
from .request import has_ended, state_line

SECONDS = 1.0


class Follower:
    """Called by ``bpy.app.timers`` until the job has ended, another job is followed or the add-on is gone."""

    def __init__(self, node: Node, job_id: str) -> None:
        """Follow one job of ``node``."""
        self._node = node
        self._job_id = job_id
        self._job: dict[str, Any] | None = None
        self._thread: threading.Thread | None = None

    def __call__(self) -> "float | None":
        """Show what is known, ask again; seconds until the next call, or None to end."""
        state = getattr(bpy.context.window_manager, "zordon", None)
        if state is None or state.job_id != self._job_id:
            return None
        if self._job is not None:
            show(state, self._job)
            if has_ended(self._job):
                return None
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._ask, name="zordon-follow", daemon=True)
            self._thread.start()
        return SECONDS

    def _ask(self) -> None:
        try:
            self._job = self._node.job(self._job_id)
        except NodeError as error:
            self._job = {"status": "", "reason": str(error), "progress": 0.0}


def show(state: Any, job: dict[str, Any]) -> None:
    """Write a job's state where the panel reads it."""
    state.job_state = state_line(job) or str(job.get("reason", ""))
    state.job_progress = float(job.get("progress") or 0.0)
    redraw()


def redraw() -> None:
    """Let the properties editors draw themselves anew."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "PROPERTIES":
                area.tag_redraw()
