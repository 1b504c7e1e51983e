"""The standard jobs, with the real programs."""

import os
import shutil

import imageio_ffmpeg
import pytest

from tests.fakes.api import Api
from tests.fakes.matrix import thorough
from zordon_app.app import Zordon
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
    ("command", "origin"),
    [(shutil.which("blender"), "system"), *thorough((os.environ.get("ZORDON_TEST_BPY"), "bpy"))],
)
def test_blender_renders_the_standard_scene(run, tmp_path, command, origin):
    if not command:
        pytest.skip(f"there is no {origin} Blender here")
    build = Build(engine="blender", version="1", command=(command,), origin=origin)

    assert 0.001 < measure_engine(build, run, tmp_path / "work") < 1000
    assert list((tmp_path / "work").iterdir()) == []


@pytest.fixture
def start(tmp_path):
    """Start a node, or start it anew."""
    running = []

    def end():
        for api, zordon in running:
            api.close()
            zordon.stop()
        running.clear()

    def begin():
        end()
        zordon = Zordon(tmp_path / "home", port=0, lan=False, discovery=False)
        zordon.start()
        running.append((Api(zordon.address), zordon))
        return running[0][0]

    yield begin
    end()


def test_a_machine_tells_how_fast_its_engine_is_with_the_threads_it_may_use_also_after_a_restart(start, monkeypatch):
    api = start()
    api.send("PATCH", "/api/settings", json={"threads": 1})
    seen = []
    real = ProgramRunner.__call__

    def watched(runner, invocation, **rest):
        seen.append(invocation.argv)
        return real(runner, invocation, **rest)

    monkeypatch.setattr(ProgramRunner, "__call__", watched)
    measured = api.post("/api/engines/ffmpeg/benchmark").json

    assert seen[-1][-3:-1] == ("-threads", "1")
    (node,) = api.get("/api/nodes").json
    assert node["speeds"] == api.get("/api/status").json["engine_speeds"] == {"ffmpeg": measured["value"]}
    assert [entry for entry in api.get("/api/nodes/this/benchmarks").json if entry["kind"] == "ffmpeg"] == [measured]

    (node,) = start().get("/api/nodes").json
    assert node["speeds"] == {"ffmpeg": measured["value"]}
