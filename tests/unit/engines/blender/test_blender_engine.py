import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from zordon_app.domain.ids import new_job_id
from zordon_app.domain.jobs import BuildRef, Expected, Job, UnitKind, UnitSpec
from zordon_app.engines.arguments import check_arguments
from zordon_app.engines.base import Build, Engine, Invocation
from zordon_app.engines.blender.engine import BlenderEngine
from zordon_app.errors import BadRequest, Forbidden

PROGRAM = Build(engine="blender", version="4.5.15", command=("blender",), origin="system")
MODULE = Build(engine="blender", version="4.5.15", command=("python",), origin="bpy")


@pytest.fixture
def engine() -> Engine:
    return BlenderEngine()


def make_job(settings: dict[str, Any], args: dict[str, Any]) -> Job:
    return Job(
        id=new_job_id(),
        name="shot",
        engine="blender",
        build=BuildRef(engine="blender", version="4.5.15"),
        project="/projects/-shot é.blend",
        args=args,
        output_path="/out",
        created_at=datetime.now(UTC),
        facts={"settings": settings},
    )


def unit(number: int) -> UnitSpec:
    expected = Expected(format="png")
    file = f"shot_{number:04d}.png"
    return UnitSpec(number=number, kind=UnitKind.FRAME, first=number, last=number, file=file, expected=expected)


@pytest.mark.parametrize("allow", [False, True])
def test_scripts_run_only_when_allowed(engine: Engine, tmp_path: Path, *, allow: bool) -> None:
    invocation = engine.start(make_job({"allow_scripts": allow}, {}), PROGRAM, scratch=tmp_path)
    assert ("--enable-autoexec" in invocation.argv) is allow
    assert ("--disable-autoexec" in invocation.argv) is not allow
    assert json.loads(invocation.env["ZORDON_BLENDER_SESSION"])["allow_scripts"] is allow


def test_no_name_from_outside_is_on_the_command_line(engine: Engine, tmp_path: Path) -> None:
    invocation = engine.start(make_job({"scene": "--python-expr"}, {}), PROGRAM, scratch=tmp_path)
    assert "--python-expr" not in invocation.argv
    assert not any("shot" in part for part in invocation.argv)
    assert json.loads(invocation.env["ZORDON_BLENDER_SESSION"])["project"] == "/projects/-shot é.blend"
    assert invocation.env["ZORDON_BLENDER_SESSION"].isascii()


def test_own_folders_are_private(engine: Engine, tmp_path: Path) -> None:
    env = engine.start(make_job({}, {}), PROGRAM, scratch=tmp_path).env
    assert env["BLENDER_USER_CONFIG"] == env["BLENDER_USER_SCRIPTS"] == env["TMPDIR"] == str(tmp_path)


def test_module_runs_the_same_script(engine: Engine, tmp_path: Path) -> None:
    program = engine.start(make_job({}, {}), PROGRAM, scratch=tmp_path)
    module = engine.start(make_job({}, {}), MODULE, scratch=tmp_path)
    assert module.argv == ("python", program.argv[-1])
    assert Path(program.argv[-1]).is_file()


def test_raw_arguments_come_before_the_script(engine: Engine, tmp_path: Path) -> None:
    argv = engine.start(make_job({}, {"raw": "--threads 2"}), PROGRAM, scratch=tmp_path).argv
    assert argv[-4:-2] == ("--threads", "2")
    assert argv[-2] == "--python"


def test_chunk_is_one_line_of_json(engine: Engine, tmp_path: Path) -> None:
    text = engine.feed(make_job({}, {}), [unit(3), unit(1)], tmp_path)
    assert text.endswith("\n")
    assert text.count("\n") == 1
    assert json.loads(text) == {
        "frames": [1, 3],
        "folder": str(tmp_path),
        "names": {"1": "shot_0001.png", "3": "shot_0003.png"},
    }


@pytest.mark.parametrize(
    "args",
    [
        {"resolution_x": -1},
        {"samples": 0},
        {"samples": True},
        {"device": "TOASTER"},
        {"format": "FFMPEG"},
        {"python": "import os"},
        {"scene": "a\nb"},
        {"allow_scripts": "yes"},
    ],
)
def test_arguments_are_an_allow_list(engine: Engine, args: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        check_arguments(args, engine.arguments, engine="blender", from_this_machine=True)


def test_raw_is_for_this_machine_only(engine: Engine) -> None:
    with pytest.raises(Forbidden):
        check_arguments({"raw": "-d"}, engine.arguments, engine="blender", from_this_machine=False)


def test_help_of_the_module_says_that_there_is_none(engine: Engine) -> None:
    def run(invocation: Invocation, *, timeout: float, on_line: Callable[[str], None] | None = None) -> str:
        return " ".join(invocation.argv)

    assert "no help text" in engine.help(MODULE, run)
    assert "--help" in engine.help(PROGRAM, run)
