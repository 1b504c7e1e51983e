from typing import Any

import pytest

from zordon_app.domain.jobs import JobPlan
from zordon_app.domain.messages import JobRequest
from zordon_app.engines.base import Build, Probe
from zordon_app.engines.blender.plan import make_plan
from zordon_app.errors import BadRequest

BUILD = Build(engine="blender", version="4.5.15", command=("blender",), origin="system")
SCENE: dict[str, Any] = {
    "name": "Scene",
    "cameras": ["Camera", "Side"],
    "view_layers": ["ViewLayer"],
    "camera": "Camera",
    "marker_cameras": False,
    "needs_camera": True,
    "start": 1,
    "end": 5,
    "step": 1,
    "fps": 24.0,
    "width": 161,
    "height": 91,
    "percentage": 50,
    "cropped": False,
    "render_engine": "CYCLES",
    "samples": 4,
    "format": "PNG",
    "color_depth": "8",
}


def probe(*scenes: dict[str, Any], **other: Any) -> Probe:
    known = list(scenes or (SCENE,))
    facts = {"scenes": known, "active_scene": known[0]["name"], "complete": True}
    return Probe(engine="blender", project="/p/shot.blend", saved_with="4.5", facts=facts, **other)


def plan(request: JobRequest, found: Probe | None = None, build: Build = BUILD) -> JobPlan:
    return make_plan(request, found or probe(), build, title="shot")


def numbers(made: JobPlan) -> list[int]:
    return [unit.number for unit in made.units]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (JobRequest(), [1, 2, 3, 4, 5]),
        (JobRequest(frames="1-10x3,15"), [1, 4, 7, 10, 15]),
        (JobRequest(start_frame=4), [4, 5]),
        (JobRequest(end_frame=2), [1, 2]),
        (JobRequest(start_frame=8, end_frame=9), [8, 9]),
        (JobRequest(start_frame=7, end_frame=7), [7]),
    ],
)
def test_frames(request_: JobRequest, expected: list[int]) -> None:
    made = plan(request_)
    assert numbers(made) == expected
    assert all(unit.first == unit.last == unit.number for unit in made.units)


def test_step_of_the_scene() -> None:
    made = plan(JobRequest(), probe(SCENE | {"step": 2}))
    assert numbers(made) == [1, 3, 5]
    assert any("step of 2" in warning for warning in made.warnings)


def test_names_of_files() -> None:
    made = plan(JobRequest(frames="-5--4,7,12345", args={"format": "JPEG"}))
    assert [unit.file for unit in made.units] == [
        "shot_-0005.jpg",
        "shot_-0004.jpg",
        "shot_0007.jpg",
        "shot_12345.jpg",
    ]


@pytest.mark.parametrize(
    "request_",
    [
        JobRequest(start_frame=5, end_frame=1),
        JobRequest(start_frame=9),
        JobRequest(frames="1-9999999"),
        JobRequest(start_frame=-1_000_000, end_frame=1_000_000),
    ],
)
def test_backwards_and_huge_ranges(request_: JobRequest) -> None:
    with pytest.raises(BadRequest):
        plan(request_)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({}, (80, 45)),
        ({"resolution_percentage": 100}, (161, 91)),
        ({"resolution_x": 33, "resolution_y": 21}, (16, 10)),
        ({"resolution_x": 64, "resolution_y": 36, "resolution_percentage": 25}, (16, 9)),
    ],
)
def test_size_as_blender_rounds_it(args: dict[str, Any], expected: tuple[int, int]) -> None:
    unit = plan(JobRequest(args=args)).units[0]
    assert (unit.expected.width, unit.expected.height) == expected


def test_size_of_a_cropped_scene_is_not_foretold() -> None:
    unit = plan(JobRequest(), probe(SCENE | {"cropped": True})).units[0]
    assert (unit.expected.width, unit.expected.height) == (0, 0)


@pytest.mark.parametrize(
    ("name", "extension", "word"),
    [
        ("PNG", "png", "png"),
        ("JPEG", "jpg", "jpeg"),
        ("OPEN_EXR", "exr", "openexr"),
        ("OPEN_EXR_MULTILAYER", "exr", "openexr"),
        ("TIFF", "tif", "tiff"),
        ("TARGA", "tga", "targa"),
    ],
)
def test_formats(name: str, extension: str, word: str) -> None:
    made = plan(JobRequest(args={"format": name}))
    assert made.units[0].file == f"shot_0001.{extension}"
    assert made.units[0].expected.format == word
    assert made.facts["settings"]["format"] == name


