"""Zordon Submit: sends the open scene to the Zordon on this computer. For Blender 3.4 and newer.

Importing this needs no Blender: what does loads when Blender registers the add-on.
"""

# Blender up to 4.1 reads this; newer ones read blender_manifest.toml.
bl_info = {
    "name": "Zordon Submit",
    "author": "The Zordon authors",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "Properties > Output > Zordon, and the Render menu",
    "description": "Send the open scene to a Zordon render queue",
    "category": "Render",
}


def register() -> None:
    """Blender switches the add-on on."""
    from . import registration

    registration.register()


def unregister() -> None:
    """Blender switches it off."""
    from . import registration

    registration.unregister()
