"""All scenes of a .blend through blender-asset-tracer, which reads Blender's own description of its structures.

The names of fields are those of Blender's DNA (``DNA_scene_types.h``); numbers of formats and flags were compared with
files written by Blender 3.4 and 4.5. What drivers or Python make of the values, only Blender can tell.
"""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from blender_asset_tracer.blendfile import BlendFile, BlendFileBlock
from blender_asset_tracer.blendfile.exceptions import BlendFileError

from zordon_app.engines.blender.missing import find_missing, whole_path
from zordon_app.engines.blender.tiles import tile_path

_FORMATS = {
    0: "TARGA",
    1: "IRIS",
    4: "JPEG",
    14: "TARGA_RAW",
    15: "AVI_RAW",
    16: "AVI_JPEG",
    17: "PNG",
    20: "BMP",
    21: "HDR",
    22: "TIFF",
    23: "OPEN_EXR",
    24: "FFMPEG",
    26: "CINEON",
    27: "DPX",
    28: "OPEN_EXR_MULTILAYER",
    30: "JPEG2000",
    35: "WEBP",
}
_DEPTHS = {1 << 1: "8", 1 << 2: "10", 1 << 3: "12", 1 << 4: "16", 1 << 6: "32"}
_BORDER_AND_CROP = 0x200 | 0x800
_USE_COMPOSITING = 0x10
_USE_SEQUENCER = 0x01
_CAMERA = 11
_GPU_COMPUTE = 1
_TILED = 6
_FILE_SOURCES = frozenset({1, 2, 3, _TILED})
"""Of images: file, sequence, film, tiles; the others are made inside Blender."""
_WITH_FILES = (b"LI", b"IM", b"VF", b"SO", b"MC", b"CF", b"VO")
"""Data-blocks that name files: libraries, images, fonts, sounds, clips, caches, volumes."""


_T = TypeVar("_T")


class CannotRead(Exception):
    """The tracer does not understand the file."""


class _BlendFile(BlendFile):
    """The tracer leaves the file open when it cannot read it, which on Windows nobody can then replace."""

    def _load_blocks(self) -> None:
        try:
            super()._load_blocks()
        except BaseException:
            self.fileobj.close()
            raise


def read_paths(project: Path) -> list[Path]:
    """The files that a .blend names. Raises CannotRead."""
    return _read(project, lambda blend: [whole_path(path, project.parent) for path in _external_files(blend)])


def read_facts(project: Path) -> dict[str, Any]:
    """``Probe.facts`` of a Blender file: ``scenes``, ``active_scene``, ``missing_files``, ``libraries``, ``complete``.

    Raises:
        CannotRead: damaged, or of a kind the tracer does not know.
    """
    return _read(project, lambda blend: _read_file(blend, project))


def _read(project: Path, what: Callable[[BlendFile], _T]) -> _T:
    try:
        with _BlendFile(project) as blend:
            blend.strict_pointer_mode = False
            return what(blend)
    except (BlendFileError, struct.error, KeyError, ValueError, IndexError, AttributeError, EOFError, OSError) as error:
        raise CannotRead(str(error)) from error


def _read_file(blend: BlendFile, project: Path) -> dict[str, Any]:
    cameras = _find_cameras(blend)
    blocks = blend.find_blocks_from_code(b"SC")
    libraries = [_path_of(block) for block in blend.find_blocks_from_code(b"LI")]
    scenes = [_read_scene(block, cameras, alone=len(blocks) == 1, linked=bool(libraries)) for block in blocks]
    current = blend.find_blocks_from_code(b"GLOB")[0].get_pointer(b"curscene")
    return {
        "active_scene": _name_of(current) if current else "",
        "scenes": scenes,
        "missing_files": find_missing(_external_files(blend), project.parent),
        "libraries": libraries,
        "complete": True,
    }


def _read_scene(block: BlendFileBlock, cameras: dict[int, str], *, alone: bool, linked: bool) -> dict[str, Any]:
    camera = block.get_pointer(b"camera")
    render = _read_render(block)
    return {
        "name": _name_of(block),
        "cameras": sorted(cameras.values() if alone else _cameras_in(block, cameras)),
        "view_layers": [_text(layer, b"name") for layer in _items(block, (b"view_layers", b"first"))],
        "camera": _name_of(camera) if camera else "",
        "marker_cameras": any(_has(marker, b"camera") for marker in _items(block, (b"markers", b"first"))),
        "needs_camera": _needs_camera(block),
        "has_linked_objects": linked,
        **render,
        "samples": _samples(block, render["render_engine"]),
        "uses_gpu": render["render_engine"] == "CYCLES" and _cycles_setting(block, "device") == _GPU_COMPUTE,
    }


def _read_render(block: BlendFileBlock) -> dict[str, Any]:
    def value(*path: bytes) -> Any:
        return block.get((b"r", *path))

    image_format = _FORMATS.get(value(b"im_format", b"imtype"), "UNKNOWN")
    engine = block.get((b"r", b"engine"), as_str=True)
    return {
        "start": value(b"sfra"),
        "end": value(b"efra"),
        "step": value(b"frame_step"),
        "fps": value(b"frs_sec") / (value(b"frs_sec_base") or 1.0),
        "width": value(b"xsch"),
        "height": value(b"ysch"),
        "percentage": value(b"size"),
        "cropped": value(b"mode") & _BORDER_AND_CROP == _BORDER_AND_CROP,
        "render_engine": "EEVEE" if "EEVEE" in engine else engine.replace("BLENDER_", ""),
        "format": image_format,
        "color_depth": _DEPTHS.get(value(b"im_format", b"depth"), ""),
        "is_movie": image_format in {"FFMPEG", "AVI_RAW", "AVI_JPEG"},
    }


