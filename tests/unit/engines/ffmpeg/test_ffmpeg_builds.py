import sys
from pathlib import Path

import pytest

from zordon_app.engines.base import Build
from zordon_app.engines.ffmpeg import builds
from zordon_app.engines.ffmpeg.versions import keep_time_base, keep_times, parse_version
from zordon_app.errors import BuildNotFound

PROGRAM = """#!{python}
import sys
open({log!r}, "a").write(" ".join(sys.argv[1:]) + "\\n")
if "-version" in sys.argv:
    print("ffmpeg version {version} Copyright (c) 2000-2026 the FFmpeg developers")
else:
    print("Encoders:\\n V..... = Video\\n ------\\n V....D libx264              H.264\\n A....D aac       AAC")
"""


def build(version: str, origin: str = "system") -> Build:
    return Build(engine="ffmpeg", version=version, command=(f"/{origin}/{version}",), origin=origin)


@pytest.fixture
def program(tmp_path):
    """A program that answers as FFmpeg does, and counts how often it was asked."""
    log = tmp_path / "log"

    def make(path: Path, version: str = "n7.1.2-20260101") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PROGRAM.format(python=sys.executable, log=str(log), version=version), encoding="utf-8")
        path.chmod(0o755)
        return path

    return make, log


def managed(finder, folder):
    return [item for item in finder.find([folder]) if item.origin == "managed"]


@pytest.mark.parametrize("place", ["ffmpeg", "bin/ffmpeg", "ffmpeg-n7.1/bin/ffmpeg", "ffmpeg/n7.1/bin/ffmpeg"])
def test_managed_builds_are_found_however_deep_they_were_unpacked(tmp_path, program, place):
    make, _ = program
    make(tmp_path / "managed" / place)
    found = managed(builds.BuildFinder(), tmp_path / "managed")

    assert [(item.version, item.origin) for item in found] == [("7.1.2", "managed")]
    assert found[0].details["encoders"] == ["aac", "libx264"]
    assert len(found[0].sha256) == 64


def test_unchanged_programs_are_asked_once(tmp_path, program):
    make, log = program
    path = make(tmp_path / "managed" / "ffmpeg")
    finder = builds.BuildFinder()
    managed(finder, tmp_path / "managed")
    asked = log.read_text()

    assert managed(finder, tmp_path / "managed")[0].version == "7.1.2"
    assert log.read_text() == asked
    make(path, version="8.0.1-other")
    assert managed(finder, tmp_path / "managed")[0].version == "8.0.1"


def test_what_is_no_ffmpeg_is_passed_over(tmp_path, program):
    make, _ = program
    make(tmp_path / "managed" / "a" / "ffmpeg")
    for name, text in (("b", "#!/bin/sh\nexit 1\n"), ("c", "#!/bin/sh\necho hello\n"), ("d", "no program")):
        path = tmp_path / "managed" / name / "ffmpeg"
        path.parent.mkdir()
        path.write_text(text)
        path.chmod(0o755)

    assert len(managed(builds.BuildFinder(), tmp_path / "managed")) == 1


def test_the_embedded_program_is_found():
    found = [item for item in builds.BuildFinder().find([]) if item.origin == "embedded"]

    assert len(found) == 1
    assert "imageio_ffmpeg" in found[0].path


def test_the_embedded_build_is_the_default():
    here = [build("10.0"), build("9.0.2", "embedded"), build("9.1", "managed")]

    assert builds.choose_build(here, None).origin == "embedded"
    assert builds.choose_build(here[::2], None).version == "9.1"
    assert [item.version for item in builds.newest_first(here)] == ["10.0", "9.1", "9.0.2"]


@pytest.mark.parametrize(
    ("wanted", "version"), [("5", "5.1.9"), ("5.1", "5.1.9"), ("5.1.8", "5.1.8"), ("9", "9.0.2"), ("N-1-g2", "N-1-g2")]
)
def test_a_version_or_its_beginning_is_enough(wanted, version):
    here = [build(name) for name in ("5.1.9", "5.1.8", "9.0.2", "N-1-g2")]

    assert builds.choose_build(here, wanted).version == version


def test_what_is_not_here_is_said():
    with pytest.raises(BuildNotFound, match=r"FFmpeg 4.4 is asked for, but this machine has 9.0.2, 5.1.9\."):
        builds.choose_build([build("5.1.9"), build("9.0.2")], "4.4")
    with pytest.raises(BuildNotFound, match="No FFmpeg is installed here"):
        builds.choose_build([], None)


@pytest.mark.parametrize(
    ("text", "short", "parsed"),
    [
        ("n9.0.2-17-g2a571b6068-20260930", "9.0.2", (9, 0, 2)),
        ("5.1.9-0+deb12u1", "5.1.9", (5, 1, 9)),
        ("7.0.2-static", "7.0.2", (7, 0, 2)),
        ("N-118315-g4f3c9f2f03", "N-118315-g4f3c9f2f03", (999,)),
        ("2026-01-05-git-2892815c45-full_build", "2026-01-05-git-2892815c45-full_build", (999,)),
    ],
)
def test_versions_as_builders_write_them(text, short, parsed):
    assert builds.short_version(text) == short
    assert parse_version(builds.short_version(text)) == parsed


def test_options_follow_the_version():
    assert keep_times(build("4.4")) == ["-vsync", "passthrough"]
    assert keep_times(build("5.1.9")) == ["-fps_mode:v", "passthrough"]
    assert keep_time_base(build("6.0")) == ["-enc_time_base:v", "-1"]
    assert keep_time_base(build("6.1")) == ["-enc_time_base:v", "demux"]
    assert keep_time_base(build("N-118315-g4f3c9f2f03")) == ["-enc_time_base:v", "demux"]
