from pathlib import Path

import pytest

from zordon_app.domain.jobs import Expected, UnitKind, UnitSpec
from zordon_app.engines.ffmpeg.film import ImageSequence
from zordon_app.engines.ffmpeg.lists import image_list, quote, segment_list


def segment(number: int, start: int, end: int) -> UnitSpec:
    return UnitSpec(
        number=number,
        kind=UnitKind.SEGMENT,
        first=1,
        last=2,
        file=f"film.{number:05d}.mp4",
        expected=Expected(format="mp4"),
        detail={"start": start, "end": end},
    )


def test_each_segment_lasts_until_the_next():
    units = [segment(1, 12_708_333, 25_000_000), segment(0, 0, 12_708_333)]

    assert segment_list(units, Path("/parts")).splitlines() == [
        "ffconcat version 1.0",
        "file 'file:/parts/film.00000.mp4'",
        "duration 12.708333",
        "file 'file:/parts/film.00001.mp4'",
        "duration 12.291667",
    ]


def test_what_stands_before_a_segment_left_out_stands_longer():
    units = [segment(0, 0, 10_000_000), segment(2, 20_000_000, 30_000_000)]

    assert "duration 20.000000" in segment_list(units, Path("/parts"))


@pytest.mark.parametrize("name", ["it's", "a'b''c", "-x", "ö 漢", "a\\b", "#", "%04d"])
def test_names_are_quoted(name):
    text = quote(Path("/folder") / name)

    assert text.startswith("'file:/folder/")
    assert text[1:-1].replace("'\\''", "'") == f"file:/folder/{name}"


def test_the_image_before_a_gap_stands_in():
    sequence = ImageSequence(prefix="s_", suffix=".png", padding=3, frames="1-3,6")
    files = [line for line in image_list(sequence, Path("/i"), 2, 7).splitlines() if line.startswith("file")]

    assert [line[-8:-5] for line in files] == ["002", "003", "003", "003", "006", "006"]
