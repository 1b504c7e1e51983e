import pytest

from zordon_app.errors import BadRequest, JobNotFound, ZordonError


def test_a_sentence_with_a_code_is_filled_with_its_values():
    error = BadRequest("There is no file {path!r}, or only {count}.", code="no_file", path="/a b", count=2)
    assert str(error) == "There is no file '/a b', or only 2."
    assert (error.code, error.values) == ("no_file", {"path": "/a b", "count": "2"})


@pytest.mark.parametrize("text", ["{", "{0}", "{path}", "{path.__class__}"])
def test_what_comes_from_outside_is_never_taken_for_a_field(text):
    assert str(ZordonError(text)) == text
    assert str(BadRequest("No {name}.", code="none", name=text)) == f"No {text}."


def test_a_file_is_renamed_in_the_sentence_and_in_its_values():
    error = BadRequest("{name} is empty.", code="file_empty", name="upload.blend")
    error.rename("upload.blend", "shot.blend")
    assert str(error) == "shot.blend is empty."
    assert error.values == {"name": "shot.blend"}


def test_an_id_from_outside_is_shortened_in_the_sentence_and_in_its_values():
    error = JobNotFound("x" * 500)
    assert error.values == {"id": "x" * 60}
    assert "x" * 61 not in str(error)


def test_code_and_values_travel_as_one_text():
    assert BadRequest("No {path}.", code="no_file", path="/a b").about == "no_file?path=%2Fa+b"
    assert BadRequest("No.").about == ""
