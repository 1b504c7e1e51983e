"""Simulations that were not baked: what a frame shows depends on the frames rendered before it, in one go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zordon_reads import bake_folders  # type: ignore[import-not-found]

_SWITCHED_BY_NODES = "GeometryNodeSimulationInput"


def unbaked(scene: Any) -> list[str]:
    """Words for each, such as ``Cloth of 'Flag'``."""
    found = [words for owner in scene.objects if not owner.hide_render for words in of_object(owner)]
    world = scene.rigidbody_world
    if world and world.collection and world.enabled and not world.point_cache.is_baked:
        found.append("rigid bodies")
    return found


def of_object(owner: Any) -> Iterator[str]:
    """Those of one object."""
    for system in owner.particle_systems:
        if moves(system) and not system.point_cache.is_baked:
            yield f"particles of {owner.name!r}"
    for modifier in owner.modifiers:
        if modifier.show_render and is_unbaked(modifier):
            yield f"{modifier.type.lower().replace('_', ' ')} of {owner.name!r}"


def moves(system: Any) -> bool:
    """Whether particles are simulated: hair only where it has dynamics."""
    if system.settings.type == "HAIR":
        return bool(system.use_hair_dynamics)
    return bool(system.settings.physics_type != "NO")


def is_unbaked(modifier: Any) -> bool:
    """Whether a modifier simulates and has no baked cache."""
    kind = modifier.type
    if kind in {"CLOTH", "SOFT_BODY"}:
        return not modifier.point_cache.is_baked
    if kind == "FLUID" and modifier.domain_settings:
        return not modifier.domain_settings.has_cache_baked_data
    if kind == "DYNAMIC_PAINT" and modifier.canvas_settings:
        surfaces = modifier.canvas_settings.canvas_surfaces
        return any(surface.is_active and not surface.point_cache.is_baked for surface in surfaces)
    return kind == "NODES" and simulates(modifier.node_group, set()) and not any(bake_folders(modifier))


def simulates(group: Any, seen: set[str]) -> bool:
    """Whether a group of geometry nodes has a simulation zone (4.0 and newer), also inside other groups."""
    if group is None or group.name in seen:
        return False
    seen.add(group.name)
    return any(
        node.bl_idname == _SWITCHED_BY_NODES or simulates(getattr(node, "node_tree", None), seen)
        for node in group.nodes
    )
