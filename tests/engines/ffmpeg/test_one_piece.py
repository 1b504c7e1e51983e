"""Films that are made in one piece, and why; what each setting does to the picture."""

from fractions import Fraction

import av
import pytest

from tests.fakes.matrix import thorough
from zordon_app.errors import BadRequest

pytestmark = pytest.mark.engines


def describe(path):
    """Codec, pixel format, size and frame rate of the picture; codec and seconds of the sound."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        context = video.codec_context
        sound = 0.0
        if container.streams.audio:
            frames = list(container.decode(audio=0))
            sound = sum(frame.samples for frame in frames) / frames[0].sample_rate
        return {
            "codec": context.codec.canonical_name,
            "pixels": context.pix_fmt,
            "size": (context.width, context.height),
            "rate": video.average_rate,
            "sound": sound,
        }


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ({"two_pass": True, "video_bitrate": 200, "preset": "ultrafast"}, "Two passes"),
        ({"video_bitrate": 200, "preset": "ultrafast"}, "bit rate"),
        ({"fps": 25, "preset": "ultrafast"}, "frame rate"),
        ({"filters": ["yadif"], "preset": "ultrafast"}, "yadif"),
        ({"filters": ["fade=in:0:24"], "preset": "ultrafast"}, "fade"),
        ({"container": "gif"}, "palette"),
        ({"container": "avi", "preset": "ultrafast"}, "AVI"),
        ({"video_codec": "copy"}, "Copying"),
        ({"raw": "-tune animation", "preset": "ultrafast"}, "Raw"),
    ],
)
def test_what_cannot_be_split_is_one_piece_and_says_why(studio, sources, args, reason):
    made = studio.make(sources.film("24.mp4"), args)

    assert len(made.plan.units) == 1
    assert not made.plan.assemble
    assert reason in made.reason
    assert made.path.name == f"film.{args.get('container', 'mp4')}"


def test_splitting_can_be_switched_off(one_studio, sources):
    made = one_studio.make(sources.film("24.mp4"), {"preset": "ultrafast"}, enable_split_jobs=False)

    assert len(made.plan.units) == 1
    assert made.reason == "Splitting is switched off for this job."


def test_short_films_are_one_piece(one_studio, sources):
    made = one_studio.make(sources.film("short.mp4", seconds=3), {"preset": "ultrafast"})

    assert len(made.plan.units) == 1
    assert "short" in made.reason


@pytest.mark.parametrize("codec", ["libx264", *thorough("libx265", "libvpx-vp9")])
def test_two_passes_are_two_and_meet_the_bit_rate(studio, sources, codec):
    source = sources.film("noisy.mp4", seconds=8, size="320x180")
    args = {"video_codec": codec, "video_bitrate": 150, "two_pass": True, "audio": "none"}
    args |= {"preset": "8"} if codec == "libvpx-vp9" else {}
    made = studio.make(source, args)
    invocation = studio.engine.run(made.job, studio.build, made.plan.units[0], studio.tmp)

    assert len(invocation.before) == 1
    assert invocation.before[0].argv[-3:] == ("-f", "null", "-")
    assert made.path.stat().st_size * 8 / 8000 == pytest.approx(150, rel=0.25)


@pytest.mark.parametrize("codec", ["libx264", *thorough("libx265", "libvpx-vp9", "libsvtav1")])
def test_a_bit_rate_is_met_in_one_pass(studio, sources, codec):
    source = sources.film("noisy.mp4", seconds=8, size="320x180")
    args = {"video_codec": codec, "video_bitrate": 150, "audio": "none"}
    args |= {"preset": "8"} if codec in {"libvpx-vp9", "libsvtav1"} else {}
    made = studio.make(source, args)

    assert made.path.stat().st_size * 8 / 8000 == pytest.approx(150, rel=0.4)


@pytest.mark.parametrize("fps", [12, 23.976, *thorough(25, 29.97, 50, 60)])
def test_another_frame_rate_keeps_the_length(studio, sources, fps):
    made = studio.make(sources.film("short.mp4", seconds=3), {"fps": fps, "preset": "ultrafast"})

    assert made.plan.expected.frames == round(3 * fps)
    assert float(describe(made.path)["rate"]) == pytest.approx(fps, abs=0.01)
    assert describe(made.path)["sound"] == pytest.approx(3.0, abs=0.05)


def test_29_97_is_a_fraction(one_studio, sources):
    made = one_studio.make(sources.film("short.mp4", seconds=3), {"fps": 29.97, "preset": "ultrafast"})

    assert describe(made.path)["rate"] == Fraction(30000, 1001)


@pytest.mark.parametrize("name", ["short29.mkv", *thorough("short.mp4")])
@pytest.mark.parametrize(
    ("args", "fields", "first", "last"),
    [
        ({"trim_start": 1, "trim_end": 2}, {}, 1.0, 2.0),
        ({"trim_start": 1.5}, {}, 1.5, 3.0),
        ({"trim_end": 0.5}, {}, 0.0, 0.5),
        ({}, {"frames": "25-48"}, "25", "48"),
        ({}, {"start_frame": 25, "end_frame": 48}, "25", "48"),
        ({"trim_start": 1}, {"end_frame": 48}, 1.0, "48"),
    ],
)
def test_trimming_is_exact_for_picture_and_sound(studio, sources, name, args, fields, first, last):
    rate = {"short.mp4": "24", "short29.mkv": "30000/1001"}[name]
    source = sources.film(name, seconds=3, rate=rate)
    made = studio.make(source, {"container": "mov", "video_codec": "ffv1", **args}, **fields)

    whole = studio.frame_hashes(source)
    begin = int(first) - 1 if isinstance(first, str) else round(first * float(Fraction(rate)) + 0.4)
    end = int(last) if isinstance(last, str) else round(last * float(Fraction(rate)) + 0.4)
    assert [row[1] for row in studio.frame_hashes(made.path)] == [row[1] for row in whole[begin:end]]
    assert describe(made.path)["sound"] == pytest.approx(made.plan.expected.seconds, abs=0.05)


def test_trimmed_films_are_split_as_well(studio, sources):
    source = sources.film("long.mp4", seconds=50)
    made = studio.make(source, {"container": "mov", "video_codec": "ffv1", "trim_start": 10, "trim_end": 35})

    assert len(made.plan.units) == 2
    assert [row[1] for row in studio.frame_hashes(made.path)] == [
        row[1] for row in studio.frame_hashes(source)[240:840]
    ]
    assert describe(made.path)["sound"] == pytest.approx(25.0, abs=0.05)


@pytest.mark.parametrize(
    ("args", "size"),
    [
        ({"height": 100}, (178, 100)),
        *thorough(({"width": 64}, (64, 36)), ({"width": 50, "height": 60}, (50, 60))),
        ({"width": 51, "height": 61}, (50, 60)),
        ({"filters": ["crop=101:51:3:3"]}, (100, 50)),
        ({"filters": ["transpose=1"]}, (72, 128)),
        ({"filters": ["crop=100:50", "transpose=1"], "width": 100}, (100, 200)),
    ],
)
def test_sizes(studio, sources, args, size):
    made = studio.make(sources.film("short.mp4", seconds=1), {"preset": "ultrafast", **args})

    assert describe(made.path)["size"] == size
    assert (made.plan.facts["width"], made.plan.facts["height"]) == size


def test_odd_sources_lose_a_line_and_say_so(studio, sources):
    source = sources.make(
        "odd.mkv",
        *("-f", "lavfi", "-i", "testsrc=s=129x73:r=24:d=1", "-pix_fmt", "yuv444p"),
        *("-c:v", "libx264", "-preset", "ultrafast"),
    )
    made = studio.make(source, {"preset": "ultrafast"})
    kept = studio.make(source, {"preset": "ultrafast", "pixel_format": "yuv444p"})

    assert describe(made.path)["size"] == (128, 72)
    assert made.plan.warnings == (
        "The picture is 129×73, and yuv420p needs even sizes: its last column and row of pixels are cut off.",
    )
    assert describe(kept.path)["size"] == (129, 73)
    assert kept.plan.warnings == ()


def test_films_of_phones_come_out_upright(studio, sources):
    flat = sources.film("short.mp4", seconds=1)
    source = sources.make("turned.mp4", "-display_rotation", "90", "-i", str(flat), "-c", "copy")
    probe = studio.engine.look(source)
    made = studio.make(source, {"preset": "ultrafast"})

    assert (probe.width, probe.height) == (72, 128)
    assert describe(made.path)["size"] == (72, 128)


def test_depth_is_kept_where_players_take_it(studio, sources):
    source = sources.film("deep.mkv", "-c:v", "ffv1", "-pix_fmt", "yuv420p10le", "-an", seconds=1)

    assert describe(studio.make(source, {"video_codec": "libx265"}).path)["pixels"] == "yuv420p10le"
    assert describe(studio.make(source, {"video_codec": "libx264"}).path)["pixels"] == "yuv420p"
    lossless = {"video_codec": "ffv1", "container": "mkv"}
    assert describe(studio.make(source, lossless).path)["pixels"] == "yuv420p10le"


def test_hevc_gets_the_name_that_apple_wants(one_studio, sources):
    made = one_studio.make(sources.film("short.mp4", seconds=1), {"video_codec": "libx265", "preset": "ultrafast"})

    assert b"hvc1" in made.path.read_bytes()


def test_gif_frames_that_do_not_change_are_kept(studio, sources):
    source = sources.make(
        "still.mp4", "-f", "lavfi", "-i", "color=red:s=64x64:r=10:d=2", "-c:v", "libx264", "-pix_fmt", "yuv420p"
    )
    made = studio.make(source, {"container": "gif"})

    assert made.plan.expected.frames == 20


def test_an_encoder_that_a_build_lacks_is_refused_before_anything_is_queued(one_studio, sources):
    import msgspec

    poor = msgspec.structs.replace(one_studio.build, details={"encoders": ["libx264", "aac"]})
    one_studio.build = poor
    with pytest.raises(BadRequest, match="built without libsvtav1"):
        one_studio.plan(sources.film("short.mp4", seconds=1), {"video_codec": "libsvtav1"})
