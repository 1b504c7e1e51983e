"""Makes the add-on's classes known to Blender, and takes them back."""

import bpy

from . import operators, panel, properties

CLASSES = (*properties.CLASSES, *operators.CLASSES, *panel.CLASSES)


def register() -> None:
    """In the order in which they need each other."""
    for each in CLASSES:
        bpy.utils.register_class(each)
    bpy.types.Scene.zordon = bpy.props.PointerProperty(type=properties.JobSettings)
    bpy.types.WindowManager.zordon = bpy.props.PointerProperty(type=properties.NodeState)
    bpy.types.TOPBAR_MT_render.append(panel.draw_menu)


def unregister() -> None:
    """The other way round."""
    bpy.types.TOPBAR_MT_render.remove(panel.draw_menu)
    del bpy.types.WindowManager.zordon
    del bpy.types.Scene.zordon
    for each in reversed(CLASSES):
        bpy.utils.unregister_class(each)
