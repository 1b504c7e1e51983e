import pytest
from hypothesis import given
from hypothesis import strategies as st

from zordon_app.engines.ffmpeg.filters import FILTERS, read_filters
from zordon_app.errors import BadRequest


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hflip", "hflip"),
        (" vflip ", "vflip"),
        ("transpose=1", "transpose=dir=1"),
        ("crop=1280:720:0:140", "crop=w=1280:h=720:x=0:y=140"),
        ("eq=contrast=1.1:saturation=1.2", "eq=contrast=1.1:saturation=1.2"),
        ("unsharp=5:5:-1.5", "unsharp=lx=5:ly=5:la=-1.5"),
        ("yadif=mode=send_frame", "yadif=mode=send_frame"),
        ("fade=in:0:30", "fade=type=in:start_frame=0:nb_frames=30"),
    ],
)
def test_filters_are_read_and_written_out(text, wanted):
    assert read_filters([text])[0].text == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "drawtext=text=x",
        "movie=x",
        "hflip=x=1",
        "crop",
        "crop=1280:720:0:140:9",
        "crop=0:720",
        "crop=iw:ih",
        "eq=contrast=",
        "eq=gamma_weight=1",
        "transpose=9",
        "yadif=1",
        "bwdif=send_field",
        "curves=psfile=x",
        "eq=contrast=1,movie=x",
        "eq=contrast=a/b",
        "eq=contrast='1'",
        "eq=contrast=1:contrast=[x]",
    ],
)
def test_what_is_not_on_the_list_is_refused(text):
    with pytest.raises(BadRequest):
        read_filters([text])


@given(name=st.sampled_from(sorted(FILTERS)), rest=st.text(max_size=60))
def test_no_text_gets_more_than_numbers_and_words_through(name, rest):
    try:
        filters = read_filters([f"{name}={rest}"])
    except BadRequest:
        return

    assert set(filters[0].text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-=:")


def test_no_filter_takes_a_path():
    options = {option for known in FILTERS.values() for option in known.options}

    assert not {option for option in options if "file" in option or "path" in option or "expr" in option}
