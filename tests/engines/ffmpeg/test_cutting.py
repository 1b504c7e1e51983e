"""Films that are cut, encoded apart and joined: every frame and every time stamp must be the source's."""

import subprocess
from pathlib import Path

import av
import pytest
from msgspec import structs

from tests.engines.ffmpeg.conftest import make_job
from tests.fakes.matrix import thorough

pytestmark = pytest.mark.engines

VFR = "select='if(lt(t,9),not(mod(n,2)),if(lt(t,18),not(mod(n,4)),1))'"
LOSSLESS = {"container": "mov", "video_codec": "ffv1"}


@pytest.fixture
def films(sources):
    """Sources as people have them, by name, each made when asked for."""
    video = ("-f", "lavfi", "-i")
    kinds = {
        "24.mp4": lambda: sources.film("24.mp4"),
        "29.97.mkv": lambda: sources.film("29.97.mkv", rate="30000/1001"),
        "vfr.mp4": lambda: sources.make(
            "vfr.mp4",
            *(*video, "testsrc2=s=128x72:r=60:d=27", "-vf", VFR, "-fps_mode", "passthrough"),
            *("-c:v", "libx264", "-preset", "veryfast", "-g", "120", "-bf", "3"),
        ),
        "prores.mov": lambda: sources.film("prores.mov", "-c:v", "prores_ks", "-c:a", "pcm_s16le"),
        "open-gop.mkv": lambda: sources.film(
            "open.mkv", "-c:v", "libx264", "-x264-params", "open-gop=1", "-c:a", "aac"
        ),
        "vp9.webm": lambda: sources.film(
            "vp9.webm", *"-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus".split()
        ),
        "mpeg4.avi": lambda: sources.film("mpeg4.avi", "-c:v", "mpeg4", "-bf", "2", "-c:a", "libmp3lame"),
    }
    return lambda name: kinds[name]()


@pytest.mark.parametrize(
    "name", ["24.mp4", "vfr.mp4", "open-gop.mkv", *thorough("29.97.mkv", "prores.mov", "vp9.webm", "mpeg4.avi")]
)
def test_joined_segments_hold_the_very_frames_of_the_source(studio, films, name):
    source = films(name)
    made = studio.make(source, LOSSLESS)

    assert len(made.plan.units) >= 2
    assert made.reason == ""
    wanted, got = studio.frame_hashes(source), studio.frame_hashes(made.path)
    assert [row[1] for row in got] == [row[1] for row in wanted]
    assert got == wanted


def test_three_segments_leave_no_frame_out_at_either_cut(studio, sources):
    source = sources.film("long.mp4", seconds=50)
    made = studio.make(source, LOSSLESS)

    assert len(made.plan.units) == 3
    assert [unit.first for unit in made.plan.units[1:]] == [unit.last + 1 for unit in made.plan.units[:-1]]
    assert studio.frame_hashes(made.path) == studio.frame_hashes(source)


def test_cuts_lie_just_after_key_pictures(one_studio, sources):
    _, plan = one_studio.plan(sources.film("24.mp4"), LOSSLESS)

    # Key pictures stand at 1, 101, 201 …; FFmpeg seeks up to 0.14 s before the cut.
    assert [(unit.first - 1) % 100 for unit in plan.units[1:]] == [5]


def test_sound_is_that_of_a_single_encode(studio, sources):
    source = sources.film("24.mp4")
    made = studio.make(source, {"container": "mp4", "preset": "ultrafast"})
    single = studio.tmp / "single.mp4"
    studio.ffmpeg("-i", source, "-map", "0:a", "-c:a", "aac", single)

    assert len(made.plan.units) == 2
    assert studio.sound_hash(made.path) == studio.sound_hash(single)
    assert studio.sound_hash(made.path, "-c:a", "copy") == studio.sound_hash(single, "-c:a", "copy")


def test_copied_sound_is_untouched(studio, sources):
    source = sources.film("24.mp4")
    made = studio.make(source, {"container": "mov", "preset": "ultrafast", "audio": "copy"})

    assert studio.sound_hash(made.path, "-c:a", "copy") == studio.sound_hash(source, "-c:a", "copy")


