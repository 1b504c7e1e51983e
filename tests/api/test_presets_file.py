"""The person's presets.yaml over the API, as one text."""

import pytest

from zordon_app.engines.ffmpeg.engine import FfmpegEngine

BASE = "/api/presets"
GOOD = "version: 1\npresets:\n  mine: {extends: review-h264, name: Mine, params: {crf: 30}}\n"
BAD = "version: 1\npresets:\n  mine:\n    extends: review-h264\n    params: {crff: 30}\n"


@pytest.fixture(scope="module")
def node(make_node):
    return make_node([FfmpegEngine()])


@pytest.fixture
def path(node):
    path = node.zordon.paths.config / "presets.yaml"
    path.unlink(missing_ok=True)
    return path


def test_a_text_is_written_whole_and_read_back(api, path):
    before = api.get(f"{BASE}/file").json
    assert (before["text"], before["path"]) == ("", str(path))
    after = api.send("PUT", BASE, json={"text": GOOD, "replaces": before["hash"]}).json

    assert path.read_text("utf-8") == after["text"] == api.get(f"{BASE}/file").json["text"] == GOOD
    assert after["hash"] != before["hash"]
    assert api.get(BASE).json["mine"]["params"]["crf"] == 30


def test_bad_yaml_is_a_400_that_names_the_line_and_writes_nothing(api, path):
    api.send("PUT", BASE, json={"text": GOOD})
    sentence = api.send("PUT", BASE, json={"text": BAD}).refused(400)

    assert sentence.startswith("Line 5: ")
    assert "crff" in sentence
    assert path.read_text("utf-8") == GOOD


def test_a_text_is_looked_at_without_being_written(api, path):
    (problem,) = api.post(f"{BASE}/validate", {"text": BAD}).json
    assert (problem["line"], problem["level"], problem["preset"]) == (5, "error", "mine")
    assert api.post(f"{BASE}/validate", {"text": GOOD}).json == []
    assert not path.exists()


def test_a_file_that_changed_since_is_a_409(api, path):
    seen = api.get(f"{BASE}/file").json["hash"]
    path.write_text(GOOD, encoding="utf-8")

    api.send("PUT", BASE, json={"text": "", "replaces": seen}).refused(409)
    assert path.read_text("utf-8") == GOOD


def test_a_file_that_is_no_text_is_a_400(api, path):
    path.write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in api.get(f"{BASE}/file").refused(400)


@pytest.mark.parametrize("body", [{}, {"text": 5}, {"text": "", "more": 1}, {"text": "x" * (1024 * 1024 + 1)}])
def test_a_wrong_body_is_a_400(api, path, body):
    api.send("PUT", BASE, json=body).refused(400)
    assert not path.exists()
