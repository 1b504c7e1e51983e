"""Images that stand for several files: tiles, and numbered pictures that change with the frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy
from zordon_sequences import with_number  # type: ignore[import-not-found]


def tiles(image: Any) -> list[str]:
    """The stored path of every tile."""
    return [tile_path(image.filepath, tile.number) for tile in image.tiles]


def tile_path(stored: str, number: int) -> str:
    """One tile: 1001 and on, ten in a row; Blender before 3.0 wrote the first tile's number into the path."""
    column, row = (number - 1001) % 10 + 1, (number - 1001) // 10 + 1
    path = stored.replace("<UDIM>", str(number)).replace("<UVTILE>", f"u{column}_v{row}")
    return path.replace("1001", str(number)) if path == stored else path


def used_pictures(image: Any, frames: range) -> list[str]:
    """The stored paths of the pictures that ``frames`` show, by whoever uses the image."""
    numbers = {number for user in users_of(image) for number in numbers_shown(user, frames)}
    return [with_number(image.filepath, number) for number in sorted(numbers)] or [image.filepath]


def users_of(image: Any) -> Iterator[Any]:
    """What says which picture is shown at which frame."""
    for tree in node_trees():
        for node in tree.nodes:
            if getattr(node, "image", None) == image:
                yield getattr(node, "image_user", node)
    for texture in bpy.data.textures:
        if getattr(texture, "image", None) == image:
            yield texture.image_user


def node_trees() -> Iterator[Any]:
    """Every node tree, those inside other data-blocks too."""
    data = bpy.data
    for owner in [*data.materials, *data.worlds, *data.lights, *data.scenes]:
        tree = getattr(owner, "node_tree", None)
        if tree is not None:
            yield tree
    yield from data.node_groups


def numbers_shown(user: Any, frames: range) -> set[int]:
    """Numbers of pictures, as Blender counts them (``BKE_image_user_frame_get``)."""
    length = getattr(user, "frame_duration", 0)
    if not length:
        return set()
    if not getattr(user, "use_auto_refresh", True):
        return {user.frame_current}
    return {place(frame - user.frame_start + 1, length, user.use_cyclic) + user.frame_offset for frame in frames}


def place(index: int, length: int, cyclic: bool) -> int:  # noqa: FBT001 - the user's own switch
    """Which of ``length`` pictures, from 1; 0 stands before the first."""
    if cyclic:
        return (index - 1) % length + 1
    return max(0, min(index, length))
