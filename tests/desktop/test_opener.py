import os
from pathlib import Path

import pytest

from zordon_app.desktop import opener
from zordon_app.desktop.actions import whole_path


@pytest.fixture
def started(tmp_path, monkeypatch):
    """What the system's own opener is called with; a real program on PATH that writes down its arguments."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    program = tmp_path / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$1" > {pipe}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    return lambda: pipe.read_text().strip()


def test_a_folder_and_a_picture_are_opened_by_the_system(tmp_path, started):
    picture = tmp_path / "a b_0001.png"
    picture.touch()

    assert opener.open_path(tmp_path)
    assert started() == str(tmp_path)
    assert opener.open_path(picture)
    assert started() == str(picture)


@pytest.mark.parametrize("name", ["run.sh", "run", "run.desktop", "run.exe", "run.png.lnk", "shot.blend"])
def test_what_could_be_a_program_is_shown_and_not_run(tmp_path, started, name):
    (tmp_path / name).touch()

    assert opener.open_path(tmp_path / name)

    assert started() == str(tmp_path)


def test_an_application_folder_of_macos_is_a_program(tmp_path):
    (tmp_path / "Evil.app").mkdir()

    assert not opener.is_opened(tmp_path / "Evil.app")
    assert opener.is_opened(tmp_path)


def test_what_does_not_exist_is_said_to_be_missing(tmp_path):
    assert not opener.open_path(tmp_path / "gone.png")
    assert not opener.reveal(tmp_path / "gone.png")


@pytest.mark.parametrize(
    ("system", "commands"),
    [
        ("darwin", [["open", "-R", "/out/a.png"]]),
        ("win32", [["explorer", "/select,/out/a.png"]]),
    ],
)
def test_each_system_has_its_way_to_show_a_file(system, commands):
    assert opener.reveal_commands(system, Path("/out/a.png")) == commands


def test_linux_asks_the_file_manager_and_falls_back_to_the_folder():
    show, fall_back = opener.reveal_commands("linux", Path("/out/a b.png"))

    assert "array:string:file:///out/a%20b.png" in show
    assert fall_back == ["xdg-open", "/out"]
    assert opener.reveal_commands("linux", Path("/out/a,b.png")) == [["xdg-open", "/out"]]


@pytest.mark.parametrize("path", ["relative.png", "", "/a\0b", None, 7, ["/tmp"]])
def test_the_page_can_name_whole_paths_only(path):
    assert whole_path(path) is None
    assert whole_path("/a/b.png") == Path("/a/b.png")
