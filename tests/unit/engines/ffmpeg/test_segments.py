from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zordon_app.engines.ffmpeg import segments
from zordon_app.engines.ffmpeg.film import Scan
from zordon_app.engines.ffmpeg.settings import Settings

PLAIN = Settings(container="mp4", video_codec="libx264", crf=23)


@given(
    lengths=st.lists(st.integers(1, 5000), min_size=1, max_size=3000),
    group=st.integers(1, 700),
    data=st.data(),
)
def test_segments_cover_every_frame_once(lengths, group, data):
    stamps = [sum(lengths[:1])]
    for length in lengths[1:]:
        stamps.append(stamps[-1] + length)
    scan = Scan(time_base=Fraction(1, 12000), stamps=stamps, keys=list(range(0, len(stamps), group)), last_length=500)
    first = data.draw(st.integers(0, len(stamps) - 1))
    end = data.draw(st.integers(first + 1, len(stamps)))
    pieces = segments.cut(scan, first, end)

    assert pieces[0][0] == first
    assert pieces[-1][1] == end
    assert all(before[1] == after[0] for before, after in pairwise(pieces))
    assert all(a < b for a, b in pieces)
    assert segments.cut_evenly(first, end)[0][0] == first


@pytest.mark.parametrize("count", [1440, 2400, 10_000, 170_000])
def test_segments_have_about_the_wanted_length(scan, count):
    sizes = [b - a for a, b in segments.cut(scan(count), 0, count)]

    assert all(130 <= size <= 670 for size in sizes)


def test_cuts_move_to_just_after_a_key_picture(scan):
    pieces = segments.cut(scan(2400, group=250), 0, 2400)

    # 0.14 s are 3.36 frames: the fourth frame after the key, and one more for the time stamp in between.
    assert [(a - 5) % 250 for a, _ in pieces[1:]] == [0] * (len(pieces) - 1)


def test_cuts_stay_where_no_key_picture_is_near(scan):
    pieces = segments.cut(scan(2400, group=100_000), 0, 2400)

    assert [a for a, _ in pieces] == [480 * number for number in range(5)]


def test_a_seek_lies_between_two_frames(scan, film):
    for place in (5, 7, 2399):
        cut = segments.cut_of_frames(scan(), film(), 0, place, place + 1)
        assert (place - 1) / 24 < cut.seek < place / 24
        assert cut.seek + cut.lead == pytest.approx(place / 24)
        assert place / 24 < cut.seek + cut.until < (place + 1) / 24


def test_in_an_avi_nothing_is_sought_near_the_beginning(scan, film):
    for place in (0, 1, 3):
        cut = segments.cut_of_frames(scan(), film(container="avi"), 0, place, place + 1)
        assert cut.seek is None
        assert cut.lead == pytest.approx(place / 24)


def test_a_seek_to_an_earlier_key_leaves_out_what_comes_before_the_frame(scan, film):
    cut = segments.cut_of_frames(scan(), film(), 0, 250, 300, entry=100)

    assert cut.seek == pytest.approx(100 / 24)
    assert cut.lead == pytest.approx(150 / 24)
    assert 149 / 24 < cut.after < 150 / 24


def test_lengths_of_segments_do_not_add_up_errors():
    third = Scan(time_base=Fraction(1001, 30000), stamps=list(range(100_000)), last_length=1)
    starts = [third.microseconds(0, place) for place in range(0, 100_000, 397)]
    lengths = [b - a for a, b in pairwise(starts)]

    assert sum(lengths) == starts[-1]
    assert abs(starts[-1] - 397 * (len(starts) - 1) * 1001 / 30000 * 1_000_000) <= 0.5


def test_a_second_means_the_frame_that_stands_there(scan, film):
    assert segments.find_range(scan(), film(), 1.0, 2.0) == (24, 48)
    assert segments.find_range(scan(), film(), 1.001, None) == (24, 2400)
    assert segments.find_range(scan(), film(), 1.02, 1.0417) == (25, 25)
    assert segments.find_range(scan(), film(), 0.0, 1e6) == (0, 2400)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"two_pass": True, "video_bitrate": 500}, "passes"),
        ({"video_bitrate": 500}, "bit rate"),
        ({"fps": "25"}, "frame rate"),
        ({"memory": "hqdn3d"}, "hqdn3d"),
        ({"container": "gif"}, "GIF"),
        ({"container": "avi"}, "AVI"),
        ({"video_codec": "copy"}, "Copying"),
        ({"raw": "-x"}, "Raw"),
    ],
)
def test_reasons_not_to_split(fields, word):
    import msgspec

    settings = msgspec.structs.replace(PLAIN, **fields)
    assert word in segments.why_one_piece(settings, split=True, seconds=100, frames=2400)


def test_a_plain_film_may_be_split():
    assert segments.why_one_piece(PLAIN, split=True, seconds=60, frames=1440) == ""
    assert "short" in segments.why_one_piece(PLAIN, split=True, seconds=19, frames=1440)
    assert "short" in segments.why_one_piece(PLAIN, split=True, seconds=300, frames=300)
    assert "switched off" in segments.why_one_piece(PLAIN, split=False, seconds=60, frames=1440)
