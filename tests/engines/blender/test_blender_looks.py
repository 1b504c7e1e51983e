"""What a look, a probe and the choice of a build say of files that real Blenders wrote."""

import time
from collections.abc import Sequence
from typing import Any

import pytest

from zordon_app.engines.base import Build, Probe, RunProgram
from zordon_app.engines.blender import look as look_module
from zordon_app.errors import BadRequest, BuildNotFound

pytestmark = pytest.mark.engines
FIELDS = (
    *("name", "cameras", "view_layers", "camera", "marker_cameras", "needs_camera", "start", "end", "step", "fps"),
    *("width", "height", "percentage", "cropped", "render_engine", "format", "color_depth", "is_movie"),
)


def scenes_of(probe: Probe) -> dict[str, dict[str, Any]]:
    return {scene["name"]: {name: scene[name] for name in FIELDS} for scene in probe.facts["scenes"]}


@pytest.mark.parametrize("name", ["main.blend", "packed.blend", "missing.blend"])
def test_look_and_probe_agree(studio: Any, name: str, run: RunProgram) -> None:
    project = studio.scenes / name
    looked = studio.engine.look(project)
    probed = studio.engine.probe(project, studio.build, run)
    assert scenes_of(looked) == scenes_of(probed)
    assert looked.saved_with == probed.saved_with == ".".join(studio.build.version.split(".")[:2])
    assert looked.missing_files == probed.missing_files
    for probe in (looked, probed):
        assert probe.facts["active_scene"] == "Scene"
        assert (probe.start_frame, probe.end_frame, probe.frame_step) == (1, 5, 2)
        assert (probe.width, probe.height, probe.fps) == (65, 37, 24.0)
    assert scenes_of(looked)["Scene"]["cameras"] == ["Camera", "Side"]
    assert scenes_of(looked)["Other"]["cameras"] == ["Top"]
    assert next(scene for scene in looked.facts["scenes"] if scene["name"] == "Scene")["samples"] == 1


@pytest.mark.bench
@pytest.mark.parametrize("name", ["main.blend", "packed.blend"])
def test_look_takes_less_than_100_ms(studio: Any, name: str) -> None:
    studio.engine.look(studio.scenes / name)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        studio.engine.look(studio.scenes / name)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.1


def test_header_alone_without_the_tracer(studio: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_module.importlib.util, "find_spec", lambda name: None)
    probe = studio.engine.look(studio.scenes / "packed.blend")
    assert (probe.facts["active_scene"], probe.start_frame, probe.end_frame) == ("Scene", 1, 5)
    assert probe.facts["complete"] is False


def test_newer_file_is_refused_for_an_older_build(studio: Any, all_builds: Sequence[Build]) -> None:
    probe = studio.engine.look(studio.scenes / "main.blend")
    chosen = studio.engine.choose_build(all_builds, probe.saved_with, None)
    assert chosen.version == studio.build.version
    older = [build for build in all_builds if build.version < studio.build.version]
    with pytest.raises(BuildNotFound, match="saved with Blender"):
        studio.engine.choose_build(older, probe.saved_with, None)


def test_probe_of_a_damaged_file(studio: Any, run: RunProgram) -> None:
    project = studio.scenes / "main.blend"
    project.write_bytes(project.read_bytes()[:100_000])
    with pytest.raises(BadRequest, match="cannot open"):
        studio.engine.probe(project, studio.build, run)


def test_help_of_the_build(studio: Any, run: RunProgram) -> None:
    text = studio.engine.help(studio.build, run)
    assert ("--render-frame" in text) == (studio.build.origin != "bpy")
