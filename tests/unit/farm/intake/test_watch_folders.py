import os
import sys
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from zordon_app.errors import BadRequest, TooBusy
from zordon_app.farm.intake.watch_folders import SEQUENCE_SETTLED_SECONDS, SETTLED_SECONDS, WatchFolders
from zordon_app.storage.records import RecordFile

EXTENSIONS = frozenset({".mov", ".blend", ".png"})


class Hot:
    """A watched folder, and what became a job of it."""

    def __init__(self, root):
        self.root = root
        self.folder = root / "hot"
        self.folder.mkdir()
        self.folders = {str(self.folder): "review-h264"}
        self.clock = FakeClock()
        self.jobs = []
        self.refusal = None
        self.notices = []
        self.restart()

    def restart(self):
        memory = RecordFile(self.root / "watched.json", dict[str, dict[str, tuple[int, int, int]]])
        self.watching = WatchFolders(
            lambda: self.folders, EXTENSIONS, self.submit, memory, self.clock, notice=self.note
        )

    def note(self, about, text):
        self.notices.append(text)

    def submit(self, request):
        if self.refusal is not None:
            raise self.refusal
        self.jobs.append(request)

    def write(self, name, text="film"):
        (self.folder / name).write_text(text)

    def look(self, after=0.0):
        self.clock.advance(after)
        self.watching.run_once()
        return [Path(request.local_path).name for request in self.jobs]


@pytest.fixture
def hot(tmp_path):
    made = Hot(tmp_path)
    made.look()
    return made


def test_a_new_file_becomes_one_job_with_the_preset_of_its_folder(hot):
    hot.write("a.mov")
    assert hot.look() == []

    assert hot.look(SETTLED_SECONDS) == ["a.mov"]
    assert hot.jobs[0].preset == "review-h264"
    assert hot.look(100) == ["a.mov"]


def test_a_file_that_still_grows_is_left_alone(hot):
    hot.write("a.mov", "f")
    hot.look()
    hot.write("a.mov", "fi")
    assert hot.look(SETTLED_SECONDS) == []
    assert hot.look(SETTLED_SECONDS / 2) == []
    assert hot.look(SETTLED_SECONDS / 2) == ["a.mov"]


def test_a_file_that_is_empty_yet_is_left_alone(hot):
    hot.write("a.mov", "")
    hot.look()
    assert hot.look(1000) == []


def test_what_lay_there_before_is_no_news_but_what_changes_is(tmp_path):
    hot = Hot(tmp_path)
    hot.write("old.mov")
    hot.look()
    assert hot.look(SETTLED_SECONDS) == []

    hot.write("old.mov", "a new cut")
    hot.look()
    assert hot.look(SETTLED_SECONDS) == ["old.mov"]


def test_nothing_becomes_a_job_twice_over_a_restart(hot):
    hot.write("a.mov")
    hot.look()
    hot.look(SETTLED_SECONDS)
    hot.restart()
    hot.look()

    assert hot.look(SETTLED_SECONDS) == ["a.mov"]


def test_what_came_while_nobody_looked_is_taken_after_the_restart(hot):
    hot.write("a.mov")
    hot.restart()
    hot.look()

    assert hot.look(SETTLED_SECONDS) == ["a.mov"]


def test_a_crash_between_job_and_memory_repeats_the_key_which_makes_no_second_job(hot):
    hot.write("a.mov")
    hot.look()
    hot.watching._memory.save = lambda _record: None
    hot.look(SETTLED_SECONDS)
    hot.restart()
    hot.look()
    hot.look(SETTLED_SECONDS)

    first, second = hot.jobs
    assert first.idempotency_key == second.idempotency_key


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_utf8_is_told_once_and_stops_nothing(hot):
    (Path(os.fsdecode(os.fsencode(hot.folder) + b"/b\xe9.mov"))).write_text("film")
    hot.write("a.mov")
    hot.refusal = BadRequest("No.")
    hot.look()
    hot.look(SETTLED_SECONDS)
    assert "b?.mov in a watched folder became no job: No." in hot.notices

    hot.refusal = None
    hot.restart()
    hot.write("b.mov")
    hot.look()
    assert hot.look(SETTLED_SECONDS) == ["b.mov"]


def test_images_of_a_sequence_are_one_job_when_no_more_come(hot):
    for number in (1, 2, 3):
        hot.write(f"shot_{number:04d}.png")
        hot.look(SETTLED_SECONDS)
    assert hot.jobs == []

    assert hot.look(SEQUENCE_SETTLED_SECONDS) == ["shot_0001.png"]


def test_hidden_files_and_those_that_no_engine_takes_are_left_alone(hot):
    for name in (".a.mov", "~a.mov", "notes.txt", "a.mov.part"):
        hot.write(name)
    (hot.folder / "folder.mov").mkdir()
    hot.look()

    assert hot.look(1000) == []


def test_a_refusal_is_final_and_said_once(hot, caplog):
    hot.refusal = BadRequest("There is no preset 'nope'.")
    hot.write("a.mov")
    hot.look()
    hot.look(SETTLED_SECONDS)
    hot.look(SETTLED_SECONDS)
    assert caplog.text.count("a.mov in the watched folder") == 1
    assert "There is no preset 'nope'." in caplog.text
    assert hot.notices == ["a.mov in a watched folder became no job: There is no preset 'nope'."]

    hot.refusal = None
    assert hot.look(SETTLED_SECONDS) == []


def test_trouble_that_passes_is_waited_for(hot):
    hot.refusal = TooBusy("Too many.")
    hot.write("a.mov")
    hot.look()
    hot.look(SETTLED_SECONDS)
    hot.refusal = None

    assert hot.look() == ["a.mov"]
    assert hot.notices == []


def test_a_drive_that_went_away_is_said_once_and_makes_nothing_new_when_it_is_back(hot, caplog):
    hot.write("a.mov")
    hot.look()
    hot.look(SETTLED_SECONDS)
    hot.folder.rename(hot.root / "away")
    hot.look()
    hot.look()
    assert caplog.text.count("cannot be read") == 1
    assert hot.notices == ["A watched folder cannot be read: No such file or directory."]

    (hot.root / "away").rename(hot.folder)
    hot.look()
    assert hot.look(SETTLED_SECONDS) == ["a.mov"]


def test_a_file_that_was_away_is_asked_for_under_its_first_key_which_makes_no_second_job(hot):
    hot.write("a.mov")
    hot.look()
    hot.look(SETTLED_SECONDS)
    (hot.folder / "a.mov").rename(hot.root / "a.mov")
    hot.look()
    (hot.root / "a.mov").rename(hot.folder / "a.mov")
    hot.look()

    hot.look(SETTLED_SECONDS)
    assert len({request.idempotency_key for request in hot.jobs}) == 1
