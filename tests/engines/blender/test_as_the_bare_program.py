"""Scenes that users' faults came from: what ``blender -a`` makes of them is made, here and on another machine."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import OpenImageIO
import pytest

from tests.engines.blender.conftest import ROOT, Studio, run_program
from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.messages import JobRequest
from zordon_app.engines.base import EventKind
from zordon_app.engines.blender.engine import BlenderEngine
from zordon_app.errors import BadRequest
from zordon_app.storage.projects import ProjectHashes, ProjectStore

pytestmark = pytest.mark.engines
MAKE_SCENES = ROOT / "tests" / "fixtures" / "blender" / "make_fault_scenes.py"
TRAVELLERS = ["strips", "clip", "soft", "tiles", "library", "words"]


@pytest.fixture(scope="module", params=["system", pytest.param("bpy", marks=pytest.mark.thorough)])
def made(request: pytest.FixtureRequest, all_builds: Any, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """The scenes, made by the build that will render them."""
    found = [build for build in all_builds if build.origin == request.param]
    if not found:
        pytest.skip(f"no Blender of the origin {request.param} here; build/dev.py test installs it")
    folder = tmp_path_factory.mktemp(f"faults-{found[0].version}")
    options = [] if request.param == "bpy" else ["--background", "--factory-startup", "--python"]
    dashes = [] if request.param == "bpy" else ["--"]
    command = [*found[0].command, *options, str(MAKE_SCENES), *dashes, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
    assert (folder / "words" / "words.blend").is_file(), done.stdout + done.stderr
    return Studio(engine=BlenderEngine(), build=found[0], scenes=folder, tmp=folder)


@pytest.fixture
def studio(made: Studio, tmp_path: Path) -> Studio:
    own = tmp_path / "scenes"
    shutil.copytree(made.scenes, own)
    return msgspec.structs.replace(made, scenes=own, tmp=tmp_path)


def project(studio: Studio, name: str) -> Path:
    return studio.scenes / name / f"{name}.blend"


def bare(studio: Studio, name: str) -> Path:
    """The frames of ``blender -a``."""
    folder = studio.tmp / "bare"
    if studio.build.origin == "bpy":
        code = (
            "import bpy, os\n"
            f"bpy.ops.wm.open_mainfile(filepath={str(project(studio, name))!r})\n"
            f"bpy.context.scene.render.filepath = {str(folder) + '/shot_####'!r}\n"
            "bpy.ops.render.render(animation=True)\nos._exit(0)"
        )
        command = [*studio.build.command, "-c", code]
    else:
        output = ["-o", str(folder / "shot_####"), "-a"]
        command = [*studio.build.command, "-b", "--factory-startup", str(project(studio, name)), *output]
    subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=HANG_SECONDS, check=False)
    return folder


def assert_same(made: Path, wanted: Path) -> None:
    names = sorted(path.name for path in wanted.iterdir())
    assert names
    assert sorted(path.name for path in made.iterdir()) == names
    differing = [name for name in names if differs(made / name, wanted / name)]
    assert not differing


def differs(one: Path, other: Path) -> bool:
    pictures = [OpenImageIO.ImageBuf(str(path)) for path in (one, other)]
    return bool(OpenImageIO.ImageBufAlgo.compare(*pictures, 0, 0).nfail)


def test_what_the_scene_says_of_its_range_stays_as_saved(studio: Studio) -> None:
    result = studio.render(project(studio, "turntable"), chunks=3)
    assert_same(result.folder, bare(studio, "turntable"))


def test_an_engine_of_an_add_on_is_refused_by_name(studio: Studio) -> None:
    with pytest.raises(BadRequest, match=r"render engine LUX.*add-on"):
        studio.plan(project(studio, "foreign"), JobRequest())
    chosen = studio.plan(project(studio, "foreign"), JobRequest(args={"render_engine": "WORKBENCH"}, frames="1"))
    assert not studio.render(project(studio, "foreign"), plan=chosen).of(EventKind.SESSION_FAILED)


def test_an_engine_of_an_add_on_inside_a_strip_fails_the_session(studio: Studio) -> None:
    result = studio.render(project(studio, "foreign_inside"))
    assert "'Scene' is set to the render engine LUX" in result.messages(EventKind.SESSION_FAILED)
    assert result.files() == []


def test_gpu_compute_is_not_left_out_in_silence(studio: Studio) -> None:
    said = studio.plan(project(studio, "gpu"), JobRequest()).warnings
    assert [text for text in said if "GPU Compute" in text]
    assert not studio.plan(project(studio, "gpu"), JobRequest(args={"device": "CPU"})).warnings


def test_cloth_that_nobody_baked_is_named(studio: Studio) -> None:
    said = studio.render(project(studio, "cloth"), JobRequest(frames="1")).messages(EventKind.WARNING)
    assert "Not baked: cloth of 'Loose'" in said


def test_a_driver_that_fails_is_told(studio: Studio) -> None:
    said = studio.render(project(studio, "driver"), JobRequest(frames="1")).messages(EventKind.WARNING)
    assert "A driver could not be evaluated." in said


def test_a_helper_without_the_studios_colours_renders_nothing(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCIO", "/studio/config.ocio")
    plan = studio.plan(project(studio, "words"), JobRequest(frames="1"))
    # What a session has of it is only what is passed on, which here is nothing.
    result = studio.render(project(studio, "words"), plan=plan, is_helper=True)
    assert "colour configuration (OCIO)" in result.messages(EventKind.SESSION_FAILED)
    assert result.files() == []


@pytest.mark.parametrize("lost", ["UDIM.1002.png", "UVTILE.u2_v1.png", "seq_003.png"])
def test_one_picture_of_many_that_is_missing_is_named(studio: Studio, lost: str) -> None:
    (studio.scenes / "tiles" / "pictures" / lost).unlink()
    planned = studio.plan(project(studio, "tiles"), JobRequest(frames="3"))
    result = studio.render(project(studio, "tiles"), plan=planned)
    said = [*planned.warnings, *(event.message for event in result.of(EventKind.WARNING))]
    assert len([text for text in said if lost in text]) == 1


@pytest.mark.parametrize("name", TRAVELLERS)
def test_on_another_machine_a_scene_is_rendered_alike(studio: Studio, name: str) -> None:
    home = studio.render(project(studio, name), folder=studio.tmp / "home")
    assert not home.of(EventKind.WARNING)
    files = studio.engine.files(
        project(studio, name), studio.tmp / "packed", build=studio.build, run=run_program, frames=range(1, 7)
    )
    assert not files.missing
    assert not files.stays
    hashes = ProjectHashes()
    manifest = hashes.manifest(files)
    paths = {hashes.hash(path): path for path in (files.copies.get(place, place) for place in files.files)}
    store = ProjectStore(studio.tmp / "other-machine")
    for file in store.lacks(manifest):
        shutil.copyfile(paths[file.sha256], store.part(file))
        store.keep(file, file.sha256)
    shutil.rmtree(studio.scenes)
    away = studio.render(store.tree(manifest), plan=home.plan, folder=studio.tmp / "away")
    assert not away.of(EventKind.WARNING)
    assert_same(away.folder, home.folder)


def test_a_helper_that_lacks_a_file_renders_nothing(studio: Studio) -> None:
    plan = studio.plan(project(studio, "strips"), JobRequest())
    (studio.scenes / "strips" / "film" / "noon.png").unlink()
    result = studio.render(project(studio, "strips"), plan=plan, is_helper=True)
    assert "did not come along: //film/noon.png" in result.messages(EventKind.SESSION_FAILED)
    assert result.files() == []
