"""The module bpy through the real pip, from a folder of wheels: what is in the wheel is small, the way is the whole."""

import sys
import zipfile

import pytest

from zordon_app.domain.messages import ManagedBuild
from zordon_app.engines.builds.available import this_platform
from zordon_app.engines.builds.bpy import find_python, python_for
from zordon_app.engines.builds.steps import DownloadState
from zordon_app.errors import BadRequest

pytestmark = pytest.mark.engines
HERE = sys.version_info[:2]
GOOD = "import types\napp = types.SimpleNamespace(version_string='{0}')\n"
BROKEN = "raise ImportError('libGL.so.1: cannot open shared object file')\n"


def add_wheel(folder, version, source):
    folder.mkdir(exist_ok=True)
    info = f"bpy-{version}.dist-info"
    with zipfile.ZipFile(folder / f"bpy-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("bpy/__init__.py", source.format(version))
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: bpy\nVersion: {version}\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", f"bpy/__init__.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def bpy(version):
    return ManagedBuild(engine="blender", version=version, from_pip=True)


def fitting(older, newer):
    """A version that the Python of these tests can have."""
    return older if HERE == (3, 11) else newer


@pytest.mark.skipif(sys.platform == "win32", reason="environments look otherwise there")
@pytest.mark.skipif(HERE not in {(3, 11), (3, 13)}, reason="no bpy for this Python")
def test_the_module_gets_an_environment_of_its_own_and_is_an_engine_build(node, wheels):
    wanted, other = fitting("4.5.15", "5.2.3"), fitting("4.5.9", "5.2.1")
    add_wheel(wheels, wanted, GOOD)
    add_wheel(wheels, other, GOOD)
    series, here = ".".join(wanted.split(".")[:2]), this_platform()

    record = node.ended(node.managed.download(bpy(series)))

    assert (record.state, record.reason, record.version) == (DownloadState.INSTALLED, "", wanted)
    build = node.builds("blender")[wanted]
    folder = node.home / "engines" / "blender"
    assert build.origin == "bpy"
    assert build.command == (str(folder / f"bpy-{wanted}-{here.system_os}-{here.cpu}" / "bin" / "python"),)
    assert node.leftovers() == []
    assert node.managed.remove(bpy(wanted)).kind == "module"
    assert not list(folder.iterdir())


@pytest.mark.skipif(HERE not in {(3, 11), (3, 13)}, reason="no bpy for this Python")
def test_a_module_that_cannot_be_imported_is_not_installed_and_says_why(node, wheels):
    version = fitting("4.5.15", "5.2.3")
    add_wheel(wheels, version, BROKEN)

    record = node.ended(node.managed.download(bpy(version)))

    assert record.state == DownloadState.FAILED
    assert "libGL.so.1" in record.reason
    assert node.managed.managed() == []
    assert node.leftovers() == []


@pytest.mark.skipif(HERE not in {(3, 11), (3, 13)}, reason="no bpy for this Python")
def test_a_version_that_pip_does_not_find_is_told_in_its_words(node, wheels):
    record = node.ended(node.managed.download(bpy(fitting("4.5.99", "5.2.99"))))

    assert record.state == DownloadState.FAILED
    assert "No matching distribution" in record.reason


def test_each_module_needs_its_python():
    assert [python_for(version) for version in ("4.2", "4.5.15", "5.0.1")] == [(3, 11)] * 3
    assert [python_for(version) for version in ("5.1", "5.2.3", "6.0")] == [(3, 13)] * 3
    with pytest.raises(BadRequest, match=r"from 4\.2 on"):
        python_for("3.6")


def test_a_python_that_is_not_here_is_named():
    with pytest.raises(BadRequest, match=r"Python 3\.4, which is not on this machine"):
        find_python((3, 4))
    assert find_python(HERE) == (sys.executable,)


@pytest.mark.parametrize(
    "version", ["latest", "4", "4.5; rm", "-e .", "4.5.15 --index-url http://x", "../x", "https://x/y"]
)
def test_nothing_but_a_version_reaches_pip(node, version):
    with pytest.raises(BadRequest, match="two or three numbers"):
        node.managed.download(bpy(version))


def test_only_blender_comes_from_pip(node):
    with pytest.raises(BadRequest, match="Only Blender"):
        node.managed.download(ManagedBuild(engine="ffmpeg", version="4.5", from_pip=True))
