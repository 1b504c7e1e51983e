"""The archive for any Linux, unpacked and put into a person's menu; its program is a script."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import linux_packages

ROOT = Path(__file__).resolve().parents[2]
APP = "io.github.zordon.Zordon"

pytestmark = [
    pytest.mark.packaging,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this archive"),
]


@pytest.fixture
def folder(tmp_path) -> Path:
    """The archive, unpacked where people put things."""
    program = tmp_path / "zordon"
    program.mkdir()
    (program / "zordon").write_text('#!/bin/sh\necho here "$@"\n')
    (program / "zordon").chmod(0o755)
    archive = linux_packages.make_archive(ROOT, program, "1.2.3", tmp_path, fast=True)
    place = tmp_path / "Films & tools | mine"
    place.mkdir()
    subprocess.run(["tar", "-xf", archive, "-C", place], check=True)
    [unpacked] = place.iterdir()
    return unpacked


def install(folder: Path, home: Path, *arguments: str) -> None:
    home.mkdir(exist_ok=True)
    env = {"HOME": str(home), "PATH": os.environ["PATH"]}
    subprocess.run([folder / "install.sh", *arguments], env=env, check=True, capture_output=True)


def files_in(home: Path) -> set[str]:
    return {path.relative_to(home).as_posix() for path in home.rglob("*") if not path.is_dir()}


def test_it_runs_from_where_it_is(folder):
    ran = subprocess.run([folder / "AppRun", "a b"], capture_output=True, text=True, check=True)
    assert ran.stdout == "here a b\n"


def test_installed_it_is_in_the_menu_and_on_the_path(folder, tmp_path):
    home = tmp_path / "home"
    install(folder, home)

    ran = subprocess.run([home / ".local" / "bin" / "zordon"], capture_output=True, text=True, check=True)
    assert ran.stdout == "here\n"
    entry = home / ".local" / "share" / "applications" / f"{APP}.desktop"
    assert f'Exec="{folder}/program/zordon" app %F\n' in entry.read_text()
    assert f"icons/hicolor/48x48/apps/{APP}.png" in {name.removeprefix(".local/share/") for name in files_in(home)}
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", entry], check=True)


def test_removed_it_leaves_nothing_but_what_is_somebody_elses(folder, tmp_path):
    home = tmp_path / "home"
    install(folder, home)
    other = home / ".local" / "bin" / "zordon"
    other.unlink()
    other.write_text("a zordon from elsewhere")

    install(folder, home, "--remove")

    known = {".local/share/applications/mimeinfo.cache"}
    assert files_in(home) - known == {".local/bin/zordon"}


def test_removed_its_command_is_gone(folder, tmp_path):
    install(folder, tmp_path / "home")
    install(folder, tmp_path / "home", "--remove")
    assert not (tmp_path / "home" / ".local" / "bin" / "zordon").is_symlink()
