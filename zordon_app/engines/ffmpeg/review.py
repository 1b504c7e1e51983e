"""What became of damaged pictures: looked up in the source, and only when something hints at them.

Players show a damaged picture as far as it decodes, and let the one before stand where nothing came. So does a job,
and says when; the decoder is asked once more, since FFmpeg's own words name no times.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from zordon_app.domain.jobs import Job, UnitSpec
from zordon_app.engines.ffmpeg.counting import count_frames
from zordon_app.engines.ffmpeg.film import Film
from zordon_app.engines.ffmpeg.look import open_film, picture_stream
from zordon_app.engines.ffmpeg.recipe import Cut, Recipe, cut_of, recipe_of
from zordon_app.errors import BadRequest, EngineFailed

_LOST = 4
"""Pictures that a damaged one may take with it: decoders of other versions give up at other places."""

_MOST_NAMED = 8
"""Places that a sentence names; of more it tells how many."""

_BETWEEN = 0.25
"""Seconds between damaged pictures that are told as one place."""


class Span(Struct, frozen=True):
    """A part of a film, seconds from where a player begins it."""

    start: float
    end: float

    def __str__(self) -> str:
        return f"{self.start:.2f}" if self.end - self.start < 0.005 else f"{self.start:.2f}–{self.end:.2f}"


def review(job: Job, unit: UnitSpec, artifact: Path, doubt: str) -> list[str]:
    """Sentences about a unit that passed its check; ``doubt`` is what the program's output made of it, or empty.

    Raises:
        EngineFailed: pictures are damaged, and the job does not take them; or others are missing.
    """
    recipe = recipe_of(job)
    lacking = unit.expected.frames - count_frames(artifact) if unit.expected.frames else 0
    if recipe.film.sequence is not None or not (doubt or lacking > 0):
        return []
    times = damaged(job.project, recipe, cut_of(unit))
    if lacking > _LOST * len(times):
        raise EngineFailed(f"{lacking} pictures are missing from the result that are not damaged in the film.")
    if not times:
        return [doubt]
    spans = spans_of(times)
    if not unit.expected.may_lack:
        raise EngineFailed(f"The film is damaged {_named(spans)}, and this job does not take damaged pictures.")
    return [f"The film is damaged {_named(spans)}: shown as far as it decodes; where nothing came, the picture before."]


def damaged(project: str, recipe: Recipe, cut: Cut) -> list[float]:
    """When pictures of a part are damaged or do not come at all, seconds from where a player begins the film."""
    try:
        with open_film(Path(project), url=project) as container:
            return sorted(_damaged_in(container, recipe.film, _bounds(recipe, cut), is_counted=not recipe.is_by_time))
    except BadRequest:
        return []


def _bounds(recipe: Recipe, cut: Cut) -> tuple[float | None, float, float]:
    """From where to read, and between which time stamps to look."""
    timing = recipe.timing
    if cut.until:
        origin = cut.seek if cut.seek is not None else recipe.film.start
        return cut.seek, origin + cut.after, origin + cut.until
    if timing.seek is None:
        return None, float("-inf"), float("inf")
    start = timing.seek + timing.skip
    return timing.seek, start, start + timing.seconds


def _damaged_in(
    container: Any, film: Film, bounds: tuple[float | None, float, float], *, is_counted: bool
) -> Iterator[float]:
    """``is_counted``: whether the time stamps tell which pictures there are, so that one can be missed."""
    seek, start, end = bounds
    stream = picture_stream(container, film)
    # Several threads lose what was wrong with a picture, now and then (measured).
    stream.thread_type = "NONE"
    if seek is not None:
        container.seek(int(seek / stream.time_base), stream=stream)
    due: set[int] = set()
    for packet in container.demux(stream):
        due |= {packet.pts} if packet.size and packet.pts is not None and not packet.is_discard else set()
        for frame in _decoded(packet):
            stamp = None if frame.pts is None else float(frame.pts * stream.time_base)
            due.discard(frame.pts)
            if stamp is not None and stamp >= end:
                return
            if stamp is not None and stamp >= start:
                # What was due before a picture that came does not come any more.
                gone = [pts for pts in due if pts < frame.pts] if is_counted else []
                due -= set(gone)
                late = [float(pts * stream.time_base) for pts in gone] + ([stamp] if frame.is_corrupt else [])
                yield from (when - film.start for when in late if when >= start)


def _decoded(packet: Any) -> Sequence[Any]:
    import av

    try:
        frames: Sequence[Any] = packet.decode()
    except av.error.FFmpegError:
        return ()
    return frames


def spans_of(times: Sequence[float]) -> list[Span]:
    """Moments that lie close together as one."""
    spans: list[Span] = []
    for when in sorted(times):
        if spans and when - spans[-1].end <= _BETWEEN:
            spans[-1] = Span(spans[-1].start, when)
        else:
            spans.append(Span(when, when))
    return spans


def _named(spans: Sequence[Span]) -> str:
    text = ", ".join(str(span) for span in spans[:_MOST_NAMED])
    more = f" and in {len(spans) - _MOST_NAMED} more places" if len(spans) > _MOST_NAMED else ""
    return f"at {text} s{more}"
