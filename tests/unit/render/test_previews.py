import threading
from fractions import Fraction

import av
import OpenImageIO as oiio
import pytest
from zordon_app.domain.jobs import UnitCounts
from zordon_app.errors import PreviewFailed
from zordon_app.render import previews as previews_module
from zordon_app.render.film_frames import expected_numbers, film_rate, list_shots
from zordon_app.render.previews import Previews

from tests.unit.render.conftest import frames_of, mean_colour

RED, GREEN, BLUE, GREY = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.5, 0.5)


class Farm:
    """What a job has published, as the test says."""

    def __init__(self, folder):
        self.published = []
        self.result = None
        self.previews = Previews(
            folder=folder, artifacts=lambda _job: self.published, finished=lambda _job: self.result
        )


@pytest.fixture
def farm(tmp_path):
    farm = Farm(tmp_path / "previews")
    yield farm
    farm.previews.stop()


@pytest.fixture
def frames(tmp_path, make_image, farm):
    def publish(*numbers, colour=GREY, size=(64, 36)):
        for number in numbers:
            path = make_image(tmp_path / f"shot_{number:04d}.png", colour, size=size)
            farm.published = sorted({**dict(farm.published), number: path}.items())

    return publish


def shown(path):
    return frames_of(path)


def colour_near(colour, wanted):
    return colour == pytest.approx([255 * channel for channel in wanted], abs=8)


def count_calls(monkeypatch, name="make_thumbnail"):
    calls = []
    real = getattr(previews_module, name)

    def counted(source, target, **rest):
        calls.append(source.name)
        return real(source, target, **rest)

    monkeypatch.setattr(previews_module, name, counted)
    return calls


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


def test_a_film_shows_every_frame_at_the_rate_of_the_job(farm, frames, make_job):
    frames(1, 2, colour=RED)
    frames(3, 4, colour=BLUE)

    film = farm.previews.film(make_job(end_frame=4, fps=12.0))

    times, colours = zip(*shown(film), strict=True)
    assert times == pytest.approx([0, 1 / 12, 2 / 12, 3 / 12], abs=0.001)
    assert all(colour_near(colour, RED) for colour in colours[:2])
    assert all(colour_near(colour, BLUE) for colour in colours[2:])


def test_a_film_is_one_that_every_browser_plays(farm, frames, make_job):
    frames(1, 2, 3, size=(1920, 1081))

    film = farm.previews.film(make_job(end_frame=3))

    with av.open(str(film)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert (context.width, context.height) == (960, 540)
    data = film.read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")


def test_a_missing_frame_is_a_card_in_its_place(farm, frames, make_job):
    frames(1, 2, 4, 5, colour=GREEN)

    found = shown(farm.previews.film(make_job(end_frame=9)))

    assert len(found) == 5
    dark = [index for index, (_time, colour) in enumerate(found) if not colour_near(colour, GREEN)]
    assert dark == [2]
    assert max(found[2][1]) < 70


def test_a_damaged_frame_is_a_card_too(farm, frames, tmp_path, make_job):
    frames(1, 2, 3, colour=GREEN)
    (tmp_path / "shot_0002.png").write_bytes(b"broken")

    found = shown(farm.previews.film(make_job(end_frame=3)))

    assert [colour_near(colour, GREEN) for _time, colour in found] == [True, False, True]


def test_a_film_grows_and_only_the_last_piece_is_encoded_anew(farm, frames, make_job, monkeypatch, tmp_path):
    calls = count_calls(monkeypatch)
    frames(*range(1, 101))
    job = make_job(end_frame=200)
    first = farm.previews.film(job)
    assert len(shown(first)) == 100
    pieces = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "previews" / job.id).glob("piece-*")}
    calls.clear()

    frames(101, 102, colour=RED)
    second = farm.previews.film(job)

    times, colours = zip(*shown(second), strict=True)
    assert list(times) == pytest.approx([index / 24 for index in range(102)], abs=0.001)
    assert [colour_near(colour, RED) for colour in colours[-3:]] == [False, True, True]
    assert calls == ["shot_0101.png", "shot_0102.png"]
    now = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "previews" / job.id).glob("piece-*")}
    kept = {name for name, stamp in pieces.items() if now.get(name) == stamp}
    assert {name.split("-")[1] for name in kept} == {"1", "49"}
    assert len(now) == 3
    assert not first.exists()


def test_the_same_film_is_not_made_twice(farm, frames, make_job):
    frames(1, 2, 3)
    job = make_job(end_frame=3)

    film = farm.previews.film(job)
    written = film.stat().st_mtime_ns

    assert farm.previews.film(job) == film
    assert film.stat().st_mtime_ns == written


def test_a_single_picture_makes_no_film(farm, frames, make_job):
    frames(7)

    assert farm.previews.film(make_job(start_frame=7, end_frame=7)) is None


