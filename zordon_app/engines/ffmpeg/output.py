"""What FFmpeg's output lines mean: ``-progress`` prints blocks of ``key=value``."""

import re

from zordon_app.engines.base import Event, EventKind
from zordon_app.engines.ffmpeg.messages import Weight, find_message

_TIME = re.compile(r"^out_time_us=(\d+)$")
_EVENTS = {Weight.WARNING: EventKind.WARNING, Weight.DOUBT: EventKind.DOUBT}
_PROGRESS = re.compile(r"^[a-z_]+[0-9_]*[a-z]*=\s*\S*$")


def read_line(line: str) -> list[Event]:
    """Progress, in ``facts["seconds"]`` of the output that is made; who runs the unit knows how long it will be.

    And warnings: what FFmpeg goes on after, though the result may be other than expected.
    """
    match = _TIME.match(line)
    if match is None:
        return [] if is_progress(line) else _warnings(line)
    return [Event(kind=EventKind.PROGRESS, facts={"seconds": int(match[1]) / 1_000_000})]


def _warnings(line: str) -> list[Event]:
    known = find_message(line)
    if known is None or known.weight not in _EVENTS:
        return []
    return [Event(kind=_EVENTS[known.weight], message=known.sentence)]


def is_progress(line: str) -> bool:
    """Whether a line is of a progress block, so that it explains nothing."""
    return _PROGRESS.match(line) is not None
