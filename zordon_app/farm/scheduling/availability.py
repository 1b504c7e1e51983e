"""Whether a machine may take work now, and if not, why: what its owner said, its hours, its use, its memory."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field

from zordon_app.domain.holds import Hold
from zordon_app.domain.hours import is_open, next_opening


class Rules(Struct, frozen=True, kw_only=True):
    """What the settings say. ``schedule`` is a day (``mon`` … ``sun``) to hours in which it may work; empty: always.

    With ``idle_minutes`` it works only when nobody has touched it for so long; 0: always.
    """

    accept_work: bool = True
    schedule: Mapping[str, str] = field(default_factory=dict)
    memory_floor_gib: float = 0.0
    idle_minutes: float = 0.0


def why_not(rules: Rules, hold: Hold, now: datetime, idle_seconds: float | None) -> str:
    """Why a machine takes no work, and stops after the unit in hand; empty when it may work.

    ``now`` is in the machine's local time; ``idle_seconds`` since anybody touched it, None when that cannot be told.
    """
    if is_held(hold, now):
        return f"Paused until {_moment(hold.until, now)}." if hold.until else "Paused by its owner."
    if not rules.accept_work:
        return "Its settings say that it takes no work."
    if not is_open(rules.schedule, now):
        return f"Outside its hours. {_next_words(rules.schedule, now)}"
    return _why_in_use(rules.idle_minutes, idle_seconds) if rules.idle_minutes else ""


def why_not_more(rules: Rules, free_gib: float) -> str:
    """Why nothing new is begun though the machine may work: too little memory is free. Empty: there is enough."""
    if free_gib >= rules.memory_floor_gib:
        return ""
    return f"Little memory free: {free_gib:.1f} GiB, and {rules.memory_floor_gib:g} GiB shall stay free."


def _why_in_use(minutes: float, idle_seconds: float | None) -> str:
    if idle_seconds is None:
        return "It works only while nobody uses it, and this system does not tell whether somebody does."
    if idle_seconds < minutes * 60:
        return f"Somebody uses it. It works when nobody has for {minutes:g} min."
    return ""


def is_held(hold: Hold, now: datetime) -> bool:
    """Whether a person's pause lasts."""
    return hold.paused and (hold.until is None or now < hold.until)


def _next_words(schedule: Mapping[str, str], now: datetime) -> str:
    opening = next_opening(schedule, now)
    return f"It works again from {_moment(opening, now)}." if opening else "It has none."


def _moment(moment: datetime | None, now: datetime) -> str:
    """A time as people say it: the day only where it is not today."""
    if moment is None:
        return ""
    local = moment.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return f"{local:%H:%M on %d %B}" if local - now > timedelta(days=1) else f"{local:%H:%M} tomorrow"