def first_stamps(path: Path) -> tuple[float, float]:
    """Time stamps of the first picture and the first sound, seconds, as a player sees them."""
    import av

    with av.open(str(path)) as container:
        picture = next(container.decode(video=0))
    with av.open(str(path)) as container:
        sound = next(container.decode(audio=0))
    return float(picture.pts * picture.time_base), float(sound.pts * sound.time_base)


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_picture_that_starts_late_still_fits_its_sound(studio, sources, split, container):
    source = sources.make(
        "late.mkv",
        *("-f", "lavfi", "-itsoffset", "0.5", "-i", "testsrc2=s=128x72:r=25:d=24"),
        *("-f", "lavfi", "-i", "sine=d=24", "-c:v", "libx264", "-preset", "veryfast", "-c:a", "pcm_s16le"),
    )
    picture, sound = first_stamps(source)
    late = picture - sound
    assert late == pytest.approx(0.5, abs=0.05)
    made = studio.make(source, {"container": container, "preset": "ultrafast"}, enable_split_jobs=split)

    picture, sound = first_stamps(made.path)
    assert picture - sound == pytest.approx(late, abs=0.03)


@pytest.mark.parametrize(
    ("container", "codec", "preset"),
    [
        ("mp4", "libx264", "ultrafast"),
        ("mov", "dnxhd", "lb"),
        *thorough(
            ("mp4", "libx265", "ultrafast"),
            ("mkv", "libsvtav1", "13"),
            ("webm", "libvpx-vp9", "8"),
            ("mov", "prores_ks", "proxy"),
            ("mkv", "ffv1", None),
        ),
    ],
)
def test_every_codec_joins(studio, sources, container, codec, preset):
    source = sources.film("wide.mp4", size="256x144")
    made = studio.make(source, {"container": container, "video_codec": codec, "preset": preset})

    assert len(made.plan.units) == 2
    assert len(studio.frame_hashes(made.path)) == 600
    assert made.told[-1] > 0.95


def test_prores_of_segments_is_that_of_one_piece(studio, sources):
    source = sources.film("24.mp4")
    args = {"container": "mov", "video_codec": "prores_ks", "preset": "proxy"}
    cut, whole = studio.make(source, args), studio.make(source, args, enable_split_jobs=False)

    assert (len(cut.plan.units), len(whole.plan.units)) == (2, 1)
    assert studio.frame_hashes(cut.path) == studio.frame_hashes(whole.path)
    assert studio.sound_hash(cut.path) == studio.sound_hash(whole.path)


def test_a_segment_left_out_does_not_shift_the_sound(one_studio, sources):
    source = sources.film("long.mp4", seconds=50)
    made = one_studio.make(source, LOSSLESS, leave_out=[1])
    gap = made.plan.units[1]

    wanted = [row for row in one_studio.frame_hashes(source) if not gap.first <= 1 + frame_number(row, 24) <= gap.last]
    assert one_studio.frame_hashes(made.path) == wanted


def test_a_helper_makes_its_segments_without_sound_as_the_jobs_own_machine_does(one_studio, sources):
    """Its job is not the one that joins them; sound would lead the picture by what its encoder needs to begin."""
    source = sources.film("24.mp4")
    request, plan = one_studio.plan(source, {"preset": "ultrafast"})
    job = structs.replace(make_job(source, request, plan, one_studio.build), assemble=False)
    one_studio.run_unit(job, plan.units[1], one_studio.tmp, one_studio.build)
    with av.open(str(one_studio.tmp / plan.units[1].file)) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def frame_number(row: tuple[str, str], fps: int) -> int:
    return round(float(row[0]) * fps / 1000)


def test_progress_counts_seconds_of_the_segment(one_studio, sources):
    made = one_studio.make(sources.film("24.mp4"), {"preset": "ultrafast"})

    seconds = [event.facts["seconds"] for event in made.events]
    assert max(seconds) == pytest.approx(made.plan.units[0].expected.seconds, abs=1.0)


def test_parts_of_both_versions_join(engine, all_builds, sources, tmp_path, one_studio):
    """A farm may have to go on with another build of the same codec; the film must still decode to its parts."""
    source = sources.film("24.mp4")
    _, plan = one_studio.plan(source, {"preset": "ultrafast"})
    others = [build for build in all_builds if build.origin != "embedded"]
    if not others:
        pytest.skip("only one FFmpeg here")
    made = one_studio.make(source, {"preset": "ultrafast"}, build=others[0])

    assert len(plan.units) == 2
    assert len(one_studio.frame_hashes(made.path)) == 600


def test_streaming_can_start_at_once(one_studio, sources):
    made = one_studio.make(sources.film("24.mp4"), {"preset": "ultrafast"})
    data = made.path.read_bytes()

    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_the_embedded_build_needs_nothing_else(embedded, sources, tmp_path):
    source = sources.film("short.mp4", seconds=1)
    out = tmp_path / "out.mp4"
    done = subprocess.run(
        [*embedded.command, "-v", "error", "-i", str(source), str(out)], env={}, capture_output=True, check=False
    )

    assert done.returncode == 0
    assert out.stat().st_size > 1000
