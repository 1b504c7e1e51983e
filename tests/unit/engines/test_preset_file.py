"""A person's presets.yaml, edited as one text."""

from pathlib import Path

import pytest

from tests.unit.engines.conftest import REGISTRY
from zordon_app.engines.presets import Presets
from zordon_app.errors import BadRequest, Conflict

GOOD = "version: 1\npresets:\n  # for Anna\n  anna: {extends: review-h264, params: {crf: 30}}\n"


def write(presets, text, replaces=None, *, here=True):
    return presets.replace(text, replaces=replaces, from_this_machine=here)


def test_where_there_is_no_file_it_is_empty_and_the_built_in_ones_can_be_read(presets, path):
    file = presets.file()

    assert (file.path, file.text, file.problems) == (str(path), "", [])
    assert "  review-h264:\n" in file.built_in


def test_a_text_is_kept_to_the_letter_and_counts_at_once(presets, path):
    file = write(presets, GOOD)

    assert path.read_text("utf-8") == file.text == GOOD
    assert presets.all()["anna"]["params"]["crf"] == 30
    assert sorted(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("version: 1\npresets:\n  a: {b: [}\n", 3, "bracket"),
        ("version: 1\npresets:\n\ta: {engine: ffmpeg}\n", 3, "tab"),
        ("version: 1\npresets:\n  a:\n    engine: ffmpeg\n   name: A\n", 5, "equally"),
        ("version: 1\npresets:\n  a:\n    engine: ffmpeg\n    name: A: B\n", 5, "colon"),
        ("version: 1\npresets:\n  a:\n    engine: ffmpeg\n    name: 'A\n", 6, "quotation"),
        ("version: 1\npresets: *nobody\n", 2, "YAML"),
        ("version: 1\npresets:\n  a:\n    engine: ffmpeg\n    params:\n      crff: 3\n", 6, "crff"),
        ("version: 1\npresets:\n  a: {extends: nobody}\n", 3, "nobody"),
        ("version: 1\npresets:\n  a:\n    engine: ffmpeg\n    name: [1]\n", 5, "must be text"),
        ("- 1\n", 1, ""),
    ],
)
def test_a_text_with_an_error_changes_nothing_and_names_its_line(presets, path, text, line, word):
    write(presets, GOOD)
    with pytest.raises(BadRequest, match=rf"^Line {line}: .*{word}"):
        write(presets, text)

    assert path.read_text("utf-8") == GOOD
    assert presets.check(text, from_this_machine=True)[0].line == line


def test_a_warning_does_not_keep_a_text_from_being_saved(presets):
    text = GOOD.replace("version: 1\n", "") + "  ben: {extends: anna, colour: blue}\n"
    file = write(presets, text)

    assert [(problem.line, problem.level) for problem in file.problems] == [(1, "warning"), (4, "warning")]
    assert "ben" in presets.all()


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(presets, path):
    seen = presets.file().hash
    write(presets, GOOD, seen)
    with pytest.raises(Conflict, match="changed meanwhile"):
        write(presets, "", seen)

    assert path.read_text("utf-8") == GOOD
    assert write(presets, "", presets.file().hash).text == ""


def test_only_this_machine_may_write_what_only_it_may_say(presets):
    text = "version: 1\npresets:\n  a:\n    engine: ffmpeg\n    params: {raw: -an}\n"
    with pytest.raises(BadRequest, match=r"^Line 5: "):
        write(presets, text, here=False)

    assert write(presets, text).text == text


def test_a_file_that_is_no_text_says_so(presets, path):
    path.parent.mkdir()
    path.write_bytes(b"# \xe9t\xe9\n")

    with pytest.raises(BadRequest, match="UTF-8"):
        presets.file()


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "config").write_text("no folder", encoding="utf-8")
    with pytest.raises(BadRequest, match=r"cannot be (read|written)"):
        write(Presets(Path(tmp_path / "config" / "presets.yaml"), REGISTRY), GOOD)
