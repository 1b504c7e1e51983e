"""When a machine takes work, with a clock that is told."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from zordon_app.domain.hours import check_schedule, is_open, next_opening
from zordon_app.errors import BadRequest
from zordon_app.farm.scheduling.availability import Hold, Rules, why_not, why_not_more

HERE = timezone(timedelta(hours=2))
NIGHTS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "18:00-08:00") | {"sat": "00:00-24:00"}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """5 January 2026 is a Monday."""
    return datetime(2026, 1, 4 + day, hour, minute, tzinfo=HERE)


def test_without_rules_it_always_works():
    assert why_not(Rules(), Hold(), at(1, 12), None) == ""


def test_a_pause_lasts_until_its_owner_ends_it():
    assert why_not(Rules(), Hold(paused=True), at(1, 12), None) == "Paused by its owner."


def test_a_pause_with_an_end_says_when_and_ends_by_itself():
    hold = Hold(paused=True, until=datetime(2026, 1, 6, 6, 0, tzinfo=UTC))

    assert why_not(Rules(), hold, at(2, 7, 59), None) == "Paused until 08:00."
    assert why_not(Rules(), hold, at(1, 20), None) == "Paused until 08:00 tomorrow."
    assert why_not(Rules(), hold, at(2, 8), None) == ""


def test_who_accepts_no_work_gets_none():
    assert "no work" in why_not(Rules(accept_work=False), Hold(), at(1, 12), None)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (at(1, 17, 59), False),
        (at(1, 18), True),
        (at(2, 7, 59), True),
        (at(2, 8), False),
        (at(5, 23), True),
        (at(6, 3), True),
        (at(6, 12), True),
        (at(7, 0), False),
        (at(8, 3), False),
    ],
)
def test_hours_last_into_the_next_morning_and_a_day_without_any_has_none(moment, open_):
    assert is_open(NIGHTS, moment) is open_


def test_outside_its_hours_the_reason_says_when_it_works_again():
    assert why_not(Rules(schedule=NIGHTS), Hold(), at(1, 12), None) == ("Outside its hours. It works again from 18:00.")
    assert why_not(Rules(schedule={"wed": "18:00-20:00"}), Hold(), at(1, 12), None) == (
        "Outside its hours. It works again from 18:00 on 07 January."
    )


def test_the_next_opening_may_be_a_week_away():
    assert next_opening({"mon": "09:00-10:00"}, at(1, 9, 30)) == at(8, 9)
    assert next_opening({}, at(1, 9)) is None


def test_a_schedule_of_empty_days_is_no_schedule():
    assert is_open({"mon": "", "tue": " "}, at(1, 12))


def test_while_somebody_uses_it_it_does_not_work():
    rules = Rules(idle_minutes=10)

    assert why_not(rules, Hold(), at(1, 12), 599.9) == "Somebody uses it. It works when nobody has for 10 min."
    assert why_not(rules, Hold(), at(1, 12), 600.0) == ""
    assert why_not(Rules(), Hold(), at(1, 12), 0.0) == ""


def test_where_nobody_can_tell_whether_it_is_used_it_does_not_work_and_says_so():
    assert "does not tell whether somebody does" in why_not(Rules(idle_minutes=10), Hold(), at(1, 12), None)


def test_its_hours_go_before_its_use():
    rules = Rules(idle_minutes=10, schedule=NIGHTS)

    assert why_not(rules, Hold(), at(1, 12), 0.0) == "Outside its hours. It works again from 18:00."


def test_little_memory_stops_only_what_is_new():
    assert why_not_more(Rules(memory_floor_gib=4), 3.94) == ("Little memory free: 3.9 GiB, and 4 GiB shall stay free.")
    assert why_not_more(Rules(memory_floor_gib=4), 4.0) == ""
    assert why_not_more(Rules(), 0.0) == ""


@pytest.mark.parametrize("hours", ["18-8", "25:00-26:00", "08:00-08:00", "24:00-08:00", "08:00-24:30", "08:00"])
def test_hours_that_are_none_are_refused_with_an_example(hours):
    with pytest.raises(BadRequest, match="18:00-08:00"):
        check_schedule({"mon": hours})


def test_a_day_that_is_none_is_refused():
    with pytest.raises(BadRequest, match="mon, tue"):
        check_schedule({"monday": "08:00-09:00"})
