"""One sentence why Blender ended badly (its messages and exit statuses: engines.md, section 3)."""

import re
from collections.abc import Sequence

from zordon_app.engines.base import EventKind
from zordon_app.engines.blender.output import read_line

_KNOWN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), sentence)
    for pattern, sentence in (
        (r"out of memory|cuda_error_out_of_memory|std::bad_alloc|malloc returns null", "Blender ran out of memory."),
        (r"no camera", "The scene has no camera."),
        (r"missing dna block", "The project is cut off or damaged."),
        (r"file format is not supported|not a blend file", "This Blender cannot read the project."),
        (r"no such file or directory.*cannot save|cannot save", "Blender could not write its output file."),
        (r"no space left on device|not enough space", "There is no room left on the disk."),
        (r"no module named '?bpy", "This Python has no bpy module."),
        (r"cannot open shared object file|error while loading shared libraries", "Blender lacks a system library"),
    )
)
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
    for line in reversed(lines):
        for pattern, sentence in _KNOWN:
            if pattern.search(line):
                return sentence if sentence.endswith(".") else f"{sentence}: {line.strip()[:200]}"
    return ""


def _by_status(lines: Sequence[str], exit_status: int) -> str:
    if exit_status in _CRASHED:
        return f"Blender crashed ({_CRASHED[exit_status]}). A newer patch of the same version may help."
    if exit_status in _KILLED:
        return "Blender was ended from outside; where nobody did, the machine may have run out of memory."
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    said = f" Its last line: {last[:200]}" if last else ""
    return f"Blender ended with status {exit_status}.{said}"
