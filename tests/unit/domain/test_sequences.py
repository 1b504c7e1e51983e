from pathlib import PurePosixPath

import pytest

from zordon_app.domain.sequences import first_of_each, split_number


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("shot_0012.png", ("shot_", "0012", ".png")),
        ("7.exr", ("", "7", ".exr")),
        ("a1b22.tif", ("a1b", "22", ".tif")),
        ("v2.0001.png", ("v2.", "0001", ".png")),
        ("poster.png", None),
        ("shot_0001", None),
        ("1.5", None),
    ],
)
def test_the_number_before_the_extension(name, parts):
    assert split_number(name) == parts


def test_a_sequence_is_named_by_its_first_image():
    names = ["b/shot_10.png", "b/shot_9.png", "b/shot_0.png", "c/shot_1.png", "film_1.mp4", "film_2.mp4", "x.png"]
    found = first_of_each(PurePosixPath(name) for name in names)

    assert [str(path) for path in found] == ["b/shot_0.png", "c/shot_1.png", "film_1.mp4", "film_2.mp4", "x.png"]
