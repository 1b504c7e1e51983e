"""What FFmpeg's output lines mean: ``-progress`` prints blocks of ``key=value``."""

import re

from zordon_app.engines.base import Event, EventKind

_TIME = re.compile(r"^out_time_us=(\d+)$")
_PROGRESS = re.compile(r"^[a-z_]+[0-9_]*[a-z]*=\s*\S*$")


def read_line(line: str) -> list[Event]:
    """Progress, in ``facts["seconds"]`` of the output that is made; who runs the unit knows how long it will be."""
    match = _TIME.match(line)
    if match is None:
        return []
    return [Event(kind=EventKind.PROGRESS, facts={"seconds": int(match[1]) / 1_000_000})]


def is_progress(line: str) -> bool:
    """Whether a line is of a progress block, so that it explains nothing."""
    return _PROGRESS.match(line) is not None