@pytest.mark.parametrize("own", ["FFMPEG", "AVI_JPEG", "CINEON"])
def test_films_and_unknown_formats_become_png(own: str) -> None:
    made = plan(JobRequest(), probe(SCENE | {"format": own}))
    assert made.units[0].expected.format == "png"
    assert any("PNG frames instead" in warning for warning in made.warnings)


def test_depth_must_fit_the_format() -> None:
    assert plan(JobRequest(args={"format": "TIFF", "color_depth": "16"})).facts["settings"]["color_depth"] == "16"
    with pytest.raises(BadRequest, match="8 or 16"):
        plan(JobRequest(args={"format": "PNG", "color_depth": "32"}))


@pytest.mark.parametrize(
    ("args", "names"),
    [({"scene": "Nope"}, "'Scene'"), ({"camera": "Nope"}, "'Camera', 'Side'"), ({"view_layer": "Nope"}, "'ViewLayer'")],
)
def test_unknown_names_are_answered_with_the_known(args: dict[str, Any], names: str) -> None:
    with pytest.raises(BadRequest, match=names):
        plan(JobRequest(args=args))


def test_other_scene_has_its_own_range() -> None:
    made = plan(JobRequest(args={"scene": "Second"}), probe(SCENE, SCENE | {"name": "Second", "start": 8, "end": 9}))
    assert numbers(made) == [8, 9]
    assert made.facts["settings"]["scene"] == "Second"


def test_no_camera() -> None:
    with pytest.raises(BadRequest, match="no camera"):
        plan(JobRequest(), probe(SCENE | {"camera": "", "cameras": []}))
    with pytest.raises(BadRequest, match="Choose one: 'Side'"):
        plan(JobRequest(), probe(SCENE | {"camera": "", "cameras": ["Side"]}))


@pytest.mark.parametrize("change", [{"marker_cameras": True}, {"needs_camera": False}, {"has_linked_objects": True}])
def test_scenes_that_do_without_a_camera_of_their_own(change: dict[str, Any]) -> None:
    assert plan(JobRequest(), probe(SCENE | {"camera": "", "cameras": []} | change)).units


def test_chosen_camera_makes_up_for_none() -> None:
    made = plan(JobRequest(args={"camera": "Side"}), probe(SCENE | {"camera": ""}))
    assert made.facts["settings"]["camera"] == "Side"


def test_header_alone_is_enough() -> None:
    facts = {"scenes": [{"name": "Scene", "start": 1, "end": 2}], "active_scene": "Scene", "complete": False}
    found = Probe(engine="blender", project="/p/shot.blend", facts=facts)
    made = plan(JobRequest(args={"scene": "Other", "camera": "Any"}, frames="3"), found)
    assert made.units[0].expected.width == 0
    assert plan(JobRequest(), found).units[0].file == "shot_0001.png"


def test_nothing_known_asks_for_a_range() -> None:
    found = Probe(engine="blender", project="/p/shot.blend", facts={"scenes": [], "complete": False})
    with pytest.raises(BadRequest, match="give start_frame and end_frame"):
        plan(JobRequest(), found)


def test_missing_files_are_warned_of() -> None:
    made = plan(JobRequest(), probe(missing_files=[f"//{number}.png" for number in range(7)]))
    assert any("//4.png and 2 more" in warning for warning in made.warnings)


def test_raw_arguments_need_a_program() -> None:
    module = Build(engine="blender", version="4.5.15", command=("python",), origin="bpy")
    with pytest.raises(BadRequest, match="bpy"):
        plan(JobRequest(args={"raw": "--verbose 1"}), build=module)


def test_fps_goes_along() -> None:
    assert plan(JobRequest()).fps == pytest.approx(24.0)


@pytest.mark.parametrize(("engine", "warned"), [("CYCLES", False), ("EEVEE", True), ("WORKBENCH", True)])
def test_denoising_is_for_cycles_and_others_are_told(engine: str, warned: bool) -> None:
    made = plan(JobRequest(args={"denoise": True, "render_engine": engine}))
    assert made.facts["settings"]["denoise"] is True
    assert any("Only Cycles denoises" in warning for warning in made.warnings) is warned


def test_without_a_word_denoising_stays_as_the_file_has_it() -> None:
    assert "denoise" not in plan(JobRequest()).facts["settings"]
