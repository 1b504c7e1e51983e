"""The Debian package around a program of one file: what is beside the program, without building that."""

import gzip
import platform
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

import linux_packages
from zordon_app.cli.parsing import make_app

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.packaging,
    pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed"),
]


@pytest.fixture
def unpacked(tmp_path):
    program = tmp_path / "zordon"
    program.mkdir()
    (program / "zordon").write_text("#!/bin/sh\necho here\n")
    (program / "zordon").chmod(0o700)
    package = linux_packages.make_deb(ROOT, program, "headless", "1.2.3", tmp_path, fast=True)
    subprocess.run(["dpkg-deb", "--raw-extract", package, tmp_path / "tree"], check=True)
    return tmp_path / "tree"


def test_the_package_runs_its_program_and_shows_it_in_menus(unpacked):
    ran = subprocess.run([unpacked / "usr" / "bin" / "zordon"], capture_output=True, text=True, check=True)
    assert ran.stdout == "here\n"
    share = unpacked / "usr" / "share"
    assert (share / "applications" / "io.github.zordon.Zordon.desktop").is_file()
    assert (share / "icons" / "hicolor" / "48x48" / "apps" / "io.github.zordon.Zordon.png").is_file()
    assert "Version: 1.2.3\n" in (unpacked / "DEBIAN" / "control").read_text()


def test_the_package_needs_the_c_library_that_its_own_libraries_were_made_for(unpacked):
    needs = "Depends: " + linux_packages.depends("headless", platform.libc_ver()[1])
    assert f"{needs}\n" in (unpacked / "DEBIAN" / "control").read_text()
    assert linux_packages.depends("qt", "2.39") == "libc6 (>= 2.39), libegl1, libgl1, libxcb1"


def test_the_manual_and_what_is_new_lie_where_debian_looks(unpacked):
    share = unpacked / "usr" / "share"
    manual = gzip.decompress((share / "man" / "man1" / "zordon.1.gz").read_bytes()).decode()
    assert manual.startswith(".TH ZORDON 1")
    news = gzip.decompress((share / "doc" / "zordon" / "NEWS.gz").read_bytes())
    assert news == (ROOT / "CHANGELOG.md").read_bytes()
    assert "GPL-3" in (share / "doc" / "zordon" / "copyright").read_text()


def test_its_papers_are_in_the_forms_of_debian(unpacked):
    documents = unpacked / "usr" / "share" / "doc" / "zordon"
    entry = gzip.decompress((documents / "changelog.gz").read_bytes()).decode()
    assert re.fullmatch(
        r"zordon \(1\.2\.3\) unstable; urgency=medium\n\n  \* .+\n\n"
        r" -- [^<]+ <\S+@\S+\.\S+>  \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000\n",
        entry,
    )
    assert (documents / "copyright").read_text().startswith("Format: https://www.debian.org/")
    [maintainer] = re.findall("(?m)^Maintainer: (.+)$", (unpacked / "DEBIAN" / "control").read_text())
    assert f" -- {maintainer}  " in entry


def test_the_manual_names_no_command_that_there_is_not():
    manual = (ROOT / "build" / "linux" / "zordon.1").read_text()
    told = manual.partition(".SH COMMANDS")[2].partition(".PP")[0]
    words = {word.strip('",') for line in told.splitlines() if line.startswith(".B") for word in line.split()[1:]}
    commands = set(get_command(make_app()).commands)
    assert {word for word in words if word.islower()} <= commands
    assert len(words & commands) > 15


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils is not installed")
def test_the_menu_entry_is_valid():
    entry = ROOT / "build" / "linux" / "io.github.zordon.Zordon.desktop"
    subprocess.run(["desktop-file-validate", entry], check=True)


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="appstream is not installed")
def test_the_description_for_software_centres_is_valid():
    description = ROOT / "build" / "linux" / "io.github.zordon.Zordon.metainfo.xml"
    subprocess.run(["appstreamcli", "validate", "--no-net", description], check=True)
