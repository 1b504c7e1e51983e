"""Why FFmpeg ended badly: our sentence, and beside it what FFmpeg said first, in its words.

Its exit status does not tell (engines.md, section 4), and its last lines are only echoes of the first.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from zordon_app.engines.ffmpeg.messages import ECHOES, Weight, find_message
from zordon_app.engines.ffmpeg.output import is_progress

_CRASHED = {-11: "a bad memory access", 139: "a bad memory access", -6: "an abort", 134: "an abort"}
_KILLED = {-9, 137, -15, 143}
_SAID = "FFmpeg said:"
"""What the window looks for, to say the rest in its own language."""

_WHERE = re.compile(r"^(?:\[[^\]]*\]\s*)+")
_LEVEL = re.compile(r"\[(?:error|fatal|panic)\]")


def explain(lines: Sequence[str], exit_status: int) -> str:
    """The reason, as far as it is established, and FFmpeg's own words for it."""
    said = [line.strip() for line in lines if line.strip() and not is_progress(line.strip())]
    return known_reason(said) or _by_status(said, exit_status)


def known_reason(lines: Iterable[str]) -> str:
    """The first failure among ``lines`` that the table knows, with its words; empty where there is none."""
    found = next(
        ((line, known) for line in lines if (known := find_message(line)) and known.weight == Weight.FAILURE), None
    )
    return f"{found[1].sentence} {_quoted(found[0])}" if found is not None else ""


def _by_status(said: Sequence[str], exit_status: int) -> str:
    first = next(_reasons(said), "")
    words = f" {_quoted(first)}" if first else ""
    if exit_status in _CRASHED:
        return f"FFmpeg crashed ({_CRASHED[exit_status]}). Another version may help.{words}"
    if exit_status in _KILLED:
        return "FFmpeg was ended from outside; where nobody did, the machine may have run out of memory."
    return f"FFmpeg ended with status {exit_status}.{words}"


def _reasons(said: Sequence[str]) -> Iterator[str]:
    """Lines that may name the reason, the likeliest first; what is no error is no reason while there is one."""
    own = [line for line in said if not ECHOES.search(line) and find_message(line) is None]
    yield from (line for line in own if _LEVEL.search(line))
    yield from own
    yield from said[-1:]


def _quoted(line: str) -> str:
    return f"{_SAID} {_WHERE.sub('', line)[:200].rstrip('. ')}."
