import os
import threading

import pytest

from tests.unit.engines.conftest import BUILT_IN, REGISTRY
from zordon_app.engines.presets import Presets
from zordon_app.errors import BadRequest, NotFound


def told(problems):
    return [(problem.line, problem.level) for problem in problems]


def test_a_saved_preset_is_there_whole(presets, path):
    saved = presets.save(
        "mine", {"extends": "review-h264", "name": "Mine", "params": {"crf": 12}}, from_this_machine=True
    )

    assert saved["params"]["crf"] == 12
    assert saved["params"]["container"] == "mp4"
    assert presets.all()["mine"] == saved
    assert Presets(path, REGISTRY).all()["mine"] == saved
    assert sorted(path.parent.iterdir()) == [path]


HAND_WRITTEN = """\
# My presets. Do not touch!
version: 1

presets:
    # The one for Anna
    anna:   # she likes it small
        engine: ffmpeg
        description: >
            Two lines
            of text.
        params: {crf: 30,
                 container: mp4}

    # The one for Ben
    ben:
        extends: anna
        params:
            crf: 20   # better
# The end
"""


def test_saving_leaves_what_a_person_wrote_as_it_is(presets, write):
    path = write(HAND_WRITTEN)

    presets.save("cleo", {"engine": "ffmpeg", "params": {"crf": 10}}, from_this_machine=True)
    presets.save("anna", {"engine": "ffmpeg", "name": "Änna", "params": {"filters": ["hflip"]}}, from_this_machine=True)

    text = path.read_text(encoding="utf-8")
    kept = ("# My presets. Do not touch!", "# The one for Anna", "# The one for Ben", "crf: 20   # better", "# The end")
    assert all(line in text for line in kept)
    assert "Änna" in text
    assert "Two lines" not in text
    assert presets.problems() == []
    assert presets.all()["ben"]["params"] == {"filters": ["hflip"], "crf": 20}
    assert presets.all()["cleo"]["params"] == {"crf": 10}


def test_deleting_leaves_what_a_person_wrote_as_it_is(presets, write):
    path = write(HAND_WRITTEN)

    presets.delete("ben")
    presets.delete("anna")

    assert presets.all() == BUILT_IN
    assert presets.problems() == []
    assert path.read_text(encoding="utf-8").startswith("# My presets. Do not touch!")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "version: 1\npresets:\n",
        "version: 1\npresets: {}\n",
        "{version: 1, presets: {old: {engine: ffmpeg}}}",
        "version: 1\npresets:\n  old: {engine: ffmpeg}",
        "version: 1\r\npresets:\r\n  old:\r\n    engine: ffmpeg\r\n",
        "\ufeffversion: 1\npresets:\n  old: {engine: ffmpeg}\n",
        "presets:\n  old:\n    engine: ffmpeg\n    description: |\n      a\n\n      b\n\n\nversion: 1\n",
    ],
)
def test_files_of_any_shape_can_be_saved_to(presets, write, text):
    write(text)
    before = presets.all().keys()

    presets.save("mine", {"engine": "ffmpeg", "params": {"crf": 12}}, from_this_machine=True)
    assert presets.all().keys() == before | {"mine"}
    assert [problem for problem in presets.problems() if problem.level == "error"] == []
    presets.delete("mine")

    assert presets.all().keys() == before


@pytest.mark.parametrize(
    ("preset_id", "values", "word"),
    [
        ("../../etc/passwd", {"engine": "ffmpeg"}, "id"),
        ("Mine", {"engine": "ffmpeg"}, "id"),
        ("mine", {"name": "Mine"}, "engine"),
        ("mine", {"engine": "ffmpeg", "params": {"crf": 99}}, "at most 63"),
        ("mine", {"engine": "ffmpeg", "params": {"speed": 1}}, "no argument 'speed'"),
        ("mine", {"extends": "nowhere"}, "nowhere"),
        ("mine", {"extends": "mine"}, "mine"),
        ("mine", {"engine": "ffmpeg", "split": {"enabled": "yes"}}, "enabled"),
    ],
)
def test_what_is_wrong_is_not_saved(presets, path, preset_id, values, word):
    with pytest.raises(BadRequest, match=word):
        presets.save(preset_id, values, from_this_machine=True)
    assert not path.exists()


def test_expert_arguments_are_saved_only_from_this_machine(presets):
    values = {"engine": "ffmpeg", "params": {"raw": "-x264-params keyint=1"}}

    with pytest.raises(BadRequest, match="only from the machine"):
        presets.save("mine", values, from_this_machine=False)

    assert presets.save("mine", values, from_this_machine=True)["params"] == values["params"]


def test_a_file_with_errors_is_not_overwritten(presets, write):
    path = write("version: 1\npresets:\n  mine: {name: [unclosed\n")

    with pytest.raises(BadRequest, match="line 4"):
        presets.save("other", {"engine": "ffmpeg"}, from_this_machine=True)
    with pytest.raises(BadRequest, match="line 4"):
        presets.delete("mine")

    assert "unclosed" in path.read_text()


def test_built_in_presets_are_changed_but_not_deleted(presets):
    with pytest.raises(BadRequest, match="comes with Zordon"):
        presets.delete("review-h264")
    with pytest.raises(NotFound):
        presets.delete("nothing")

    presets.save("review-h264", {"extends": "review-h264", "params": {"crf": 5}}, from_this_machine=True)
    assert presets.all()["review-h264"]["params"]["crf"] == 5
    presets.delete("review-h264")

    assert presets.all() == BUILT_IN


def test_what_others_extend_is_not_deleted(presets, write):
    write(HAND_WRITTEN)

    with pytest.raises(BadRequest, match="ben"):
        presets.delete("anna")
    assert "anna" in presets.all()


def test_a_full_disk_keeps_the_file_as_it_was(presets, write, monkeypatch):
    path = write(HAND_WRITTEN)

    def no_room(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(BadRequest, match="No space left"):
        presets.save("mine", {"engine": "ffmpeg"}, from_this_machine=True)

    assert path.read_text(encoding="utf-8") == HAND_WRITTEN
    assert sorted(path.parent.iterdir()) == [path]


def test_presets_saved_at_the_same_time_are_all_there(presets):
    def save(number):
        presets.save(f"mine-{number}", {"engine": "ffmpeg", "params": {"crf": number}}, from_this_machine=True)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {f"mine-{number}" for number in range(12)} <= presets.all().keys()
    assert presets.problems() == []
