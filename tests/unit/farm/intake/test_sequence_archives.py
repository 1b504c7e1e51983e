"""Archives of numbered images: one sequence is one project."""

import zipfile
from pathlib import Path

import pytest

from zordon_app.domain.ids import new_job_id
from zordon_app.engines.blender.engine import BlenderEngine
from zordon_app.engines.ffmpeg.engine import FfmpegEngine
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BadRequest
from zordon_app.farm.intake.sources import ProjectSources
from zordon_app.files.archives import unpack


@pytest.fixture
def open_archive(tmp_path):
    """What a job of a zip with these files would render."""
    sources = ProjectSources(EngineRegistry([BlenderEngine(), FfmpegEngine()]), unpack, tmp_path / "jobs")

    def open_it(*names: str, engine: str | None = None) -> str:
        archive = tmp_path / "project.zip"
        with zipfile.ZipFile(archive, "w") as file:
            for name in names:
                file.writestr(name, b"x")
        return Path(sources._open_archive(new_job_id(), archive, engine)).name

    return open_it


def test_numbered_images_are_one_project(open_archive):
    assert open_archive(*(f"shot/render_{number:04d}.png" for number in range(5, 30))) == "render_0005.png"
    assert open_archive("a10.exr", "a9.exr") == "a9.exr"


def test_two_sequences_are_two_projects(open_archive):
    with pytest.raises(BadRequest, match=r"several projects \(a_1.png, b_1.png\)"):
        open_archive("a_1.png", "a_2.png", "b_1.png", "b_2.png")


def test_numbered_films_and_scenes_are_projects_of_their_own(open_archive):
    with pytest.raises(BadRequest, match="several projects"):
        open_archive("film_1.mp4", "film_2.mp4")
    with pytest.raises(BadRequest, match="several projects"):
        open_archive("shot_1.blend", "shot_2.blend")


def test_images_beside_a_scene_are_its_textures(open_archive):
    assert open_archive("shot.blend", "wood_1.png", "wood_2.png") == "shot.blend"
    assert open_archive("scene.blend", "i_1.png", "i_2.png", engine="ffmpeg") == "i_1.png"
