import pytest

from zordon_app.engines.ffmpeg.film import Film, ImageSequence
from zordon_app.engines.ffmpeg.sequence import find_layer, find_sequence, missing_numbers, with_coming
from zordon_app.errors import BadRequest


def put(folder, *names):
    for name in names:
        (folder / name).write_bytes(b"")


@pytest.mark.parametrize("asked", ["a_%04d.png", "a_####.png", "a_0001.png", "a_0003.png"])
def test_all_images_of_a_sequence_are_found(tmp_path, asked):
    put(
        tmp_path,
        "a_0001.png",
        "a_0002.png",
        "a_0003.png",
        "a_4.png",
        "a_0005.jpg",
        "b_0006.png",
        "a_.png",
        "a_00007.png",
    )
    sequence = find_sequence(tmp_path / asked)

    assert sequence.numbers() == [1, 2, 3]
    assert sequence.name(2) == "a_0002.png"


@pytest.mark.parametrize("asked", ["a%d.png", "a#.png", "a9.png", "a10.png"])
def test_numbers_without_zeros_follow_each_other(tmp_path, asked):
    put(tmp_path, "a8.png", "a9.png", "a10.png", "a011.png")

    assert find_sequence(tmp_path / asked).numbers() == [8, 9, 10]


def test_numbers_longer_than_the_pattern_still_belong(tmp_path):
    put(tmp_path, "a_9999.png", "a_10000.png")

    assert find_sequence(tmp_path / "a_%04d.png").numbers() == [9999, 10000]


def test_a_file_with_a_sign_in_its_name_is_no_pattern(tmp_path):
    put(tmp_path, "take #1.0001.png", "take #1.0002.png")

    assert find_sequence(tmp_path / "take #1.0001.png").numbers() == [1, 2]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [("b_%04d.png", "no images"), ("poster.png", "one image"), ("a_##_##.png", "one image"), ("c_1.png", "only one")],
)
def test_what_is_no_sequence_is_refused(tmp_path, asked, sentence):
    put(tmp_path, "a_0001.png", "poster.png", "c_1.png")
    with pytest.raises(BadRequest, match=sentence):
        find_sequence(tmp_path / asked)


def test_a_folder_that_is_gone_is_said(tmp_path):
    with pytest.raises(BadRequest, match="cannot be read"):
        find_sequence(tmp_path / "gone" / "a_%04d.png")


def test_gaps_are_between_the_first_and_the_last():
    assert missing_numbers([3, 4, 7, 9]) == [5, 6, 8]


@pytest.mark.parametrize(
    ("channels", "layer"),
    [
        (["R", "G", "B"], ""),
        (["Y"], ""),
        (["ViewLayer.Depth.Z", "ViewLayer.Combined.R", "ViewLayer.Combined.G"], "ViewLayer.Combined"),
        (["beauty.R", "beauty.G", "beauty.B"], "beauty"),
        (["Z"], ""),
    ],
)
def test_the_layer_to_show(channels, layer):
    assert find_layer(channels) == layer


def test_images_that_are_still_to_come_belong_when_they_are_named_alike():
    here = Film(
        container="png", frame_count=2, sequence=ImageSequence(prefix="a_", suffix=".png", padding=4, frames="3-4")
    )
    names = ["a_0001.png", "a_5.png", "b_0006.png", "a_0007.exr", "a_0008.png", "a_.png", "a_0004.png"]
    film = with_coming(here, names)

    assert film.sequence is not None
    assert film.sequence.numbers() == [1, 3, 4, 8]
    assert film.frame_count == 4
    assert with_coming(Film(container="mov"), names).sequence is None
