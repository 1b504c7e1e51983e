import os
import threading

import OpenImageIO as oiio
import pytest

from tests.unit.render.conftest import colour_near, count_calls, frames_of, mean_colour
from zordon_app.errors import PreviewFailed
from zordon_app.render.previews import Previews

RED, GREEN, BLUE = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def test_nothing_published_means_no_preview(farm, make_job):
    job = make_job()

    assert farm.previews.image(job, big=False, unit=None) is None
    assert farm.previews.film(job) is None


def test_the_unit_published_last_is_shown_unless_another_is_asked_for(farm, frames, make_job):
    frames(1, colour=RED)
    frames(2, colour=GREEN)
    frames(3, colour=BLUE)
    job = make_job(end_frame=3, last_unit=2)

    assert colour_near(mean_colour(farm.previews.image(job, big=False, unit=None)), GREEN)
    assert colour_near(mean_colour(farm.previews.image(job, big=False, unit=3)), BLUE)
    assert farm.previews.image(job, big=False, unit=9) is None


def test_big_is_960_wide_and_small_320(farm, frames, make_job):
    frames(1, size=(1920, 1080))
    job = make_job()

    sizes = [oiio.ImageBuf(str(farm.previews.image(job, big=big, unit=None))).spec().width for big in (False, True)]

    assert sizes == [320, 960]


def test_a_preview_is_made_once_and_again_when_its_source_changes(farm, frames, make_job, monkeypatch):
    calls = count_calls(monkeypatch)
    frames(1, colour=RED)
    job = make_job()

    first = farm.previews.image(job, big=False, unit=1)
    assert farm.previews.image(job, big=False, unit=1) == first
    assert len(calls) == 1

    frames(1, colour=(0.0, 0.0, 0.9))
    second = farm.previews.image(job, big=False, unit=1)
    assert mean_colour(second)[2] == pytest.approx(230, abs=8)
    assert len(calls) == 2
    assert not first.exists()


def test_exposures_are_kept_apart(farm, make_image, tmp_path, make_job):
    farm.published = [(1, make_image(tmp_path / "a.exr", (0.18, 0.18, 0.18), kind="half"))]
    job = make_job()

    plain = farm.previews.image(job, big=False, unit=1)
    bright = farm.previews.image(job, big=False, unit=1, exposure=1)

    assert mean_colour(plain)[0] == pytest.approx(118, abs=2)
    assert mean_colour(bright)[0] == pytest.approx(162, abs=2)
    assert plain.exists()


def test_many_who_ask_at_once_have_it_made_once(farm, frames, make_job, monkeypatch):
    calls = count_calls(monkeypatch)
    frames(1, size=(1920, 1080))
    job = make_job()
    together = threading.Barrier(8)
    found = []

    def ask():
        together.wait()
        found.append(farm.previews.image(job, big=True, unit=1))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(found)) == 1
    assert len(found) == 8
    assert calls == ["shot_0001.png"]


def test_a_damaged_output_is_told_in_a_sentence_to_all_who_ask(farm, tmp_path, make_job):
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    farm.published = [(1, tmp_path / "bad.png")]

    for _ in range(2):
        with pytest.raises(PreviewFailed, match=r"bad\.png"):
            farm.previews.image(make_job(), big=False, unit=1)


def test_an_output_that_a_person_deleted_has_no_preview(farm, tmp_path, make_job):
    farm.published = [(1, tmp_path / "gone.png")]

    assert farm.previews.image(make_job(), big=False, unit=1) is None
    assert farm.previews.film(make_job(end_frame=5)) is None


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path, frames, farm, make_job):
    (tmp_path / "previews").write_text("a file where the folder should be")
    frames(1)

    with pytest.raises(PreviewFailed, match="cannot be written"):
        farm.previews.image(make_job(), big=False, unit=1)


def test_the_picture_of_a_film_is_one_from_its_middle(farm, make_film, tmp_path, make_job):
    colours = [(0, 0, 0)] * 20 + [(200, 60, 30)] * 20
    farm.result = make_film(tmp_path / "a.mp4", colours, options={"g": "5"})

    picture = farm.previews.image(make_job(), big=False, unit=None)

    assert mean_colour(picture) == pytest.approx([200, 60, 30], abs=8)


def test_a_unit_of_a_finished_video_is_shown_by_the_result(farm, make_film, tmp_path, make_job):
    farm.result = make_film(tmp_path / "a.mp4", [(200, 60, 30)] * 4)
    farm.published = [(0, tmp_path / "gone.mov")]

    assert mean_colour(farm.previews.image(make_job(), big=False, unit=0)) == pytest.approx([200, 60, 30], abs=8)


def test_forgetting_a_job_deletes_its_previews_only(farm, frames, make_job, tmp_path):
    frames(1, 2, 3)
    one, other = make_job(end_frame=3), make_job(end_frame=3)
    for job in (one, other):
        farm.previews.film(job)

    farm.previews.forget(one.id)

    assert [path.name for path in (tmp_path / "previews").iterdir()] == [other.id]


def test_the_folder_may_go_at_any_time(farm, frames, make_job, tmp_path):
    import shutil

    frames(1, 2, 3)
    job = make_job(end_frame=3)
    farm.previews.film(job)

    shutil.rmtree(tmp_path / "previews")

    assert farm.previews.image(job, big=False, unit=1).is_file()
    assert len(frames_of(farm.previews.film(job))) == 3


def test_ids_that_are_none_never_become_paths(farm, frames, make_job, tmp_path):
    frames(1)
    (tmp_path / "precious").mkdir()

    with pytest.raises(PreviewFailed):
        farm.previews.forget("../precious")
    with pytest.raises(PreviewFailed):
        farm.previews.image(make_job(id="../precious"), big=False, unit=1)
    assert (tmp_path / "precious").is_dir()


def test_a_sweep_leaves_the_folder_of_a_preview_under_way_alone(farm, tmp_path, frames, make_job):
    frames(1)
    job = make_job()
    made = farm.previews.image(job, big=False, unit=1)
    made.unlink()

    farm.previews.sweep()
    assert made.parent.is_dir()

    os.utime(made.parent, (0, 0))
    farm.previews.sweep()
    assert not made.parent.exists()


def test_a_sweep_keeps_what_was_asked_for_last(tmp_path, make_image, make_job):
    path = make_image(tmp_path / "a.png")
    limit = 10**9
    previews = Previews(
        folder=tmp_path / "previews",
        artifacts=lambda _job: [(number, path) for number in range(6)],
        finished=lambda _job: None,
        limit_bytes=lambda: limit,
    )
    job = make_job()
    made = [previews.image(job, big=False, unit=number) for number in range(6)]
    assert previews.sweep() == 0
    previews.image(job, big=False, unit=0)
    limit = sum(file.stat().st_size for file in made) // 2

    assert previews.sweep() > 0

    left = {file.name for file in made if file.exists()}
    assert made[0].name in left
    assert made[5].name in left
    assert made[1].name not in left
    assert sum(file.stat().st_size for file in made if file.exists()) <= limit
