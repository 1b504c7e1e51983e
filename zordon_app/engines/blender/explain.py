"""One sentence why Blender ended badly (its messages: messages.py)."""

from collections.abc import Sequence

from zordon_app.engines.base import EventKind
from zordon_app.engines.blender.messages import why_it_ended
from zordon_app.engines.blender.output import read_line

_CRASHED = {-11: "a bad memory access", 139: "a bad memory access", -6: "an abort", 134: "an abort"}
_KILLED = {-9, 137, -15, 143}


def explain(lines: Sequence[str], exit_status: int) -> str:
    """The likeliest reason, in one sentence."""
    return _said_by_session(lines) or _known_reason(lines) or _by_status(lines, exit_status)


def _said_by_session(lines: Sequence[str]) -> str:
    for line in reversed(lines):
        for event in read_line(line):
            if event.kind is EventKind.SESSION_FAILED:
                return event.message
    return ""


def _known_reason(lines: Sequence[str]) -> str:
    return next(filter(None, map(why_it_ended, reversed(lines))), "")


def _by_status(lines: Sequence[str], exit_status: int) -> str:
    if exit_status in _CRASHED:
        return f"Blender crashed ({_CRASHED[exit_status]}). A newer patch of the same version may help."
    if exit_status in _KILLED:
        return "Blender was ended from outside; where nobody did, the machine may have run out of memory."
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    said = f" Its last line: {last[:200]}" if last else ""
    return f"Blender ended with status {exit_status}.{said}"
