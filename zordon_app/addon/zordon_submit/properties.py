"""What the panel shows and keeps: choices with the scene, the state of Zordon with the window."""

import bpy

from .request import CURRENT, CUSTOM, SCENE


class JobSettings(bpy.types.PropertyGroup):
    """What a person chooses for the jobs of one scene; saved in the .blend."""

    name: bpy.props.StringProperty(name="Name", description="Empty: the name of the file")
    preset: bpy.props.StringProperty(name="Preset", description="Empty: render as the scene is set up")
    priority: bpy.props.IntProperty(
        name="Priority", description="Higher goes first; 50 is usual", default=50, min=0, max=100
    )
    frame_source: bpy.props.EnumProperty(
        name="Frames",
        items=[
            (SCENE, "Scene range", "Start, end and step of the scene"),
            (CURRENT, "Current frame", "The frame that is shown now"),
            (CUSTOM, "Custom", "Frames written out"),
        ],
        default=SCENE,
    )
    frames: bpy.props.StringProperty(name="Frames", description="Like 1-100x2, 150", default="1-10")
    exact_version: bpy.props.BoolProperty(
        name="Render with this Blender version",
        description="Otherwise Zordon takes the version that saved the file, or a newer one",
        default=True,
    )
    split: bpy.props.BoolProperty(name="Split over machines", default=True)
    pack: bpy.props.BoolProperty(
        name="Pack files",
        description="Put images, fonts, sounds and libraries into the copy, so that every machine has them",
        default=True,
    )
    paused: bpy.props.BoolProperty(name="Add paused", description="Wait until somebody resumes the job")


class Preset(bpy.types.PropertyGroup):
    """One preset of Zordon; ``name`` is its id."""

    label: bpy.props.StringProperty()


class NodeState(bpy.types.PropertyGroup):
    """What is known of Zordon and of the job sent last. Forgotten when Blender ends."""

    address: bpy.props.StringProperty()
    found: bpy.props.BoolProperty()
    presets: bpy.props.CollectionProperty(type=Preset)
    working: bpy.props.StringProperty()
    fraction: bpy.props.FloatProperty(min=0, max=1, subtype="FACTOR")
    problem: bpy.props.StringProperty()
    warnings: bpy.props.StringProperty()
    job_id: bpy.props.StringProperty()
    job_name: bpy.props.StringProperty()
    job_state: bpy.props.StringProperty()
    job_progress: bpy.props.FloatProperty(min=0, max=1, subtype="FACTOR")


CLASSES = (JobSettings, Preset, NodeState)
