"""Sessions of real Blenders: what they render, and what they say when they cannot."""

import json
from pathlib import Path
from typing import Any

import msgspec
import OpenImageIO
import pytest

from tests.fakes.matrix import thorough
from zordon_app.domain.messages import JobRequest
from zordon_app.engines.base import EventKind
from zordon_app.errors import BadRequest

pytestmark = pytest.mark.engines


def request(frames: str = "1", **args: Any) -> JobRequest:
    return JobRequest(frames=frames, args=args)


def test_cycles_in_two_chunks(studio: Any) -> None:
    result = studio.render(studio.scenes / "main.blend", request("1-3", resolution_percentage=50), chunks=2)
    result.check_files()
    assert (result.plan.units[0].expected.width, result.plan.units[0].expected.height) == (32, 18)
    assert result.status == 0
    assert result.units(EventKind.UNIT_STARTED) == [1, 2, 3]
    assert result.units(EventKind.ARTIFACT) == [1, 2, 3]
    assert [event.facts["rendered"] for event in result.of(EventKind.CHUNK_ENDED)] == [[1, 2], [3]]
    assert not (studio.scenes / "must-not-be-written").exists()


def test_progress_inside_a_frame(studio: Any) -> None:
    result = studio.render(studio.scenes / "main.blend", request(samples=4))
    fractions = [event.fraction for event in result.of(EventKind.PROGRESS) if event.unit == 1]
    assert fractions[-1] == 1.0
    assert any(0 < fraction < 1 for fraction in fractions)


def test_range_and_step_of_the_scene(studio: Any) -> None:
    result = studio.render(studio.scenes / "packed.blend", JobRequest())
    result.check_files()
    assert result.files() == ["shot_0001.png", "shot_0003.png", "shot_0005.png"]


def test_list_of_frames_some_below_zero(studio: Any) -> None:
    result = studio.render(studio.scenes / "main.blend", request("-3,0,2-6x2,9"))
    result.check_files()
    assert result.units(EventKind.ARTIFACT) == [-3, 0, 2, 4, 6, 9]


def test_ready_tells_what_will_be_rendered(studio: Any) -> None:
    result = studio.render(studio.scenes / "main.blend", request(samples=2, camera="Side"))
    facts = result.of(EventKind.READY)[0].facts
    assert facts["blender"] == studio.build.version
    scene = facts["scene"]
    assert (scene["camera"], scene["samples"], scene["render_engine"]) == ("Side", 2, "CYCLES")
    assert (scene["width"], scene["height"]) == (65, 37)


def roughness(path: Path) -> float:
    """How much neighbours differ, of 0–1."""
    pixels = OpenImageIO.ImageBuf(str(path)).get_pixels("float")[:, :, :3]
    return float(abs(pixels[:, 1:] - pixels[:, :-1]).mean())


def test_denoising_makes_a_frame_smooth_or_the_build_says_that_it_cannot(studio: Any, tmp_path: Path) -> None:
    rough = {}
    for denoise in (False, True):
        folder = tmp_path / f"denoise-{denoise}"
        result = studio.render(studio.scenes / "noisy.blend", request(samples=1, denoise=denoise), folder=folder)
        result.check_files()
        rough[denoise] = roughness(folder / result.plan.units[0].file)
    if studio.build.version.startswith("3.4"):
        assert "has no denoiser" in result.messages(EventKind.WARNING)
    else:
        assert rough[True] < 0.75 * rough[False]


@pytest.mark.parametrize("threads", [1, *thorough(2, 5)])
def test_the_limit_of_threads_arrives(studio: Any, threads: int) -> None:
    result = studio.render(studio.scenes / "main.blend", request(), threads=threads)
    result.check_files()
    assert result.of(EventKind.READY)[0].facts["threads"] == threads


@pytest.mark.parametrize(
    ("name", "depth"),
    [("JPEG", None), ("TIFF", "16"), ("OPEN_EXR", "16"), ("OPEN_EXR_MULTILAYER", "32"), ("TARGA", None), ("BMP", None)],
)
def test_formats_decode_with_the_planned_size(studio: Any, name: str, depth: str | None) -> None:
    args = {"format": name, "resolution_x": 48, "resolution_y": 27} | ({"color_depth": depth} if depth else {})
    result = studio.render(studio.scenes / "main.blend", request("1", **args))
    result.check_files()
    spec = OpenImageIO.ImageBuf(str(result.folder / result.plan.units[0].file)).spec()
    if depth:
        assert str(spec.format) == {"TIFF": "uint16", "OPEN_EXR": "half"}.get(name, "float")
    if name == "OPEN_EXR_MULTILAYER":
        assert any("Combined" in channel for channel in spec.channelnames)


def test_sixteen_bit_png_and_webp(studio: Any) -> None:
    result = studio.render(studio.scenes / "main.blend", request(format="PNG", color_depth="16"))
    assert str(OpenImageIO.ImageBuf(str(result.folder / "shot_0001.png")).spec().format) == "uint16"
    result = studio.render(studio.scenes / "main.blend", request(format="WEBP"), folder=studio.tmp / "webp")
    result.check_files()


def test_other_scene_in_workbench(studio: Any) -> None:
    result = studio.render(studio.scenes / "main.blend", JobRequest(args={"scene": "Other"}))
    result.check_files()
    assert result.files() == ["shot_0008.png", "shot_0009.png"]
    assert (result.plan.units[0].expected.width, result.plan.units[0].expected.height) == (80, 46)


@pytest.mark.parametrize("build", ["program"], indirect=True)
def test_eevee_under_its_name_in_this_version(studio: Any) -> None:
    """Newer EEVEE takes too long without a graphics device; one version shows the mapping."""
    result = studio.render(studio.scenes / "main.blend", request(render_engine="EEVEE", samples=1, resolution_x=32))
    result.check_files()
    assert result.of(EventKind.READY)[0].facts["scene"]["render_engine"] == "EEVEE"


