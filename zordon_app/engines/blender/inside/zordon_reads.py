"""Every file that the open project reads, as Blender itself resolves it.

``bpy.utils.blend_paths`` names one file of each data-block; what stands for many (tiles, numbered pictures, folders of
caches) is spelled out here, kind by kind. What no kind knows is taken from ``blend_paths`` as it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import bpy
from zordon_pictures import tiles, used_pictures  # type: ignore[import-not-found]
from zordon_sequences import gaps_of, siblings_of, whole  # type: ignore[import-not-found]


class Read:
    """Files behind one stored path: ``found`` are there (absolute), ``missing`` are not (as they are stored)."""

    def __init__(self, item: Any, stored: str, names: Iterable[str] | None = None) -> None:
        """``names`` are the stored paths that the one stands for; None: only itself."""
        library = getattr(item, "library", None)
        self.blend = bpy.path.abspath(library.filepath) if library else bpy.data.filepath
        self.is_absolute = not stored.startswith("//")
        self.stored = stored
        self.found: list[str] = []
        self.missing: list[str] = []
        for name in [stored] if names is None else names:
            path = whole(item, name)
            if os.path.isdir(path):
                self.found += files_below(path)
            elif os.path.exists(path):
                self.found.append(path)
            else:
                self.missing.append(name)


def all_reads(frames: range) -> list[Read]:
    """What the project reads while ``frames`` are rendered."""
    reads = [read for kind in KINDS for read in kind(frames) if read.stored]
    known = {path for read in reads for path in [*read.found, *(os.path.abspath(name) for name in read.missing)]}
    known |= {os.path.normpath(path) for path in not_read()}
    missing = {os.path.basename(name) for read in reads for name in read.missing}
    rest = [os.path.normpath(path) for path in bpy.utils.blend_paths(absolute=True, packed=False, local=False)]
    left = [path for path in rest if path not in known and os.path.basename(path) not in missing]
    return reads + [Read(None, path) for path in left if os.path.isfile(path)]


def missing_files(frames: range) -> list[str]:
    """Stored paths of what is not there, sorted."""
    return sorted({name for read in all_reads(frames) for name in read.missing})


def images(frames: range) -> Iterator[Read]:
    """Textures, tiles, numbered pictures, films."""
    for image in bpy.data.images:
        if image.source not in {"FILE", "SEQUENCE", "MOVIE", "TILED"} or not image.filepath or is_packed(image):
            continue
        if image.source == "TILED":
            yield Read(image, image.filepath, tiles(image))
        elif image.source == "SEQUENCE":
            yield Read(image, image.filepath, used_pictures(image, frames))
        else:
            yield Read(image, image.filepath)


def single_files(_frames: range) -> Iterator[Read]:
    """Libraries, fonts and sounds."""
    for library in bpy.data.libraries:
        if not is_packed(library):
            # What another library links has a path from the open file all the same.
            yield Read(None, library.filepath)
    for group in (bpy.data.fonts, bpy.data.sounds):
        for item in group:
            if item.filepath and item.filepath != "<builtin>" and not is_packed(item):
                yield Read(item, item.filepath)


def numbered_files(_frames: range) -> Iterator[Read]:
    """Film clips, geometry caches and volumes: one file, or numbered ones."""
    for clip in bpy.data.movieclips:
        yield series(clip, clip.filepath, is_series=clip.source == "SEQUENCE")
    for cache in bpy.data.cache_files:
        yield series(cache, cache.filepath, is_series=cache.is_sequence)
        for layer in getattr(cache, "layers", ()):
            yield Read(cache, layer.filepath)
    for volume in getattr(bpy.data, "volumes", ()):
        if not is_packed(volume):
            yield series(volume, volume.filepath, is_series=volume.is_sequence)


def series(item: Any, stored: str, *, is_series: bool) -> Read:
    """One file, or all that are numbered alike and what lacks between them."""
    if not is_series:
        return Read(item, stored)
    return Read(item, stored, [stored, *siblings_of(item, stored), *gaps_of(item, stored)])


def strips(_frames: range) -> Iterator[Read]:
    """Pictures and films of the sequencer (its sounds are data-blocks)."""
    for scene in bpy.data.scenes:
        for strip in sequencer_strips(scene):
            if strip.type == "IMAGE" and not strip.mute:
                folder = strip.directory if strip.directory.endswith(("/", "\\")) else strip.directory + "/"
                yield Read(scene, folder, [folder + element.filename for element in strip.elements])
            elif strip.type == "MOVIE" and not strip.mute:
                yield Read(scene, strip.filepath)


def sequencer_strips(scene: Any) -> Any:
    """All strips that are rendered; 4.4 gave them their name, before they were sequences."""
    editor = scene.sequence_editor if scene.render.use_sequencer else None
    return getattr(editor, "strips_all", None) or getattr(editor, "sequences_all", None) or ()


def modifiers(_frames: range) -> Iterator[Read]:
    """Caches of simulations and what modifiers read."""
    for owner in bpy.data.objects:
        for cache in point_caches(owner):
            folder = cache_folder(owner, cache)
            if folder:
                yield Read(owner, folder)
        for modifier in owner.modifiers:
            for stored in modifier_paths(modifier):
                yield Read(owner, stored)


def modifier_paths(modifier: Any) -> Iterator[str]:
    """Files and folders that one modifier reads."""
    kind = modifier.type
    if (
        kind == "MESH_CACHE"
        or (kind == "MULTIRES" and modifier.is_external)
        or (kind == "OCEAN" and modifier.is_cached)
    ):
        yield modifier.filepath
    elif kind == "FLUID" and modifier.domain_settings:
        settings = modifier.domain_settings
        is_baked = settings.has_cache_baked_any or settings.has_cache_baked_data
        if is_baked or os.path.isdir(whole(modifier.id_data, settings.cache_directory)):
            yield settings.cache_directory
    elif kind == "NODES":
        yield from bake_folders(modifier)


def bake_folders(modifier: Any) -> Iterator[str]:
    """Folders of baked geometry nodes (4.0 and newer), where there are some."""
    shared = getattr(modifier, "bake_directory", "") or getattr(modifier, "simulation_bake_directory", "")
    own = [bake.directory for bake in getattr(modifier, "bakes", ()) if getattr(bake, "use_custom_path", False)]
    for stored in [shared, *own]:
        if stored and os.path.isdir(whole(modifier.id_data, stored)):
            yield stored


def point_caches(owner: Any) -> Iterator[Any]:
    """The caches of an object's simulations."""
    for system in owner.particle_systems:
        yield system.point_cache
    for modifier in owner.modifiers:
        if modifier.type in {"CLOTH", "SOFT_BODY"}:
            yield modifier.point_cache
        elif modifier.type == "DYNAMIC_PAINT" and modifier.canvas_settings:
            for surface in modifier.canvas_settings.canvas_surfaces:
                yield surface.point_cache


