from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from zordon_app.cli.jobs.requests import parse_assignments
from zordon_app.cli.main import run
from zordon_app.cli.terminal.exits import WrongUsage
from zordon_app.cli.terminal.session import Session
from zordon_app.cli.terminal.times import parse_time

ARGUMENTS = [
    {"name": "samples", "kind": "integer"},
    {"name": "color_depth", "kind": "choice"},
    {"name": "camera", "kind": "text"},
    {"name": "two_pass", "kind": "boolean"},
    {"name": "filters", "kind": "list"},
    {"name": "crf", "kind": "number"},
]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("samples=64", 64),
        ("color_depth=8", "8"),
        ("camera=Cam=1", "Cam=1"),
        ("camera=", ""),
        ("two_pass=yes", True),
        ("two_pass=false", False),
        ("filters=hflip,vflip", ["hflip", "vflip"]),
        ('filters=["crop=1:2,3"]', ["crop=1:2,3"]),
        ("crf=18.5", 18.5),
    ],
)
def test_values_get_the_kind_that_the_engine_says(text, value):
    (found,) = parse_assignments([text], ARGUMENTS).values()

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["samples", "depth=8", "samples=many", "two_pass=perhaps", "=1"])
def test_what_the_engine_does_not_know_is_refused(text):
    with pytest.raises(WrongUsage):
        parse_assignments([text], ARGUMENTS)


NOW = datetime(2026, 1, 31, 21, 30, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("22:00", "2026-01-31T22:00:00+02:00"),
        ("7:05", "2026-02-01T07:05:00+02:00"),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00+00:00"),
    ],
)
def test_a_time_of_day_is_the_next_one(text, then):
    assert parse_time(text, NOW).isoformat() == then


@pytest.mark.parametrize("text", ["25:00", "soon", "", "1:2:3"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(WrongUsage):
        parse_time(text, NOW)


class Server:
    """Writes down what it is asked for."""

    address = SimpleNamespace(is_local=True)

    def __init__(self):
        self.asked = []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def get_engine_for_filename(self, name):
        return "ffmpeg"

    def create_job(self, requests, upload=None, on_bytes=None):
        self.asked += requests
        return [{"id": "7c9e6679", "name": "film", "output_path": "out", "warnings": []}]


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ([], {}),
        (["--priority", "50", "--split", "--attempts", "3"],
         {"priority": 50, "enable_split_jobs": True, "max_attempts": 3}),
        (["--no-split", "--priority", "0"], {"priority": 0, "enable_split_jobs": False}),
        (["--paused", "--existing", "skip"], {"paused": True, "existing": "skip"}),
    ],
)  # fmt: skip
def test_only_what_was_said_is_sent_so_that_a_preset_has_its_say(monkeypatch, tmp_path, words, sent):
    server, film = Server(), tmp_path / "film.mov"
    film.touch()
    monkeypatch.setattr(Session, "connect", lambda _session: server)
    assert run(["submit", str(film), "-p", "mine", *words]) == 0

    always = {"engine": "ffmpeg", "preset": "mine", "args": {}, "local_path": str(film)}
    assert server.asked == [{**always, **sent}]
