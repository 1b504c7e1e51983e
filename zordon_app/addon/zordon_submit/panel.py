"""Where a person finds it: a panel among the output properties, and an entry in the Render menu."""

import textwrap
from typing import Any

import bpy

from .operators import FindZordon, OpenZordon, SubmitJob
from .request import CUSTOM

LETTERS_A_LINE = 48


class ZordonPanel(bpy.types.Panel):
    """Submit the scene and see how the job goes."""

    bl_idname = "RENDER_PT_zordon"
    bl_label = "Zordon"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "output"

    def draw(self, context: Any) -> None:
        """Choices on top, the button, then what became of it."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        state = context.window_manager.zordon
        draw_choices(layout, context.scene.zordon, state)
        row = layout.row()
        row.scale_y = 1.5
        row.enabled = not state.working
        row.operator(SubmitJob.bl_idname, icon="RENDER_ANIMATION")
        draw_state(layout, state)


def draw_choices(layout: Any, chosen: Any, state: Any) -> None:
    """What the job shall be."""
    layout.prop(chosen, "name")
    row = layout.row(align=True)
    row.prop_search(chosen, "preset", state, "presets", icon="PRESET")
    row.operator(FindZordon.bl_idname, text="", icon="FILE_REFRESH")
    layout.prop(chosen, "frame_source")
    if chosen.frame_source == CUSTOM:
        layout.prop(chosen, "frames", text=" ")
    layout.prop(chosen, "priority", slider=True)
    column = layout.column(heading="Options")
    for name in ("split", "pack", "exact_version", "paused"):
        column.prop(chosen, name)


def draw_state(layout: Any, state: Any) -> None:
    """What became of the last submission."""
    if state.working:
        layout.prop(state, "fraction", text=state.working, slider=True)
    for text, icon in ((state.problem, "ERROR"), (state.warnings, "INFO")):
        draw_text(layout, text, icon)
    if not state.job_id:
        return
    box = layout.box()
    box.label(text=state.job_name, icon="RENDER_RESULT")
    draw_text(box, state.job_state, "BLANK1")
    box.prop(state, "job_progress", text="Progress", slider=True)
    box.operator(OpenZordon.bl_idname, icon="URL")


def draw_text(layout: Any, text: str, icon: str) -> None:
    """Blender's labels have one line; long sentences get several."""
    column = layout.column(align=True)
    column.alert = icon == "ERROR"
    for paragraph in text.splitlines():
        for number, line in enumerate(textwrap.wrap(paragraph, LETTERS_A_LINE)):
            column.label(text=line, icon="BLANK1" if number else icon)


def draw_menu(self: Any, _context: Any) -> None:
    """The entry in the Render menu."""
    self.layout.separator()
    self.layout.operator(SubmitJob.bl_idname, icon="RENDER_ANIMATION")


CLASSES = (ZordonPanel,)
