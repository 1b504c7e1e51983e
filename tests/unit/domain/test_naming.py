import pytest
from hypothesis import given
from hypothesis import strategies as st

from zordon_app.domain.naming import file_stem


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
    ],
)
def test_a_name_becomes_a_stem_that_every_file_system_takes(name, stem):
    assert file_stem(name) == stem


@given(st.text(max_size=300))
def test_no_name_leaves_its_folder(name):
    stem = file_stem(name)

    assert 0 < len(stem) <= 84
    assert not set(stem) & set('/\\:*?"<>|\0')
    assert stem not in {".", ".."}
    assert not stem.startswith(("-", "."))
