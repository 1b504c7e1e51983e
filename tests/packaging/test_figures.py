"""The table of sizes and start times that is printed after a build."""

import sys

import pytest

import figures
from steps import CommandFailed

pytestmark = pytest.mark.packaging


def test_the_table_tells_what_is_fetched_what_lies_on_the_disk_and_how_long_a_start_takes():
    row = figures.Figures("zordon.deb", 184_000_000, 440_800_000, 0.34)
    assert figures.table([row]).splitlines()[-1] == "| zordon.deb | 184 MB | 441 MB | 0.3 s |"


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script")
def test_a_package_is_measured_with_its_folder_and_its_program(tmp_path):
    package, folder = tmp_path / "zordon.deb", tmp_path / "folder"
    package.write_bytes(bytes(10))
    folder.mkdir()
    program = folder / "zordon"
    program.write_text("#!/bin/sh\n[ $1 = --version ]\n")
    program.chmod(0o755)

    measured = figures.measure(package, folder, program)

    assert (measured.download, measured.unpacked) == (10, program.stat().st_size)
    assert measured.start > 0


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script")
def test_a_program_that_does_not_start_is_no_figure(tmp_path):
    program = tmp_path / "zordon"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(CommandFailed, match="exit status 3"):
        figures.start_seconds(program)
