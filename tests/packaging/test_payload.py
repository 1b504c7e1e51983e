"""What the built program brings: seen here without building it."""

import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest
import yaml

import package
import payload

ROOT = Path(__file__).resolve().parents[2]
FOR_DEVELOPERS = {".gitignore", "biome.json", "package-lock.json", "package.json", "screenshots", "tsconfig.json"}

pytestmark = pytest.mark.packaging


def tracked(folder: str) -> list[PurePosixPath]:
    names = subprocess.run(["git", "ls-files", "-z", folder], cwd=ROOT, capture_output=True, text=True, check=True)
    return [PurePosixPath(name) for name in names.stdout.split("\0") if name]


def brought() -> list[PurePosixPath]:
    return [PurePosixPath(Path(source).relative_to(ROOT).as_posix()) for source, _ in payload.data_files(ROOT)]


def test_everything_that_the_page_may_ask_for_is_brought():
    parts = {path.parts[1] for path in tracked("web")} - FOR_DEVELOPERS
    assert {path.parts[1] for path in brought() if path.parts[0] == "web"} == parts


def test_every_file_of_the_package_that_is_no_module_is_brought():
    files = [path for path in tracked("zordon_app") if path.suffix != ".py"]
    lost = [path for path in files if not any(path.is_relative_to(part) for part in brought())]
    assert lost == []


def test_no_library_that_zordon_needs_is_left_out():
    locked = (ROOT / "requirements.lock").read_text()
    needed = {name.replace("-", "_").lower() for name in re.findall(r"(?m)^([\w.-]+)==", locked)}
    # PyInstaller asks for it, and the program does not.
    assert needed & {name.lower() for name in payload.NEVER} == {"setuptools"}


def test_of_tools_that_lie_beside_libraries_only_the_libraries_are_brought():
    """On Windows OpenImageIO's own libraries lie where its programs are (windows.md, W1)."""
    assert payload.is_wanted("OpenImageIO\\bin\\OpenImageIO.dll")
    assert payload.is_wanted("OpenImageIO/bin/OpenEXR-3_3.dll")
    assert not payload.is_wanted("OpenImageIO\\bin\\oiiotool.exe")
    assert not payload.is_wanted("OpenImageIO/bin/oiiotool")


def test_python_and_modules_lose_their_symbols_and_libraries_of_wheels_stay_as_they_are():
    modules = ["libpython3.11.so.1.0", "yaml/_yaml.cpython-311-x86_64-linux-gnu.so", "av/video/frame.abi3.so"]
    assert [name for name in modules if not payload.has_symbols(name)] == []
    assert not payload.has_symbols("numpy.libs/libscipy_openblas64_-32a4b2a6.so")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux strips")
def test_stripped_modules_of_one_name_stay_apart(tmp_path):
    [module] = [path for path in Path(yaml.__file__).parent.iterdir() if path.name.startswith("_yaml.")]
    copies = [payload.stripped(str(module), place, tmp_path) for place in (f"a/{module.name}", f"b/{module.name}")]
    assert len(set(copies)) == 2
    assert all(0 < Path(copy).stat().st_size <= module.stat().st_size for copy in copies)


@pytest.mark.parametrize(("system", "variant"), [("win32", "system"), ("darwin", "qt")])
def test_off_linux_the_program_that_is_tried_is_the_one_that_is_packed(monkeypatch, system, variant):
    monkeypatch.setattr(sys, "platform", system)
    assert package.system_variant() == variant
    assert package.window_variant() == variant


def test_the_program_for_windows_has_its_web_view_and_no_qt():
    """Qt was more than half of it and never ran (windows.md, W3)."""
    assert {"PyQt6", "qtpy"} <= set(payload.EXCLUDED["system"])
    assert "webview.platforms.edgechromium" in payload.hidden_imports("system", "win32")
    assert not any("gtk" in name or "gi." in name for name in payload.hidden_imports("system", "win32"))
