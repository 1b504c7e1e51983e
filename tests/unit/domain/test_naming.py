from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zordon_app.domain.naming import check_encoding, file_stem
from zordon_app.errors import BadRequest


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("sq01 sh0010", "sq01 sh0010"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("", "job"),
        ("...", "job"),
        ("CON", "job_CON"),
        ("größe", "größe"),
        ("-rf", "rf"),
        ("50%_####", "50______"),
        ("b\udce9", "b_"),
        ("映画" * 41, ("映画" * 29)),
        ("a" * 79 + "e\u0323\u0302", "a" * 79 + "ệ"),
        ("a" * 79 + "q\u0323\u0302", "a" * 79),
        ("🧑🏽‍🚀" * 12, "🧑🏽‍🚀" * 11),
    ],
)
def test_a_name_becomes_a_stem_that_every_file_system_takes(name, stem):
    assert file_stem(name) == stem


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_no_name_leaves_its_folder(name):
    stem = file_stem(name)

    assert 0 < len(stem) <= 84
    assert len(f".{stem}.00012.matroska.99-{'0' * 20}.part".encode()) <= 255
    assert not set(stem) & set('/\\:*?"<>|\0')
    assert stem not in {".", ".."}
    assert not stem.startswith(("-", "."))


def test_a_name_that_is_no_utf8_is_refused_in_words_that_can_be_sent():
    check_encoding(Path("/films/größe 映画.mp4"))
    with pytest.raises(BadRequest, match=r"The name /films/b\?\.mp4 is not written in UTF-8") as refusal:
        check_encoding(Path("/films/b\udce9.mp4"))
    str(refusal.value).encode()