def cache_folder(owner: Any, cache: Any) -> str:
    """Where a cache on disk lies: beside the .blend under its name, or where it was imported from; empty: in memory."""
    if cache.use_external:
        return str(cache.filepath)
    if not cache.use_disk_cache or not cache.is_baked:
        return ""
    blend = bpy.path.abspath(owner.library.filepath) if owner.library else bpy.data.filepath
    return "//blendcache_" + Path(blend).stem


def shaders(_frames: range) -> Iterator[Read]:
    """OSL scripts and IES lamps that lie beside the project."""
    owners = [*bpy.data.materials, *bpy.data.worlds, *bpy.data.lights]
    trees = [owner.node_tree for owner in owners if getattr(owner, "node_tree", None)]
    for tree in [*trees, *bpy.data.node_groups]:
        for node in tree.nodes:
            if node.type in {"SCRIPT", "TEX_IES"} and node.mode == "EXTERNAL" and node.filepath:
                yield Read(tree, node.filepath)


KINDS = (images, single_files, numbered_files, strips, modifiers, shaders)


def is_packed(item: Any) -> bool:
    """Whether the file is inside the .blend."""
    return bool(getattr(item, "packed_file", None)) or bool(len(getattr(item, "packed_files", ())))


def not_read() -> list[str]:
    """Paths that data-blocks name and that no picture needs: texts are in the .blend, brushes have icons.

    Images are among them: those of other sources keep the name of a file that was never written.
    """
    texts = [bpy.path.abspath(text.filepath, library=text.library) for text in bpy.data.texts]
    icons = [bpy.path.abspath(getattr(brush, "icon_filepath", "")) for brush in bpy.data.brushes]
    return texts + icons + [bpy.path.abspath(image.filepath, library=image.library) for image in bpy.data.images]


def files_below(folder: str) -> list[str]:
    """Every file of a folder."""
    return [os.path.join(root, name) for root, _, names in os.walk(folder) for name in names]
