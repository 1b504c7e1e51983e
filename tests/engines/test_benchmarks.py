"""The standard jobs, with the real programs."""

import os
import shutil

import imageio_ffmpeg
import pytest

from zordon_app.engines.base import Build
from zordon_app.render.benchmarks import measure_engine
from zordon_app.render.processes import ProcessOwner
from zordon_app.render.programs import ProgramRunner

pytestmark = pytest.mark.engines


@pytest.fixture
def run(tmp_path):
    return ProgramRunner(ProcessOwner("test-benchmarks"), tmp_path / "run")


def test_ffmpeg_encodes_the_standard_film(run, tmp_path):
    build = Build(engine="ffmpeg", version="1", command=(imageio_ffmpeg.get_ffmpeg_exe(),), origin="embedded")

    assert measure_engine(build, run, tmp_path / "work") > 1


@pytest.mark.parametrize(
    ("command", "origin"), [(shutil.which("blender"), "system"), (os.environ.get("ZORDON_TEST_BPY"), "bpy")]
)
def test_blender_renders_the_standard_scene(run, tmp_path, command, origin):
    if not command:
        pytest.skip(f"there is no {origin} Blender here")
    build = Build(engine="blender", version="1", command=(command,), origin=origin)

    assert 0.001 < measure_engine(build, run, tmp_path / "work") < 1000
    assert list((tmp_path / "work").iterdir()) == []
