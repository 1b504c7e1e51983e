"""From a request and a look into the file to the frames of a job: pure."""

from collections.abc import Sequence
from typing import Any

from zordon_app.domain.frames import MAX_FRAMES, parse_frames
from zordon_app.domain.jobs import Expected, JobPlan, UnitKind, UnitSpec
from zordon_app.domain.messages import JobRequest
from zordon_app.engines.base import Build, Probe
from zordon_app.engines.blender.arguments import DEPTHS_OF_FORMATS, EXTENSIONS_OF_FORMATS, OIIO_NAMES, RENDER_ENGINES
from zordon_app.errors import BadRequest

_FILM_FORMATS = frozenset({"FFMPEG", "AVI_RAW", "AVI_JPEG", "H264", "XVID", "THEORA", "AV1"})
_COPIED = (
    *("camera", "view_layer", "render_engine", "samples", "denoise"),
    *("resolution_percentage", "resolution_x", "resolution_y"),
)


def make_plan(request: JobRequest, probe: Probe, build: Build, *, title: str) -> JobPlan:
    """One unit per frame, each with the file it must give.

    ``facts`` of the plan has ``settings`` (what the session applies to the file) and ``scene`` (the scene as probed).

    Raises:
        BadRequest: the request does not fit the project or the build.
    """
    args = request.args
    if args.get("raw") and build.origin == "bpy":
        raise BadRequest(
            "Raw arguments need a Blender program; this build is the bpy module, which takes none.",
            code="raw_needs_program",
        )
    scene = find_scene(probe, args.get("scene"))
    _check_names(scene, args)
    _check_engine(scene, args)
    warnings: list[str] = list(probe.warnings)
    frames = choose_frames(request, scene, warnings)
    settings = _make_settings(args, scene, warnings) | _as_saved(probe)
    _warn_of_missing_files(probe, warnings)
    return JobPlan(
        units=_make_units(frames, settings["format"], _expected_size(scene, args), title),
        fps=float(scene.get("fps") or 0.0),
        warnings=tuple(warnings),
        facts={"settings": settings, "scene": scene},
    )


def find_scene(probe: Probe, name: str | None) -> dict[str, Any]:
    """The scene called ``name`` as the probe saw it, else the active one; empty but for its name when little is known.

    Raises:
        BadRequest: all scenes are known and it is not among them.
    """
    scenes: Sequence[dict[str, Any]] = probe.facts.get("scenes") or []
    wanted = name or probe.facts.get("active_scene") or ""
    for scene in scenes:
        if scene.get("name") == wanted:
            return dict(scene)
    if name and scenes and probe.facts.get("complete", True):
        raise BadRequest(
            "The project has no scene {name!r}. It has: {known}.",
            code="no_scene",
            name=name[:60],
            known=_listed(s["name"] for s in scenes),
        )
    if name or not scenes:
        return {"name": wanted}
    return dict(scenes[0])


def choose_frames(request: JobRequest, scene: dict[str, Any], warnings: list[str]) -> list[int]:
    """The frames asked for, else from the scene's range with its step; ascending.

    Raises:
        BadRequest: backwards, too many, or nothing says which.
    """
    if request.frames:
        return parse_frames(request.frames)
    start = request.start_frame if request.start_frame is not None else scene.get("start")
    end = request.end_frame if request.end_frame is not None else scene.get("end")
    if start is None or end is None:
        raise BadRequest(
            "The file does not tell its frame range; give start_frame and end_frame.", code="frames_unknown"
        )
    if end < start:
        raise BadRequest(
            "The frame range runs backwards: {start} is after {end}.", code="frames_backwards", start=start, end=end
        )
    step = max(1, int(scene.get("step") or 1))
    if (end - start) // step >= MAX_FRAMES:
        raise BadRequest(
            "The frame range has more than {count:,} frames. Split the job into several.",
            code="frames_many",
            count=MAX_FRAMES,
        )
    if step > 1:
        warnings.append(f"The scene has a frame step of {step}; frames in between are not rendered.")
    return list(range(start, end + 1, step))


def file_name(title: str, frame: int, image_format: str) -> str:
    """``shot_0012.png``; as Blender does, four digits, and a minus sign before them for frames below 0."""
    number = f"-{-frame:04d}" if frame < 0 else f"{frame:04d}"
    return f"{title}_{number}.{EXTENSIONS_OF_FORMATS[image_format]}"


def _check_names(scene: dict[str, Any], args: dict[str, Any]) -> None:
    known: Sequence[str] | None = scene.get("cameras")
    camera = args.get("camera")
    if camera and known and camera not in known and not scene.get("has_linked_objects"):
        raise BadRequest(
            "The scene {scene!r} has no camera {name!r}. It has: {known}.",
            code="no_camera",
            scene=scene["name"],
            name=camera[:60],
            known=_listed(known),
        )
    layers: Sequence[str] | None = scene.get("view_layers")
    layer = args.get("view_layer")
    if layer and layers and layer not in layers:
        raise BadRequest(
            "The scene {scene!r} has no view layer {name!r}. It has: {known}.",
            code="no_layer",
            scene=scene["name"],
            name=layer[:60],
            known=_listed(layers),
        )
    if _lacks_camera(scene, camera):
        if known:
            choose = "The scene {scene!r} has no camera to render with. Choose one: {known}."
            raise BadRequest(choose, code="choose_camera", scene=scene["name"], known=_listed(known))
        none = "The scene {scene!r} has no camera to render with. Add one, or choose a scene that has one."
        raise BadRequest(none, code="camera_missing", scene=scene["name"])