def test_another_camera_gives_another_picture(studio: Any) -> None:
    pictures = []
    for camera in ("Camera", "Side"):
        folder = studio.tmp / camera
        studio.render(studio.scenes / "main.blend", request(camera=camera, render_engine="WORKBENCH"), folder=folder)
        pictures.append(OpenImageIO.ImageBuf(str(folder / "shot_0001.png")))
    assert OpenImageIO.ImageBufAlgo.compare(*pictures, 0.01, 0.01).nfail > 0


def test_chosen_view_layer_alone(studio: Any) -> None:
    args = {"view_layer": "Second layer", "format": "OPEN_EXR_MULTILAYER"}
    result = studio.render(studio.scenes / "main.blend", request("1", **args))
    names = OpenImageIO.ImageBuf(str(result.folder / "shot_0001.exr")).spec().channelnames
    assert any(name.startswith("Second layer.") for name in names)
    assert not any(name.startswith("ViewLayer.") for name in names)


def test_missing_texture_is_warned_of(studio: Any) -> None:
    result = studio.render(studio.scenes / "missing.blend")
    result.check_files()
    assert any("gone.png" in text for text in result.plan.warnings)
    assert "gone.png" not in result.messages(EventKind.WARNING)
    assert studio.engine.look(studio.scenes / "missing.blend").missing_files == ["//textures/gone.png"]


def test_scene_without_a_camera(studio: Any) -> None:
    project = studio.scenes / "main.blend"
    with pytest.raises(BadRequest, match="'Bare' has no camera"):
        studio.plan(project, request(scene="Bare"))
    plan = studio.plan(project, request())
    blind = plan.facts | {"settings": plan.facts["settings"] | {"scene": "Bare"}}
    result = studio.render(project, plan=msgspec.structs.replace(plan, facts=blind))
    assert result.status != 0
    assert "no camera" in result.messages(EventKind.SESSION_FAILED)
    assert "no camera" in studio.engine.explain(result.lines, result.status)


def test_truncated_file(studio: Any) -> None:
    for name in ("main.blend", "packed.blend"):
        project = studio.scenes / name
        whole = project.read_bytes()
        plan = studio.plan(project, request())
        project.write_bytes(whole[: len(whole) * 2 // 3])
        with pytest.raises(BadRequest, match="cut off"):
            studio.engine.look(project)
        result = studio.render(project, plan=plan)
        assert result.status != 0
        assert result.messages(EventKind.SESSION_FAILED)
        assert result.files() == []


def test_scripts_of_the_project_do_not_run(studio: Any) -> None:
    result = studio.render(studio.scenes / "scripts.blend", request())
    result.check_files()
    assert not (studio.scenes / "canary").exists()
    assert "scripts that were not run" in result.messages(EventKind.WARNING)


def test_scripts_of_the_project_run_when_allowed(studio: Any) -> None:
    result = studio.render(studio.scenes / "scripts.blend", request(allow_scripts=True))
    result.check_files()
    assert (studio.scenes / "canary").exists()


def test_bad_frame_does_not_stop_the_others(studio: Any) -> None:
    folder = studio.tmp / "attempt"
    # A folder where Blender wants to write its file makes that frame fail.
    (folder / "zordon_frame_0002.png").mkdir(parents=True)
    result = studio.render(studio.scenes / "main.blend", request("1-4"), folder=folder)
    assert result.units(EventKind.ARTIFACT) == [1, 3, 4]
    assert result.units(EventKind.UNIT_FAILED) == [2]
    assert result.messages(EventKind.UNIT_FAILED)
    assert result.status == 0


def test_folder_of_any_name(studio: Any) -> None:
    folder = studio.tmp / "mit Ümläut {blend_name} ####"
    studio.render(studio.scenes / "main.blend", request("-1,1-2"), folder=folder).check_files()


def test_project_of_any_name(studio: Any) -> None:
    project = studio.scenes / "-b Schöne 'Szene' #1.blend"
    (studio.scenes / "main.blend").rename(project)
    studio.render(project, request("1")).check_files()


def test_session_ends_with_its_input(studio: Any) -> None:
    project = studio.scenes / "main.blend"
    plan = studio.plan(project, request())
    result = studio.render(project, plan=msgspec.structs.replace(plan, units=()))
    assert result.status == 0
    assert result.of(EventKind.READY)
    assert result.files() == []


def test_scratch_alone_is_written(studio: Any) -> None:
    before = {path: path.read_bytes() for path in studio.scenes.rglob("*") if path.is_file()}
    studio.render(studio.scenes / "main.blend", request())
    assert {path: path.read_bytes() for path in studio.scenes.rglob("*") if path.is_file()} == before


def test_chunk_names_are_those_of_the_plan(studio: Any) -> None:
    result = studio.render(studio.scenes / "main.blend", request("1"))
    assert [event.file for event in result.of(EventKind.ARTIFACT)] == ["shot_0001.png"]
    assert json.dumps(result.of(EventKind.ARTIFACT)[0].facts)


def test_folder_that_cannot_be_written_fails_each_frame(studio: Any) -> None:
    folder = studio.tmp / "attempt"
    plan = studio.plan(studio.scenes / "main.blend", request("1-2"))
    for unit in plan.units:
        (folder / f"zordon_frame_{unit.number:04d}.png").mkdir(parents=True)
    result = studio.render(studio.scenes / "main.blend", plan=plan, folder=folder)
    assert result.units(EventKind.UNIT_FAILED) == [1, 2]
    assert Path(folder).is_dir()