def _needs_camera(block: BlendFileBlock) -> bool:
    """Films cut in the sequencer need none, nor do compositions without a rendered layer."""
    flags = block.get((b"r", b"scemode"))
    editing = block.get_pointer(b"ed") if flags & _USE_SEQUENCER else None
    if editing is not None and editing.get((b"seqbase", b"first")):
        return False
    nodes = {_text(node, b"idname") for node in _compositor_nodes(block)} if flags & _USE_COMPOSITING else set()
    return not nodes or "CompositorNodeRLayers" in nodes


def _compositor_nodes(block: BlendFileBlock) -> Iterator[BlendFileBlock]:
    if not block.get(b"use_nodes", default=1):
        return
    # 5.0 made the tree a data-block of its own.
    for field in (b"compositing_node_group", b"nodetree"):
        tree = block.get_pointer(field) if _has_field(block, field) else None
        if tree is not None:
            yield from _items(tree, (b"nodes", b"first"))


def _samples(block: BlendFileBlock, engine: str) -> int | None:
    if engine == "EEVEE":
        found = block.get((b"eevee", b"taa_render_samples"), default=0)
        return int(found) or None
    if engine == "CYCLES":
        return _cycles_setting(block, "samples")
    return None


def _cycles_setting(block: BlendFileBlock, wanted: str) -> int | None:
    """Cycles is an add-on: its settings are custom properties (5.0 moved them); unset ones are not in the file."""
    for field in (b"system_properties", b"properties"):
        if not _has_field(block, (b"id", field)):
            continue
        group = block.get_pointer((b"id", field))
        for item in _items(group, (b"data", b"group", b"first")) if group else ():
            if _text(item, b"name") == "cycles":
                settings = _items(item, (b"data", b"group", b"first"))
                return next((s.get((b"data", b"val")) for s in settings if _text(s, b"name") == wanted), None)
    return None


def _find_cameras(blend: BlendFile) -> dict[int, str]:
    """Old address and name of each camera object."""
    objects = blend.find_blocks_from_code(b"OB")
    return {block.addr_old: _name_of(block) for block in objects if block.get(b"type") == _CAMERA}


def _cameras_in(scene: BlendFileBlock, cameras: dict[int, str]) -> set[str]:
    found: set[str] = set()
    for layer in _items(scene, (b"view_layers", b"first")):
        for base in _items(layer, (b"object_bases", b"first")):
            address = base.get(b"object")
            if address in cameras:
                found.add(cameras[address])
    return found


def _external_files(blend: BlendFile) -> list[str]:
    blocks = [block for code in _WITH_FILES for block in blend.find_blocks_from_code(code)]
    paths = [path for block in blocks if not _is_inside(block) for path in _paths_of(block)]
    return [path for path in paths if path and path != "<builtin>"]


def _is_inside(block: BlendFileBlock) -> bool:
    if block.code == b"IM" and block.get(b"source") not in _FILE_SOURCES:
        return True
    return any(
        _has_field(block, path) and bool(block.get(path)) for path in (b"packedfile", (b"packedfiles", b"first"))
    )


def _paths_of(block: BlendFileBlock) -> list[str]:
    """One path, or those of all tiles. Which numbered pictures are shown, only Blender itself can tell."""
    path = _path_of(block)
    if block.code == b"IM" and block.get(b"source") == _TILED and _has_field(block, (b"tiles", b"first")):
        return [tile_path(path, tile.get(b"tile_number")) for tile in _items(block, (b"tiles", b"first"))]
    return [path]


def _path_of(block: BlendFileBlock) -> str:
    # The field was called name until Blender gave it a better one.
    return _text(block, b"filepath") or _text(block, b"name")


def _name_of(block: BlendFileBlock) -> str:
    name: bytes = block.id_name or b""
    return name[2:].decode("utf-8", "replace")


def _text(block: BlendFileBlock, field: bytes) -> str:
    return str(block.get(field, default=b"", as_str=True) or "") if _has_field(block, field) else ""


def _has(block: BlendFileBlock, field: bytes) -> bool:
    return bool(block.get(field, default=0))


def _has_field(block: BlendFileBlock, path: bytes | tuple[bytes, ...]) -> bool:
    return bool(block.has_field(path[0] if isinstance(path, tuple) else path)) and _reaches(block, path)


def _reaches(block: BlendFileBlock, path: bytes | tuple[bytes, ...]) -> bool:
    try:
        block.get(path)
    except (KeyError, ValueError):
        return False
    return True


def _items(block: BlendFileBlock, first: tuple[bytes, ...]) -> Iterator[BlendFileBlock]:
    """The members of a linked list, each once: a damaged file may hold a ring."""
    seen: set[int] = set()
    item = block.get_pointer(first)
    while item is not None and item.addr_old not in seen:
        seen.add(item.addr_old)
        yield item
        item = item.get_pointer(b"next")
