"""The hours of a week in which a machine may work: pure, in the machine's local time."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from zordon_app.errors import BadRequest

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_OF_DAY = 24 * 60
_SPAN = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])-([01]?[0-9]|2[0-4]):([0-5][0-9])")


def is_open(schedule: Mapping[str, str], now: datetime) -> bool:
    """Whether ``now`` is inside the hours; those that end before they begin last into the next day."""
    if not any(text.strip() for text in schedule.values()):
        return True
    minute = now.hour * 60 + now.minute
    today = parse_hours(schedule.get(DAYS[now.weekday()], ""))
    yesterday = parse_hours(schedule.get(DAYS[now.weekday() - 1], ""))
    return any(start <= minute < end for start, end in today) or any(
        minute < end - MINUTES_OF_DAY for _start, end in yesterday
    )


def next_opening(schedule: Mapping[str, str], now: datetime) -> datetime | None:
    """When its hours begin next, within a week; None when they never do."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for ahead in range(8):
        day = midnight + timedelta(days=ahead)
        starts = [start for start, _end in parse_hours(schedule.get(DAYS[day.weekday()], ""))]
        later = [at for start in sorted(starts) if (at := day + timedelta(minutes=start)) > now]
        if later:
            return later[0]
    return None


def parse_hours(text: str) -> list[tuple[int, int]]:
    """``18:00-08:00`` or ``00:00-08:00, 18:00-24:00`` as minutes of the day; an end before the start is the next day.

    Raises:
        BadRequest: it is something else.
    """
    spans: list[tuple[int, int]] = []
    for part in filter(None, re.split(r"[,\s]+", text.strip())):
        match = _SPAN.fullmatch(part)
        start, end = (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])) if match else (0, 0)
        if match is None or start >= MINUTES_OF_DAY or end > MINUTES_OF_DAY or start == end:
            raise BadRequest(
                "{text!r} are no hours; write them as 18:00-08:00, or 00:00-24:00 for a whole day.",
                code="bad_hours",
                text=part[:40],
            )
        spans.append((start, end if end > start else end + MINUTES_OF_DAY))
    return spans


def check_schedule(schedule: Mapping[str, str]) -> None:
    """Raises BadRequest: a day or its hours are written wrong."""
    for day, text in schedule.items():
        if day not in DAYS:
            raise BadRequest(f"schedule knows the days {', '.join(DAYS)}, not {day[:40]!r}.")
        parse_hours(text)