def _check_engine(scene: dict[str, Any], args: dict[str, Any]) -> None:
    """What an add-on renders would be rendered by EEVEE, without a word from Blender."""
    engine = scene.get("render_engine")
    if engine and engine not in RENDER_ENGINES and not args.get("render_engine"):
        raise BadRequest(
            "The scene {scene!r} is set to the render engine {engine}, which is no part of Blender: it belongs to an "
            "add-on, and add-ons do not travel with a job yet. Choose another with render_engine: {known}.",
            code="foreign_engine",
            scene=scene["name"],
            engine=str(engine)[:60],
            known=", ".join(RENDER_ENGINES),
        )


def _as_saved(probe: Probe) -> dict[str, Any]:
    """What sessions compare with what Blender has set after loading: engines by scene, and what is known to lack."""
    scenes: Sequence[dict[str, Any]] = probe.facts.get("scenes") or []
    engines = {scene["name"]: scene["render_engine"] for scene in scenes if scene.get("render_engine")}
    return {"engines": engines, "known_missing": list(probe.missing_files)}


def _lacks_camera(scene: dict[str, Any], chosen: str | None) -> bool:
    if "camera" not in scene or not scene.get("needs_camera", True) or scene.get("has_linked_objects"):
        return False
    if chosen:
        return not scene.get("cameras")
    return not scene["camera"] and not scene.get("marker_cameras")


def _make_settings(args: dict[str, Any], scene: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
    image_format = _choose_format(args, scene, warnings)
    depth = args.get("color_depth")
    allowed = DEPTHS_OF_FORMATS.get(image_format, ("8",))
    if depth and depth not in allowed:
        raise BadRequest(
            "{format} has no colour depth of {depth} bit; it has {known}.",
            code="no_depth",
            format=image_format,
            depth=depth,
            known=" or ".join(allowed),
        )
    engine = args.get("render_engine") or scene.get("render_engine")
    if args.get("samples") and engine == "WORKBENCH":
        warnings.append("Samples mean nothing to Workbench; they are left out.")
    if scene.get("uses_gpu") and engine == "CYCLES" and "device" not in args:
        warnings.append(
            "The scene asks for GPU Compute; this job renders on processors, since no device was chosen for it "
            "(device: CUDA, OPTIX, HIP, ONEAPI or METAL)."
        )
    if args.get("denoise") and engine in {"WORKBENCH", "EEVEE"}:
        warnings.append("Only Cycles denoises; this job renders without.")
    settings = {name: args[name] for name in _COPIED if name in args}
    return settings | {
        "scene": scene.get("name", ""),
        "format": image_format,
        "color_depth": depth if image_format in DEPTHS_OF_FORMATS else None,
        "device": args.get("device", "CPU"),
        "allow_scripts": bool(args.get("allow_scripts")),
    }


def _choose_format(args: dict[str, Any], scene: dict[str, Any], warnings: list[str]) -> str:
    own = str(scene.get("format") or "PNG")
    chosen = str(args.get("format") or own)
    if chosen in EXTENSIONS_OF_FORMATS:
        return chosen
    if own in _FILM_FORMATS:
        warnings.append("The file is set to write a film; Zordon renders PNG frames instead, which machines can share.")
    else:
        warnings.append(f"The file is set to write {own}, which Zordon cannot check; it renders PNG frames instead.")
    return "PNG"


def _expected_size(scene: dict[str, Any], args: dict[str, Any]) -> tuple[int, int]:
    """Size in pixels as Blender rounds it (``BKE_render_resolution``: whole numbers, cut off); 0 when unknown."""
    percentage = args.get("resolution_percentage") or scene.get("percentage")
    width = args.get("resolution_x") or scene.get("width")
    height = args.get("resolution_y") or scene.get("height")
    if not percentage or not width or not height or scene.get("cropped"):
        return 0, 0
    return int(width) * int(percentage) // 100, int(height) * int(percentage) // 100


def _make_units(frames: list[int], image_format: str, size: tuple[int, int], title: str) -> tuple[UnitSpec, ...]:
    expected = Expected(format=OIIO_NAMES[image_format], width=size[0], height=size[1])
    return tuple(
        UnitSpec(
            number=frame,
            kind=UnitKind.FRAME,
            first=frame,
            last=frame,
            file=file_name(title, frame, image_format),
            expected=expected,
        )
        for frame in frames
    )


def _warn_of_missing_files(probe: Probe, warnings: list[str]) -> None:
    missing = probe.missing_files
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        warnings.append(f"Files that the project uses are missing: {', '.join(missing[:5])}{more}.")


def _listed(names: Any) -> str:
    found = [repr(str(name)) for name in names]
    return ", ".join(found[:20]) + (" …" if len(found) > 20 else "") if found else "none"
