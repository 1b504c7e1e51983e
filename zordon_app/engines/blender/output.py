"""What the lines of a Blender session mean.

Lines that start with ``@@`` are our own script's JSON. Of Blender's own lines progress is read, in both styles
(engines.md, section 3): ``Fra:3 Mem:… | Sample 4/16`` up to 4.5 and ``00:00.3  render | Fra: 3 | … | Sample 4/16``
from 5.0; and messages that tell of a wrong picture (``messages.py``).
"""

import re
from typing import Any

import msgspec

from zordon_app.engines.base import Event, EventKind
from zordon_app.engines.blender.messages import Meaning, read_message

MARK = "@@"
_PREFIX = re.compile(r"^(?:\d+:)?\d+:\d+\.\d+\s+\w+\s+\|\s*")
_FRAME = re.compile(r"^Fra: ?(-?\d+)\b")
_SAMPLES = re.compile(r"(?:Sample|Rendering) (\d+) ?/ ?(\d+)")
_TILES = re.compile(r"Rendered (\d+)/(\d+) Tiles")
_FINISHED = re.compile(r"\| Finished\s*$")

_OWN_KINDS = frozenset(kind.value for kind in EventKind)


def read_line(line: str) -> list[Event]:
    """The events in one output line; most lines hold none."""
    if line.startswith(MARK):
        return _read_own(line[len(MARK) :])
    text = _PREFIX.sub("", line.strip())
    frame = _FRAME.match(text)
    if frame is None:
        return _read_message(text)
    fraction = read_fraction(text)
    return [] if fraction is None else [Event(kind=EventKind.PROGRESS, unit=int(frame[1]), fraction=fraction)]


def _read_message(text: str) -> list[Event]:
    """A message that tells of a wrong picture; it belongs to the unit in hand."""
    found = read_message(text)
    if found is None:
        return []
    meaning, sentence = found
    kind = EventKind.UNIT_FAILED if meaning is Meaning.FAILURE else EventKind.WARNING
    return [Event(kind=kind, message=sentence)]


def read_fraction(text: str) -> float | None:
    """How far the frame is (0–1), from Blender's own words; None when they do not tell."""
    if _FINISHED.search(text):
        return 1.0
    counts = _SAMPLES.search(text) or _TILES.search(text)
    if counts is None or int(counts[2]) == 0:
        return None
    return min(1.0, int(counts[1]) / int(counts[2]))


def read_marked(text: str, kind: str) -> dict[str, Any] | None:
    """The last marked line of ``kind`` in a whole output, decoded; None when there is none."""
    for line in reversed(text.splitlines()):
        if line.startswith(MARK):
            content = _decode(line[len(MARK) :])
            if content.get("kind") == kind:
                return content
    return None


def _read_own(text: str) -> list[Event]:
    content = _decode(text)
    kind = content.pop("kind", "")
    if kind == "stats":
        return _read_stats(content)
    if kind not in _OWN_KINDS:
        return []
    unit = content.pop("unit", None)
    return [
        Event(
            kind=EventKind(kind),
            unit=unit if isinstance(unit, int) else None,
            file=str(content.pop("file", "")),
            message=str(content.pop("message", "")),
            facts=content,
        )
    ]


def _read_stats(content: dict[str, Any]) -> list[Event]:
    unit, fraction = content.get("unit"), read_fraction(str(content.get("text", "")))
    if fraction is None or not isinstance(unit, int):
        return []
    return [Event(kind=EventKind.PROGRESS, unit=unit, fraction=fraction)]


def _decode(text: str) -> dict[str, Any]:
    # A project's own scripts may print anything, our mark included.
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
