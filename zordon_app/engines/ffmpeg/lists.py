"""Lists for FFmpeg's concat demuxer: segments to be joined, and images as the frames of a film."""

from collections.abc import Sequence
from pathlib import Path

from zordon_app.domain.jobs import UnitSpec
from zordon_app.engines.ffmpeg.film import ImageSequence, file_url
from zordon_app.engines.ffmpeg.recipe import cut_of

_HEAD = "ffconcat version 1.0\n"


def write_list(path: Path, text: str) -> Path:
    """Write a list; returns its path."""
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def segment_list(units: Sequence[UnitSpec], folder: Path) -> str:
    """Segments in order, each with the time until the next begins, so that errors of a container do not add up.

    Where a person left a segment out, the last picture before it stands until the next segment, and the sound fits.
    """
    ordered = sorted(units, key=lambda unit: unit.number)
    starts = [cut_of(unit).start for unit in ordered]
    ends = [*starts[1:], cut_of(ordered[-1]).end]
    lines = [
        f"file {quote(folder / unit.file)}\nduration {(end - start) / 1_000_000:.6f}\n"
        for unit, start, end in zip(ordered, starts, ends, strict=True)
    ]
    return _HEAD + "".join(lines)


def image_list(sequence: ImageSequence, folder: Path, first: int, last: int) -> str:
    """One image per frame from ``first`` to ``last``; where one is missing, the one before it again.

    Only the order counts: the input's frame rate (``-r``) gives the times.
    """
    there = set(sequence.numbers())
    current = max((number for number in there if number <= first), default=min(there))
    lines: list[str] = []
    for number in range(first, last + 1):
        current = number if number in there else current
        lines.append(f"file {quote(folder / sequence.name(current))}\nduration 0.04\n")
    return _HEAD + "".join(lines)


def quote(path: Path) -> str:
    """A path in the list's syntax: in single quotes, which hold everything but themselves."""
    return "'" + file_url(path).replace("'", "'\\''") + "'"
