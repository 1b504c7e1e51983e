"""One sentence why FFmpeg ended badly: its last lines say it, its exit status does not (engines.md, section 4)."""

import re
from collections.abc import Sequence

from zordon_app.engines.ffmpeg.output import is_progress

_KNOWN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), sentence)
    for pattern, sentence in (
        (r"no space left on device", "There is no room left on the disk."),
        (r"cannot allocate memory|out of memory|std::bad_alloc", "FFmpeg ran out of memory."),
        (r"no such file or directory", "A file that FFmpeg needs is not there"),
        (r"permission denied", "FFmpeg may not read or write a file"),
        (r"unknown encoder|encoder .* not found", "This FFmpeg lacks the encoder"),
        (r"no such filter|filter not found", "This FFmpeg lacks a filter"),
        (r"moov atom not found|invalid data found when processing input", "The film is damaged or cut off"),
        (r"error while loading shared libraries", "FFmpeg lacks a system library"),
    )
)
_CRASHED = {-11: "a bad memory access", 139: "a bad memory access", -6: "an abort", 134: "an abort"}
_KILLED = {-9, 137, -15, 143}
_WHERE = re.compile(r"^(\[[^\]]*\]\s*)+")


def explain(lines: Sequence[str], exit_status: int) -> str:
    """The likeliest reason, in one sentence."""
    said = [line.strip() for line in lines if line.strip() and not is_progress(line.strip())]
    return _known_reason(said) or _by_status(said, exit_status)


def _known_reason(said: Sequence[str]) -> str:
    for line in reversed(said):
        for pattern, sentence in _KNOWN:
            if pattern.search(line):
                return sentence if sentence.endswith(".") else f"{sentence}: {_shown(line)}."
    return ""


def _by_status(said: Sequence[str], exit_status: int) -> str:
    if exit_status in _CRASHED:
        return f"FFmpeg crashed ({_CRASHED[exit_status]}). Another version may help."
    if exit_status in _KILLED:
        return "FFmpeg was ended from outside; where nobody did, the machine may have run out of memory."
    last = f" It said: {_shown(said[-1])}." if said else ""
    return f"FFmpeg ended with status {exit_status}.{last}"


def _shown(line: str) -> str:
    return _WHERE.sub("", line)[:200].rstrip(". ")
