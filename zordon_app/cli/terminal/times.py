"""Times as people type them."""

from datetime import datetime, timedelta

from zordon_app.cli.terminal.exits import WrongUsage


def parse_time(text: str, now: datetime) -> datetime:
    """A time of this machine: ISO 8601, or a time of day, which is the next one of that kind after ``now``.

    Raises:
        WrongUsage: it is neither.
    """
    try:
        if len(text) <= 5 and ":" in text:
            hour, minute = (int(part) for part in text.split(":"))
            then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
            return then if then > now else then + timedelta(days=1)
        then = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUsage(f"{text[:60]!r} is no time. Write 22:00 or 2026-01-31T22:00.") from error
    return then if then.tzinfo else then.astimezone()
