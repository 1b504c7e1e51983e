"""Odd films of every kind, as one piece, in pieces, and by two machines: what plain FFmpeg makes of them, or better."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.engines.ffmpeg.conftest import Made, Sources, Studio
from tests.engines.ffmpeg.flashes import offsets
from tests.engines.ffmpeg.oddities import ODDITIES, combinations, make_odd
from zordon_app.engines.ffmpeg.segments import SEGMENT_FRAMES

pytestmark = pytest.mark.engines

LOSSLESS = {"container": "mov", "video_codec": "ffv1", "pixel_format": "yuv420p"}
ALL = combinations()
FEW = [
    ("mkv", "h264-refresh", "late-picture"),
    ("mp4", "h264-open", "edit-list"),
    ("mov", "prores", "turned"),
    ("mkv", "vp9", "uneven"),
    ("avi", "mpeg4", "plain"),
    ("flv", "h264", "gap"),
    ("ts", "mpeg2", "late-picture"),
    ("ts", "h264", "joined"),
    ("ts", "h264", "resized"),
    ("mkv", "mpeg4", "gap"),
    ("mp4", "h264", "damaged"),
    ("mkv", "h264", "odd-size"),
]


def bare(studio: Studio, film: Path) -> Path:
    """One plain FFmpeg, all of whose pictures come with the stamps that they have."""
    out = studio.tmp / "bare.mov"
    ways = ("-fps_mode", "passthrough", "-enc_time_base", "demux")
    ways = ("-fps_mode", "vfr", "-enc_time_base", "demux") if film.suffix in {".ts", ".mpg"} else ways
    studio.ffmpeg("-i", film, *ways, "-c:v", "ffv1", "-pix_fmt", "yuv420p", "-c:a", "aac", out)
    return out


def by_two(studio: Studio, film: Path) -> Made:
    """Parts by turns from two machines, of which the second has two threads and the last first."""
    return studio.make(film, LOSSLESS, threads=2)


def compare(studio: Studio, film: Path, oddity: str) -> None:
    reference = bare(studio, film)
    wanted = studio.frame_hashes(reference)
    late = offsets(reference)
    for made in (
        studio.make(film, LOSSLESS, enable_split_jobs=False),
        studio.make(film, LOSSLESS),
        by_two(studio, film),
    ):
        found = studio.frame_hashes(made.path)
        assert [row[1] for row in found] == [row[1] for row in wanted]
        # Time stamps in the ticks of the file; Matroska's are milliseconds.
        assert all(abs(float(a[0]) - float(b[0])) <= 1.5 for a, b in zip(found, wanted, strict=True))
        assert offsets(made.path) == pytest.approx(late, abs=0.02)
        assert oddity == "damaged" or not any("is damaged" in remark for remark in made.remarks)


@pytest.mark.parametrize("which", FEW, ids="-".join)
def test_an_odd_film_is_as_plain_ffmpeg_makes_it(one_studio: Studio, sources: Sources, which: tuple[str, str, str]):
    compare(one_studio, make_odd(sources, *which), which[2])


@pytest.mark.thorough
@pytest.mark.timeout(3600)
def test_so_are_two_hundred(one_studio: Studio, sources: Sources, tmp_path_factory: pytest.TempPathFactory):
    @settings(
        max_examples=200,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(ALL))
    def each(which: tuple[str, str, str]) -> None:
        one_studio.tmp = tmp_path_factory.mktemp("matrix")
        compare(one_studio, make_odd(sources, *which), which[2])

    each()


def test_the_matrix_is_large_and_its_films_are_cut():
    assert len(ALL) >= 200
    assert {oddity for _, _, oddity in ALL} == set(ODDITIES)
    assert SEGMENT_FRAMES < 22 * 25
