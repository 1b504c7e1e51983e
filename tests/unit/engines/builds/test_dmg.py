"""Disk images: only macOS can open them, so its tool is stood for by a script that mounts a folder as it would."""

import sys

import pytest

from zordon_app.engines.builds import dmg
from zordon_app.errors import BadRequest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the script needs a shell")

SCRIPT = """#!/bin/sh
echo "$@" >> {log}
if [ "$1" = attach ]; then
  [ "{broken}" ] && echo "image not recognized" >&2 && exit 1
  while [ "$1" != -mountpoint ]; do shift; done
  cp -R {contents}/. "$2"
else
  for last; do :; done
  rm -rf "$last"/*
fi
"""


@pytest.fixture
def contents(tmp_path):
    program = tmp_path / "contents" / "Blender.app" / "Contents" / "MacOS"
    program.mkdir(parents=True)
    (program / "Blender").write_bytes(b"mach-o")
    (program / "Blender").chmod(0o755)
    (program / "link").symlink_to("Blender")
    (tmp_path / "contents" / "Applications").symlink_to("/Applications")
    return tmp_path / "contents"


@pytest.fixture
def hdiutil(tmp_path, contents):
    def make(broken=""):
        script = tmp_path / "hdiutil"
        script.write_text(SCRIPT.format(log=tmp_path / "log", contents=contents, broken=broken))
        script.chmod(0o755)
        return str(script)

    return make


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "blender.dmg"
    path.write_bytes(bytes(10_000) + b"koly" + bytes(508))
    return path


def test_the_program_is_copied_out_and_the_image_let_go(tmp_path, image, hdiutil):
    dmg.unpack(image, tmp_path / "tree", hdiutil=hdiutil())

    program = tmp_path / "tree" / "Blender.app" / "Contents" / "MacOS" / "Blender"
    assert program.read_bytes() == b"mach-o"
    assert program.stat().st_mode & 0o111
    assert program.with_name("link").is_symlink()
    assert [path.name for path in (tmp_path / "tree").iterdir()] == ["Blender.app"]
    attach, detach = (tmp_path / "log").read_text().splitlines()
    assert "-readonly" in attach
    assert detach.startswith("detach -force")


def test_an_image_without_a_program_is_refused_and_let_go(tmp_path, image, hdiutil, contents):
    (contents / "Blender.app").rename(tmp_path / "elsewhere")

    with pytest.raises(BadRequest, match="no program"):
        dmg.unpack(image, tmp_path / "tree", hdiutil=hdiutil())

    assert "detach" in (tmp_path / "log").read_text()


def test_a_damaged_image_is_told_in_the_systems_words(tmp_path, image, hdiutil):
    with pytest.raises(BadRequest, match="image not recognized"):
        dmg.unpack(image, tmp_path / "tree", hdiutil=hdiutil(broken="yes"))


def test_elsewhere_than_on_macos_the_reason_is_given(tmp_path, image):
    with pytest.raises(BadRequest, match="macOS only"):
        dmg.unpack(image, tmp_path / "tree", hdiutil=str(tmp_path / "no-hdiutil"))


def test_images_are_known_by_their_last_block(tmp_path, image):
    other = tmp_path / "other"
    other.write_bytes(b"PK" + bytes(1000))

    assert dmg.is_image(image)
    assert not dmg.is_image(other)
