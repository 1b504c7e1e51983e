"""The installer for Windows, compiled around a program of one file; it is not run here."""

import shutil
from pathlib import Path

import pytest

import installers

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.packaging


@pytest.mark.skipif(shutil.which("makensis") is None, reason="nsis is not installed")
def test_the_installer_for_windows_compiles_without_a_warning(tmp_path):
    program = tmp_path / "zordon"
    (program / "_internal").mkdir(parents=True)
    (program / "zordon.exe").write_bytes(b"MZ")

    installer = installers.make_windows_installer(ROOT, program, "0.1.0", tmp_path)

    assert installer.name == "zordon-0.1.0-windows-x64.exe"
    assert installer.read_bytes()[:2] == b"MZ"
