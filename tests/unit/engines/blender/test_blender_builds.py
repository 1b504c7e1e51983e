import os
import sys
from pathlib import Path

import pytest

from zordon_app.engines.blender import builds as module
from zordon_app.engines.blender.builds import BuildFinder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


@pytest.fixture(autouse=True)
def no_other_blender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("ZORDON_BPY", raising=False)
    monkeypatch.setattr(module, "_USUAL_PLACES", {})


def stand_in(path: Path, answer: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho x >> '{path}.count'\necho '{answer}'\n")
    path.chmod(0o755)
    return path


def times_started(path: Path) -> int:
    return len(Path(f"{path}.count").read_text().splitlines())


def test_finds_managed_programs_newest_first(tmp_path: Path) -> None:
    stand_in(tmp_path / "blender-4.2.9-linux-x64" / "blender", "Blender 4.2.9 LTS")
    stand_in(tmp_path / "blender" / "blender-4.2.10-linux-x64" / "blender", "Blender 4.2.10 LTS")
    stand_in(tmp_path / "daily" / "blender", "Blender 5.3.0 Alpha")
    found = BuildFinder().find([tmp_path])
    assert [build.version for build in found] == ["5.3.0-alpha", "4.2.10", "4.2.9"]
    assert {build.origin for build in found} == {"managed"}
    assert all(len(build.sha256) == 64 for build in found)


def test_broken_programs_are_left_out(tmp_path: Path) -> None:
    stand_in(tmp_path / "one" / "blender", "Something else 1.0")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "blender").write_bytes(b"not a program")
    (tmp_path / "two" / "blender").chmod(0o755)
    assert BuildFinder().find([tmp_path, tmp_path / "not there"]) == []


def test_unchanged_program_is_asked_once(tmp_path: Path) -> None:
    program = stand_in(tmp_path / "one" / "blender", "Blender 4.2.9")
    finder = BuildFinder()
    assert finder.find([tmp_path]) == finder.find([tmp_path])
    assert times_started(program) == 1
    stand_in(program, "Blender 4.2.11")
    os.utime(program, (1, 1))
    assert finder.find([tmp_path])[0].version == "4.2.11"


def test_program_on_the_path_is_found_once_through_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = stand_in(tmp_path / "opt" / "blender", "Blender 3.6.1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "blender").symlink_to(program)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    found = BuildFinder().find([tmp_path / "opt"])
    assert [build.version for build in found] == ["3.6.1"]


def test_pythons_with_bpy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = tmp_path / "managed" / "bpy-4.5" / "lib" / "python3.11" / "site-packages" / "bpy" / "__init__.so"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"module")
    inside = stand_in(tmp_path / "managed" / "bpy-4.5" / "bin" / "python", f"4.5.15\n{library}")
    named = stand_in(tmp_path / "elsewhere" / "python", f"5.0.1\n{library}")
    stand_in(tmp_path / "managed" / "plain" / "bin" / "python", "never asked")
    monkeypatch.setenv("ZORDON_BPY", f"{named}{os.pathsep}{tmp_path / 'gone'}")
    found = BuildFinder().find([tmp_path / "managed"])
    assert [(build.version, build.command) for build in found] == [("5.0.1", (str(named),)), ("4.5.15", (str(inside),))]
    assert {build.origin for build in found} == {"bpy"}
