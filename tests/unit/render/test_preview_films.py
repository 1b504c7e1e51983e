import threading
from fractions import Fraction

import av
import pytest

from tests.fakes.patience import HANG_SECONDS
from tests.unit.render.conftest import colour_near, count_calls, frames_of
from zordon_app.domain.jobs import UnitCounts
from zordon_app.errors import PreviewFailed
from zordon_app.render import previews as previews_module
from zordon_app.render.film_frames import expected_numbers, film_rate, list_shots
from zordon_app.render.previews import Previews

RED, GREEN, BLUE = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def test_a_film_shows_every_frame_at_the_rate_of_the_job(farm, frames, make_job):
    frames(1, 2, colour=RED)
    frames(3, 4, colour=BLUE)

    film = farm.previews.film(make_job(end_frame=4, fps=12.0))

    times, colours = zip(*frames_of(film), strict=True)
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

    found = frames_of(farm.previews.film(make_job(end_frame=9)))

    assert len(found) == 5
    dark = [index for index, (_time, colour) in enumerate(found) if not colour_near(colour, GREEN)]
    assert dark == [2]
    assert max(found[2][1]) < 70


def test_a_damaged_frame_is_a_card_too(farm, frames, tmp_path, make_job):
    frames(1, 2, 3, colour=GREEN)
    (tmp_path / "shot_0002.png").write_bytes(b"broken")

    found = frames_of(farm.previews.film(make_job(end_frame=3)))

    assert [colour_near(colour, GREEN) for _time, colour in found] == [True, False, True]


def test_a_film_grows_and_only_the_last_piece_is_encoded_anew(farm, frames, make_job, monkeypatch, tmp_path):
    calls = count_calls(monkeypatch)
    frames(*range(1, 101))
    job = make_job(end_frame=200)
    first = farm.previews.film(job)
    assert len(frames_of(first)) == 100
    pieces = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "previews" / job.id).glob("piece-*")}
    calls.clear()

    frames(101, 102, colour=RED)
    second = farm.previews.film(job)

    times, colours = zip(*frames_of(second), strict=True)
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
        may_go_on.wait(HANG_SECONDS)
        return real(source, target, **rest)

    monkeypatch.setattr(previews_module, "make_thumbnail", slow)
    frames(4)

    assert hurried.film(job) == first
    may_go_on.set()
    hurried._films._making[job.id].future.result(HANG_SECONDS)
    assert len(frames_of(hurried.film(job))) == 4
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
    found = frames_of(film)
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
    found = frames_of(farm.previews.film(job))

    assert [time for time, _ in found] == pytest.approx([index / 24 for index in range(20)], abs=0.005)
    assert [round(colour[0] / 100) for _, colour in found] == [2] * 10 + [0] * 10


def test_forgetting_a_job_gives_up_the_film_that_is_being_made(farm, frames, make_job, tmp_path, monkeypatch):
    frames(*range(1, 60))
    job = make_job(end_frame=60)
    begun = threading.Event()
    real = previews_module.make_thumbnail

    def refused():
        with pytest.raises(PreviewFailed):
            farm.previews.film(job)

    def noticed(source, target, **rest):
        begun.set()
        return real(source, target, **rest)

    monkeypatch.setattr(previews_module, "make_thumbnail", noticed)
    asking = threading.Thread(target=refused)
    asking.start()
    assert begun.wait(HANG_SECONDS)

    farm.previews.forget(job.id)
    asking.join(HANG_SECONDS)

    assert not asking.is_alive()
    assert not (tmp_path / "previews" / job.id).exists()


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
