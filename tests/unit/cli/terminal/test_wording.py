import pytest

from zordon_app.cli.jobs.choosing import choose_job
from zordon_app.cli.jobs.dashboard import most_interesting
from zordon_app.cli.terminal.exits import NoSuchThing, Status, WrongUsage, status_of
from zordon_app.cli.terminal.screen import clean
from zordon_app.cli.terminal.wording import duration, job_state, made_on, percent, queue_words, size, works_on
from zordon_app.client.errors import BadRequest, NotFound, Unreachable
from zordon_app.errors import ZordonError


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "–"), (0.44, "0.4 s"), (59, "59 s"), (60, "1 m 00 s"), (3661, "1 h 01 m")]
)
def test_durations_read_like_a_person_says_them(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("status", "warnings", "text"),
    [("completed", 0, "completed"), ("completed", 1, "completed, 1 warning"), ("running", 2, "running")],
)
def test_what_is_done_with_warnings_is_not_shown_as_simply_done(status, warnings, text):
    assert job_state({"status": status, "warnings": ["x"] * warnings}) == text


@pytest.mark.parametrize(("fraction", "text"), [(0, "0 %"), (0.9999, "99 %"), (1, "100 %"), (7, "100 %")])
def test_percent_is_100_only_when_all_is_done(fraction, text):
    assert percent(fraction) == text


WORK = {"name": "shot", "frames": "3-5", "node_name": "atlas", "child": ""}


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"this": True, "work": [WORK]}, "shot 3-5"),
        ({"this": True, "work": [WORK, {**WORK, "name": "walk", "child": "c"}]}, "shot 3-5; walk 3-5 for atlas"),
        ({"this": False, "work": [WORK]}, "shot 3-5 for atlas"),
        ({"this": False, "work": []}, ""),
    ],
)
def test_a_machine_is_shown_with_what_it_does_and_for_whom(node, words):
    assert works_on(node) == words


def test_machines_of_a_job_are_those_that_made_something():
    assert made_on({"machines": [{"name": "atlas", "done": 12}, {"name": "beta", "done": 1}]}) == "atlas 12, beta 1"


def test_the_end_of_the_queue_has_a_time_of_day_and_says_when_it_is_the_least():
    told = {"seconds": 540.0, "at_least": True, "ends_at": "2126-01-31T22:00:00+00:00"}
    assert queue_words(told).startswith("All done in at least about 9 m 00 s, at 2126-")
    assert "at least" not in queue_words({**told, "at_least": False})
    assert queue_words({"seconds": None, "at_least": False, "ends_at": None}) == ""


def test_sizes_have_a_unit():
    assert [size(count) for count in (999, 1000, 2_500_000, 3e12)] == ["999 B", "1.0 kB", "2.5 MB", "3.0 TB"]


def test_names_from_elsewhere_cannot_steer_the_terminal():
    assert "\x1b" not in clean("evil\x1b]0;owned\x07")
    assert clean("Szene\tÄ 1") == "Szene\tÄ 1"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (WrongUsage("x"), Status.USAGE),
        (NoSuchThing("x"), Status.NOT_FOUND),
        (NotFound("x", status=404), Status.NOT_FOUND),
        (Unreachable("x"), Status.UNREACHABLE),
        (BadRequest("x", status=400), Status.FAILED),
        (ZordonError("x"), Status.FAILED),
    ],
)
def test_each_error_has_its_exit_status(error, status):
    assert status_of(error) == status


def job(job_id, name="shot", created="2026-01-01", status="running", ended=None):
    return {"id": job_id, "name": name, "created_at": created, "status": status, "ended_at": ended}


def test_a_job_is_chosen_by_the_beginning_of_its_id_before_its_name():
    jobs = [job("abc1", name="def"), job("def2"), job("abd3", created="2026-02-01")]

    assert choose_job(jobs, "abc")["id"] == "abc1"
    assert choose_job(jobs, "DEF")["id"] == "def2"
    assert choose_job(jobs, "last")["id"] == "abd3"


def test_the_dashboard_shows_active_jobs_then_failed_ones_then_the_newest():
    jobs = [
        job("old", status="completed", ended="2026-01-01"),
        job("new", status="completed", ended="2026-01-09"),
        job("bad", status="error", ended="2026-01-02"),
        job("now"),
    ]

    assert [one["id"] for one in most_interesting(jobs, 3)] == ["now", "bad", "new"]
