import pytest
from hypothesis import given
from hypothesis import strategies as st

from zordon_app.domain.frames import MAX_FRAMES, format_frames, parse_frames
from zordon_app.errors import BadRequest


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("1-5", [1, 2, 3, 4, 5]),
        ("1-10x2,15", [1, 3, 5, 7, 9, 15]),
        (" 3 , 1 ", [1, 3]),
        ("7", [7]),
        ("-3--1", [-3, -2, -1]),
        ("1-3,2-4", [1, 2, 3, 4]),
    ],
)
def test_frame_ranges_are_read_as_people_write_them(text, frames):
    assert parse_frames(text) == frames


@pytest.mark.parametrize(
    "text", ["", " , ", "10-5", "10-5x0", "1-5x0", "a-b", "1-5y2", "1..5", "1-5:3", "1-99999999999"]
)
def test_a_wrong_frame_range_is_refused_with_a_sentence(text):
    with pytest.raises(BadRequest) as refusal:
        parse_frames(text)

    assert str(refusal.value).endswith(".")


def test_a_huge_frame_range_is_refused_before_it_fills_the_memory():
    with pytest.raises(BadRequest, match="more than"):
        parse_frames(f"1-{MAX_FRAMES + 1}")


@given(st.sets(st.integers(-1000, 100000), min_size=1, max_size=60))
def test_formatted_frames_are_read_back_the_same(frames):
    assert parse_frames(format_frames(frames)) == sorted(frames)
