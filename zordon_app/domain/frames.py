"""Frame ranges as people write them: ``1-10x2,15``."""

from collections.abc import Iterable

import fileseq

from zordon_app.errors import BadRequest

MAX_FRAMES = 200_000


def parse_frames(text: str) -> list[int]:
    """The frame numbers in ``text``, sorted and unique.

    Accepts single frames, ranges and steps, comma separated (``1-10x2, 15``; negative frames as ``-5--1``).

    Raises:
        BadRequest: not a range, backwards, empty, or more than ``MAX_FRAMES`` frames.
    """
    parts = [part.replace(" ", "") for part in text.split(",") if part.strip()]
    if not parts:
        raise BadRequest("The frame range is empty. Write frames like 1-10x2,15.", code="frames_empty_text")
    frames: set[int] = set()
    for part in parts:
        frames.update(_parse_part(part))
        if len(frames) > MAX_FRAMES:
            raise BadRequest(
                "The frame range has more than {count:,} frames. Split the job into several.",
                code="frames_many",
                count=MAX_FRAMES,
            )
    return sorted(frames)


def _parse_part(part: str) -> Iterable[int]:
    match = fileseq.FrameSet.FRANGE_RE.match(part) if fileseq.FrameSet.isFrameRange(part) else None
    if match is None:
        raise BadRequest(
            "{part!r} is not a frame range. Write frames like 1-10x2,15.", code="frames_bad", part=part[:60]
        )
    first, last, chunk, step = match.groups()
    start, end = int(first), int(last if last is not None else first)
    if chunk not in (None, "x"):
        raise BadRequest(f"{part[:60]!r} uses {chunk!r}; only steps with x are known, as in 1-10x2.")
    stride = int(step) if step else 1
    if stride < 1:
        raise BadRequest("The step of {part!r} must be 1 or more.", code="frames_step", part=part[:60])
    if end < start:
        raise BadRequest(
            "The frame range {part!r} runs backwards: {start} is after {end}.",
            code="frames_backwards",
            part=part[:60],
            start=start,
            end=end,
        )
    if (end - start) // stride >= MAX_FRAMES:
        raise BadRequest(
            "The frame range {part!r} has more than {count:,} frames. Split the job into several.",
            code="frames_many",
            part=part[:60],
            count=MAX_FRAMES,
        )
    return range(start, end + 1, stride)


def format_frames(frames: Iterable[int]) -> str:
    """The shortest text for the given frames: ``1-4,9``; empty for no frames."""
    ordered = sorted(set(frames))
    return str(fileseq.FrameSet.from_iterable(ordered).frange) if ordered else ""
