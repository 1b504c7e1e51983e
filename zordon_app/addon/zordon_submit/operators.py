"""What a person can do: find Zordon, submit the scene, open the job."""

import uuid
from pathlib import Path
from typing import Any

import bpy

from .copying import save_copy, tidy, tidy_command
from .following import Follower, redraw, show
from .node import Node, NodeError, find_address
from .request import Wish, make_request
from .submission import Submission

TICK = 0.2


class FindZordon(bpy.types.Operator):
    """Looks for Zordon and reads its presets."""

    bl_idname = "zordon.find"
    bl_label = "Find Zordon"
    bl_description = "Look for the Zordon on this computer and read its presets"

    def execute(self, context: Any) -> set[str]:
        """Ask; what is found goes into the window manager."""
        state = context.window_manager.zordon
        state.address = find_address()
        try:
            presets = Node(state.address).presets()
        except NodeError as error:
            state.found, state.problem = False, str(error)
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        state.found, state.problem = True, ""
        state.presets.clear()
        for key, label in presets.items():
            entry = state.presets.add()
            entry.name, entry.label = key, label
        return {"FINISHED"}


class SubmitJob(bpy.types.Operator):
    """Sends a copy of the open scene."""

    bl_idname = "zordon.submit_job"
    bl_label = "Submit to Zordon"
    bl_description = "Send a copy of the open scene to Zordon. The file you work on is neither saved nor changed"

    def execute(self, context: Any) -> set[str]:
        """From a script: all at once; the job's id is then in ``context.window_manager.zordon.job_id``."""
        submission = self._prepare(context)
        if submission is None:
            return {"CANCELLED"}
        submission.run()
        return self._finish(context, submission)

    def invoke(self, context: Any, _event: Any) -> set[str]:
        """From the panel: Blender stays usable meanwhile."""
        self._submission = self._prepare(context)
        if self._submission is None:
            return {"CANCELLED"}
        self._submission.start()
        self._timer = context.window_manager.event_timer_add(TICK, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> set[str]:
        """Show how far it is; every other event goes its usual way."""
        submission = self._submission
        if event.type != "TIMER" or submission is None:
            return {"PASS_THROUGH"}
        state = context.window_manager.zordon
        state.working, state.fraction = submission.step, submission.fraction
        redraw()
        if submission.is_running:
            return {"PASS_THROUGH"}
        context.window_manager.event_timer_remove(self._timer)
        return self._finish(context, submission)

    def _prepare(self, context: Any) -> Submission | None:
        state = context.window_manager.zordon
        state.problem = state.warnings = state.job_id = ""
        state.fraction = 0.0
        if not state.found:
            state.address = find_address()
        wish = read_wish(context)
        try:
            project = save_copy(wish.name)
        except (NodeError, OSError) as error:
            state.problem = str(error)
            self.report({"ERROR"}, str(error))
            return None
        command, pack = tidy_command(), context.scene.zordon.pack
        request = make_request(wish, uuid.uuid4().hex)
        return Submission(Node(state.address), request, project, lambda copy: tidy(command, copy, pack=pack))

    def _finish(self, context: Any, submission: Submission) -> set[str]:
        state = context.window_manager.zordon
        state.working, state.problem = "", submission.problem
        state.warnings = "\n".join(submission.warnings)
        for warning in submission.warnings:
            self.report({"WARNING"}, warning)
        if submission.job is None:
            self.report({"ERROR"}, submission.problem)
            return {"CANCELLED"}
        state.found = True
        state.job_id, state.job_name = submission.job["id"], submission.job["name"]
        show(state, submission.job)
        self.report({"INFO"}, f"Zordon has the job {state.job_name}")
        bpy.app.timers.register(Follower(Node(state.address), state.job_id), first_interval=TICK)
        return {"FINISHED"}


class OpenZordon(bpy.types.Operator):
    """Shows the job in Zordon."""

    bl_idname = "zordon.open"
    bl_label = "Open in Zordon"
    bl_description = "Show the job in Zordon"

    def execute(self, context: Any) -> set[str]:
        """In the browser; the app's own window shows the same."""
        state = context.window_manager.zordon
        page = f"/#/jobs/{state.job_id}" if state.job_id else "/"
        bpy.ops.wm.url_open(url=(state.address or find_address()) + page)
        return {"FINISHED"}


def read_wish(context: Any) -> Wish:
    """What is chosen in the panel and set in the scene, as plain values."""
    scene = context.scene
    chosen = scene.zordon
    return Wish(
        name=chosen.name.strip() or Path(bpy.data.filepath).stem or scene.name,
        preset=chosen.preset,
        priority=chosen.priority,
        frame_source=chosen.frame_source,
        frames=chosen.frames,
        paused=chosen.paused,
        split=chosen.split,
        exact_version=chosen.exact_version,
        scene=scene.name,
        start=scene.frame_start,
        end=scene.frame_end,
        step=scene.frame_step,
        current=scene.frame_current,
        blender=tuple(bpy.app.version),
    )


CLASSES = (FindZordon, SubmitJob, OpenZordon)