def test_who_asks_early_has_the_last_film_and_then_the_new_one(tmp_path, farm, frames, make_job, monkeypatch):
    hurried = Previews(
        folder=tmp_path / "previews",
        artifacts=lambda _job: farm.published,
        finished=lambda _job: None,
        patience_seconds=0.05,
    )
    frames(1, 2, 3)
    job = make_job(end_frame=9)
    first = farm.previews.film(job)
    may_go_on = threading.Event()
    real = previews_module.make_thumbnail

    def slow(source, target, **rest):
        may_go_on.wait(30)
        return real(source, target, **rest)

    monkeypatch.setattr(previews_module, "make_thumbnail", slow)
    frames(4)

    assert hurried.film(job) == first
    may_go_on.set()
    hurried._films._making[job.id].future.result(30)
    assert len(shown(hurried.film(job))) == 4
    hurried.stop()


def test_a_result_that_browsers_play_is_the_film_itself(farm, make_film, tmp_path, make_job):
    for name, codec in (("a.mp4", "libx264"), ("b.webm", "libvpx-vp9")):
        farm.result = make_film(tmp_path / name, [(200, 0, 0)] * 5, codec=codec)

        assert farm.previews.film(make_job()) == farm.result


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("a.mov", "prores_ks", "yuv422p10le"),
        ("a.mkv", "libx264", "yuv420p"),
        ("a.mp4", "libx264", "yuv422p"),
        ("a.gif", "gif", "rgb8"),
    ],
)
def test_of_any_other_result_there_is_a_film_that_plays(farm, make_film, tmp_path, make_job, name, codec, pixels):
    colours = [(200, 30, 30)] * 6 + [(30, 30, 200)] * 6
    rate = Fraction(25) if codec == "gif" else Fraction(24)
    farm.result = make_film(tmp_path / name, colours, codec=codec, pixels=pixels, rate=rate, size=(1280, 720))

    film = farm.previews.film(make_job())

    with av.open(str(film)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.width, context.height) == ("h264", "yuv420p", 960, 540)
    found = shown(film)
    assert [time for time, _ in found] == pytest.approx([index / float(rate) for index in range(12)], abs=0.02)
    leeway = 45 if codec == "gif" else 6
    assert found[2][1] == pytest.approx([200, 30, 30], abs=leeway)
    assert found[10][1] == pytest.approx([30, 30, 200], abs=leeway)


def test_the_proxy_of_a_film_keeps_its_sound(farm, make_film, tmp_path, make_job):
    farm.result = make_film(
        tmp_path / "a.mov", [(90, 90, 90)] * 48, codec="prores_ks", pixels="yuv422p10le", sound="pcm_s16le"
    )

    with av.open(str(farm.previews.film(make_job()))) as container:
        audio = container.streams.audio[0]
        seconds = sum(frame.samples for frame in container.decode(audio)) / audio.rate
        assert audio.codec_context.name == "aac"
    assert seconds == pytest.approx(2, abs=0.1)


def test_sound_that_browsers_do_not_play_needs_a_proxy_too(farm, make_film, tmp_path, make_job):
    farm.result = make_film(tmp_path / "a.mp4", [(90, 90, 90)] * 24, sound="ac3")

    film = farm.previews.film(make_job())

    assert film != farm.result
    with av.open(str(film)) as container:
        assert container.streams.audio[0].codec_context.name == "aac"


def test_a_cut_off_result_is_told_in_a_sentence(farm, make_film, tmp_path, make_job):
    farm.result = make_film(tmp_path / "a.mov", [(90, 90, 90)] * 24, codec="prores_ks", pixels="yuv422p10le")
    farm.result.write_bytes(farm.result.read_bytes()[:2000])

    with pytest.raises(PreviewFailed, match=r"a\.mov"):
        farm.previews.film(make_job())
    with pytest.raises(PreviewFailed, match=r"a\.mov"):
        farm.previews.image(make_job(), big=False, unit=None)


@pytest.mark.parametrize(
    ("suffix", "codec", "pixels", "options"),
    [
        ("mp4", "libx264", "yuv420p", {"bf": "2"}),
        ("mov", "libx264", "yuv420p", {"bf": "0"}),
        ("mkv", "libx264", "yuv420p", {"bf": "2"}),
        ("mov", "prores_ks", "yuv422p10le", {}),
    ],
)
def test_the_first_segments_of_a_video_are_joined_up_to_a_gap(
    farm, make_film, tmp_path, make_job, suffix, codec, pixels, options
):
    def publish(number, colour):
        path = make_film(tmp_path / f"{number}.{suffix}", [colour] * 10, codec=codec, pixels=pixels, options=options)
        farm.published.append((number, path))

    job = make_job(engine="ffmpeg", assemble=True, end_frame=40)
    publish(1, (0, 200, 0))
    assert farm.previews.film(job) is None

    farm.published.clear()
    for number, colour in ((0, (200, 0, 0)), (1, (0, 200, 0)), (3, (0, 0, 200))):
        publish(number, colour)
    found = shown(farm.previews.film(job))

    assert [time for time, _ in found] == pytest.approx([index / 24 for index in range(20)], abs=0.005)
    assert [round(colour[0] / 100) for _, colour in found] == [2] * 10 + [0] * 10


