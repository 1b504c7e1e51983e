"""When things are seen and heard (faults.md, films 2, 3, 4, 18, 20): as plain FFmpeg shows them, or better."""

from pathlib import Path

import av
import pytest

from tests.engines.ffmpeg.conftest import Sources, Studio
from tests.engines.ffmpeg.flashes import flash_and_beep, offsets

pytestmark = pytest.mark.engines

LOSSLESS = {"container": "mov", "video_codec": "ffv1"}
SMALL = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "mp2")


def hashes(studio: Studio, path: Path, *before: str) -> list[str]:
    return [row[1] for row in studio.frame_hashes(path, *before)]


def seconds_of(path: Path) -> float:
    with av.open(str(path)) as container:
        stamps = [frame.pts * frame.time_base for frame in container.decode(video=0)]
    return float(max(stamps) - min(stamps))


def joined(target: Path, *parts: Path) -> Path:
    """What ``cat`` makes of recordings."""
    target.write_bytes(b"".join(part.read_bytes() for part in parts))
    return target


def bare_offset(studio: Studio, film: Path) -> float:
    """How late the picture is when plain FFmpeg makes the film."""
    bare = studio.tmp / "bare.mp4"
    studio.ffmpeg("-i", film, "-c:v", "libx264", "-preset", "ultrafast", bare)
    return offsets(bare)[0]


LATE = ("-vf", "select=gte(t\\,0.8)", "-fps_mode", "passthrough")


@pytest.mark.parametrize("name", ["late.ts", "late.mpg", "late.mxf", "late.avi"])
@pytest.mark.parametrize("args", [{}, {"trim_start": 2, "trim_end": 7}], ids=["whole", "trimmed"])
def test_a_picture_that_begins_after_the_sound_stays_in_time(studio: Studio, sources: Sources, name, args):
    codecs = (
        SMALL
        if name[-3:] in {".ts", "avi"}
        else ("-c:v", "mpeg2video", "-c:a", "mp2" if "mpg" in name else "pcm_s16le")
    )
    film = sources.make(name, *flash_and_beep(9), *LATE, *codecs)
    made = studio.make(film, {"preset": "ultrafast", **args})

    assert offsets(made.path) == pytest.approx([bare_offset(studio, film)] * len(offsets(made.path)), abs=0.02)


@pytest.mark.parametrize("name", ["late.mkv", "late.mp4", "late.ts"])
def test_it_does_at_another_rate_too(one_studio: Studio, sources: Sources, name):
    film = sources.make(name, *flash_and_beep(9), *LATE, *SMALL)
    made = one_studio.make(film, {"preset": "ultrafast", "fps": 50})

    # Both are rounded to frames.
    assert offsets(made.path) == pytest.approx([bare_offset(one_studio, film)] * len(offsets(made.path)), abs=0.021)


def test_recordings_one_after_the_other_stay_in_time(studio: Studio, sources: Sources):
    film = sources.make("part.ts", *flash_and_beep(4.4), *SMALL)
    parts = []
    for number in range(6):
        part = studio.tmp / f"{number}.ts"
        studio.ffmpeg("-i", film, "-c", "copy", "-output_ts_offset", str(100 * number), part)
        parts.append(part)
    made = studio.make(joined(studio.tmp / "all.ts", *parts), {"preset": "ultrafast"})
    bare = studio.tmp / "bare.mp4"
    studio.ffmpeg("-i", studio.tmp / "all.ts", "-c:v", "libx264", "-preset", "ultrafast", bare)

    assert offsets(made.path) == pytest.approx(offsets(bare), abs=0.02)
    assert not any("cut off" in warning for warning in made.plan.warnings)


SLOW_KEYS = ("-c:v", "libx264", "-bf", "0", "-x264-params", "intra-refresh=1:keyint=100", "-pix_fmt", "yuv420p")


@pytest.mark.parametrize("name", ["pir.mp4", "pir.mkv"])
def test_of_a_film_whose_keys_need_time_every_frame_is_the_one_asked_for(studio: Studio, sources: Sources, name):
    film = sources.make(name, "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=40", *SLOW_KEYS)
    made = studio.make(film, LOSSLESS)

    assert len(made.plan.units) > 1
    assert hashes(studio, made.path) == hashes(studio, film)


@pytest.mark.parametrize("name", ["pir.mp4", "pir.mkv"])
def test_nor_do_its_parts_begin_late(one_studio: Studio, sources: Sources, name):
    film = sources.make(name, "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=40", *SLOW_KEYS)
    made = one_studio.make(film, LOSSLESS, frames="306-400")

    assert hashes(one_studio, made.path) == hashes(one_studio, film)[305:400]


@pytest.fixture
def three_sizes(sources: Sources, tmp_path: Path) -> Path:
    """Recordings of 12 s, the second and third of another size and shape."""
    parts = [
        sources.make("part.ts", "-f", "lavfi", "-i", f"testsrc2=s={size}:r=25:d=12", *SMALL)
        for size in ("320x180", "160x90", "320x240")
    ]
    return joined(tmp_path / "sizes.ts", *parts)


@pytest.mark.parametrize("args", [{}, {"filters": ["crop=300:180:0:0"]}, {"fps": 30}], ids=["plain", "crop", "rate"])
def test_a_film_that_changes_its_size_keeps_its_length_and_gets_the_first(studio: Studio, three_sizes: Path, args):
    made = studio.make(three_sizes, {"preset": "ultrafast", **args})

    assert seconds_of(made.path) == pytest.approx(36, abs=0.1)


def test_it_is_scaled_as_plain_ffmpeg_does(studio: Studio, three_sizes: Path):
    made = studio.make(three_sizes, LOSSLESS)
    bare = studio.tmp / "bare.mov"
    studio.ffmpeg("-i", three_sizes, "-c:v", "ffv1", bare)

    assert hashes(studio, made.path) == hashes(studio, bare)


def test_and_so_it_is_in_a_film_that_is_cut(studio: Studio, three_sizes: Path):
    film = studio.tmp / "sizes.mkv"
    studio.ffmpeg("-i", three_sizes, "-c", "copy", film)
    made = studio.make(film, LOSSLESS)
    bare = studio.tmp / "bare.mov"
    studio.ffmpeg("-i", film, "-c:v", "ffv1", bare)

    assert len(made.plan.units) > 1
    assert hashes(studio, made.path) == hashes(studio, bare)


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov"])
def test_a_clip_with_an_edit_list_is_not_called_damaged(one_studio: Studio, sources: Sources, name):
    film = sources.make("long.mp4", *flash_and_beep(30), *SMALL[:-1], "aac")
    clip = sources.make(name, "-ss", "7.3", "-i", str(film), "-t", "9", "-c", "copy")
    made = one_studio.make(clip, {"preset": "ultrafast"})

    assert made.plan.warnings == ()
    assert offsets(made.path) == pytest.approx([offsets(clip)[0]] * len(offsets(made.path)), abs=0.02)
