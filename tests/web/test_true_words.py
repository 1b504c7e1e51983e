"""Sentences of the window say what is so: each asked of the function that makes it, a few in the window itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import open_window
from tests.web.window import Window
from zordon_app.app import Zordon

HOUR = 3_600_000
READ = {"checked_at": "2026-01-01", "problem": ""}
NODE = {"id": "a", "name": "atlas", "state": "ready", "this": True, "work": []}
WORK = {"job": "j", "name": "shot", "node": "a", "node_name": "atlas", "frames": "3-5", "units": 3, "child": ""}


@pytest.fixture(scope="module")
def words(browser: Browser, zordon: Zordon) -> Iterator[Window]:
    """One page whose functions are asked."""
    with open_window(browser, zordon) as window:
        window.open()
        yield window


@pytest.mark.parametrize(
    ("machines", "frames", "sentence"),
    [
        (2, 1, "One frame: one machine renders it."),
        (1, 10, "Only this machine now; others join in when they appear."),
        (2, 10, "10 frames over 2 machines."),
        (5, 2, "2 frames over 2 machines."),
        (2, 0, "2 machines share the work."),
    ],
)
def test_who_shares_the_work_is_said_in_true_numbers(words: Window, machines: int, frames: int, sentence: str) -> None:
    assert words.call("addjob/work.js", "whereWords", machines, frames) == sentence


@pytest.mark.parametrize(
    ("sites", "key"),
    [
        ([], "engines.not_read"),
        ([{"checked_at": None, "problem": ""}], "engines.not_read"),
        ([{"checked_at": "2026-01-01", "problem": "It does not answer."}], "engines.not_read"),
        (
            [{"checked_at": "2026-01-01", "problem": ""}, {"checked_at": None, "problem": "x"}],
            "engines.up_to_date_partly",
        ),
        ([READ], "engines.up_to_date"),
    ],
)
def test_up_to_date_is_said_only_of_lists_that_were_read(words: Window, sites: list[object], key: str) -> None:
    assert words.call("engines/page.js", "updatesWords", sites) == key


def test_a_machine_that_does_not_answer_is_not_called_ready(words: Window) -> None:
    states = ("ready", "offline", "paused", "full")
    said = [words.call("machine/workwords.js", "idleWords", {**NODE, "state": state}) for state in states]
    assert [sentence.split()[0] for sentence in said] == ["Ready:", "It", "Paused:", "Its"]


def test_what_a_machine_does_names_the_frames_and_for_whom(words: Window) -> None:
    assert words.call("machine/workwords.js", "workWords", WORK, NODE) == "frames 3-5"
    assert words.call("machine/workwords.js", "workWords", {**WORK, "node": "b"}, NODE) == "frames 3-5 · for atlas"


def test_the_end_of_the_queue_is_that_of_all_or_the_least_or_not_said(words: Window) -> None:
    def said(**queue: object) -> str:
        known = {"jobs": 15, "seconds": 540, "at_least": False, "ends_at": "2126-01-31T22:00:00Z"}
        return str(words.call("views/statusbar.js", "aheadWords", {**known, **queue}))

    assert said().startswith("All done in about 9 min, at ")
    assert said(at_least=True).startswith("All done in at least 9 min, not before ")
    assert said(seconds=None, ends_at=None) == ""


def test_a_job_took_as_long_as_machines_were_at_work_on_it(words: Window) -> None:
    def ran(seconds: object, at: object) -> object:
        return words.call("format.js", "ranSeconds", {"ran_seconds": seconds, "ran_at": at}, HOUR)

    assert ran(90, None) == 90
    assert ran(90, "1970-01-01T00:59:50Z") == 100
    assert ran(None, None) is None


def test_a_way_back_from_a_refused_setting_shows_what_is_set(window: Window) -> None:
    page = window.open("/settings")
    row = page.locator("[data-setting=output_folder]")
    field = row.get_by_role("textbox")
    field.fill("frames")
    field.press("Enter")
    expect(row.locator(".error")).to_contain_text("must be a whole path")
    row.get_by_role("button").click()
    expect(row.locator(".error")).to_have_count(0)
    expect(field).to_have_value(window.get("settings")["output_folder"])