def test_the_picture_of_a_film_is_one_from_its_middle(farm, make_film, tmp_path, make_job):
    colours = [(0, 0, 0)] * 20 + [(200, 60, 30)] * 20
    farm.result = make_film(tmp_path / "a.mp4", colours, options={"g": "5"})

    picture = farm.previews.image(make_job(), big=False, unit=None)

    assert mean_colour(picture) == pytest.approx([200, 60, 30], abs=8)


def test_a_unit_of_a_finished_video_is_shown_by_the_result(farm, make_film, tmp_path, make_job):
    farm.result = make_film(tmp_path / "a.mp4", [(200, 60, 30)] * 4)
    farm.published = [(0, tmp_path / "gone.mov")]

    assert mean_colour(farm.previews.image(make_job(), big=False, unit=0)) == pytest.approx([200, 60, 30], abs=8)


def test_projects_have_pictures_too(farm, make_image, make_film, tmp_path):
    film = make_film(tmp_path / "a.mp4", [(200, 60, 30)] * 4)
    image = make_image(tmp_path / "a.png", RED)

    assert mean_colour(farm.previews.of_project(film)) == pytest.approx([200, 60, 30], abs=8)
    assert colour_near(mean_colour(farm.previews.of_project(image)), RED)
    assert farm.previews.of_project(tmp_path / "none.png") is None


def test_forgetting_a_job_deletes_its_previews_only(farm, frames, make_job, tmp_path):
    frames(1, 2, 3)
    one, other = make_job(end_frame=3), make_job(end_frame=3)
    for job in (one, other):
        farm.previews.film(job)

    farm.previews.forget(one.id)

    assert [path.name for path in (tmp_path / "previews").iterdir()] == [other.id]


def test_forgetting_a_job_gives_up_the_film_that_is_being_made(farm, frames, make_job, tmp_path, monkeypatch):
    frames(*range(1, 60))
    job = make_job(end_frame=60)
    begun = threading.Event()
    real = previews_module.make_thumbnail

    def noticed(source, target, **rest):
        begun.set()
        return real(source, target, **rest)

    monkeypatch.setattr(previews_module, "make_thumbnail", noticed)
    asking = threading.Thread(target=lambda: pytest.raises(PreviewFailed, farm.previews.film, job))
    asking.start()
    assert begun.wait(30)

    farm.previews.forget(job.id)
    asking.join(30)

    assert not (tmp_path / "previews" / job.id).exists()


def test_the_folder_may_go_at_any_time(farm, frames, make_job, tmp_path):
    import shutil

    frames(1, 2, 3)
    job = make_job(end_frame=3)
    farm.previews.film(job)

    shutil.rmtree(tmp_path / "previews")

    assert farm.previews.image(job, big=False, unit=1).is_file()
    assert len(shown(farm.previews.film(job))) == 3


def test_ids_that_are_none_never_become_paths(farm, frames, make_job, tmp_path):
    frames(1)
    (tmp_path / "precious").mkdir()

    with pytest.raises(PreviewFailed):
        farm.previews.forget("../precious")
    with pytest.raises(PreviewFailed):
        farm.previews.image(make_job(id="../precious"), big=False, unit=1)
    assert (tmp_path / "precious").is_dir()


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


def test_which_frames_a_job_renders(make_job):
    assert expected_numbers(make_job(start_frame=3, end_frame=6)) == [3, 4, 5, 6]
    assert expected_numbers(make_job(start_frame=1, end_frame=15, frames="1-3,15")) == [1, 2, 3, 15]
    assert expected_numbers(make_job(start_frame=1, end_frame=9, counts=UnitCounts(waiting=3, done=2))) == [
        1,
        3,
        5,
        7,
        9,
    ]
    assert expected_numbers(make_job(start_frame=-2, end_frame=1)) == [-2, -1, 0, 1]


def test_frames_that_nobody_ordered_are_shown_all_the_same(make_job, make_image, tmp_path):
    path = make_image(tmp_path / "a.png")

    shots = list_shots(make_job(start_frame=1, end_frame=2), [(1, path), (5, path)])

    assert [(shot.number, shot.path is not None) for shot in shots] == [(1, True), (2, False), (5, True)]


@pytest.mark.parametrize(
    ("fps", "rate"),
    [
        (24.0, Fraction(24)),
        (23.976, Fraction(24000, 1001)),
        (29.97, Fraction(30000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (12.5, Fraction(25, 2)),
        (0.0, Fraction(24)),
        (float("nan"), Fraction(24)),
    ],
)
def test_rates_are_what_they_stand_for(fps, rate):
    assert film_rate(fps) == rate
