"""Which part of a source is wanted: by seconds, by frame numbers, or by both."""

import math

from zordon_app.domain.frames import format_frames, parse_frames
from zordon_app.domain.messages import JobRequest
from zordon_app.engines.ffmpeg import segments
from zordon_app.engines.ffmpeg.film import Film, Scan
from zordon_app.errors import BadRequest


def wanted_range(request: JobRequest, film: Film, scan: Scan, warnings: list[str]) -> tuple[int, int]:
    """Places of the frames that both the seconds and the frame numbers leave; the end is not included.

    Raises:
        BadRequest: none is left.
    """
    count = len(scan.stamps)
    start, end = trim(request)
    first, stop = segments.find_range(scan, film, start, end)
    if names_frames(request):
        low, high = asked_frames(request, 1, count, warnings)
        first, stop = max(first, low - 1), min(stop, high)
    if first >= stop:
        length = scan.microseconds(0, count) / 1_000_000
        raise BadRequest(
            "Nothing is left of the film, which has {count} frames and lasts {length} s.",
            code="trim_all",
            count=count,
            length=f"{length:.2f}",
        )
    return first, stop


def trim(request: JobRequest) -> tuple[float, float | None]:
    """Start and end in seconds as asked for; None: to the end.

    Raises:
        BadRequest: the end comes before the start.
    """
    start, end = float(request.args.get("trim_start") or 0), request.args.get("trim_end")
    if end is not None and end <= start:
        raise BadRequest(
            "The part to keep runs backwards: from {start} s to {end} s.",
            code="trim_backwards",
            start=f"{start:g}",
            end=f"{end:g}",
        )
    return start, None if end is None else float(end)


def names_frames(request: JobRequest) -> bool:
    """Whether frame numbers are asked for."""
    return bool(request.frames) or request.start_frame is not None or request.end_frame is not None


def frames_as_seconds(request: JobRequest, film: Film, warnings: list[str]) -> tuple[float, float | None]:
    """The wanted part in seconds, for a film whose frames cannot be counted."""
    start, end = trim(request)
    if not names_frames(request):
        return start, end
    first, last = asked_frames(request, 1, max(film.frame_count, 1), warnings)
    start = max(start, float((first - 1) / film.rate))
    if last >= film.frame_count:
        return start, end
    return start, min(end if end is not None else film.duration, float(last / film.rate))


def asked_frames(request: JobRequest, low: int, high: int, warnings: list[str]) -> tuple[int, int]:
    """First and last frame asked for, inside what there is.

    Raises:
        BadRequest: not one unbroken range, or wholly outside.
    """
    first = low if request.start_frame is None else request.start_frame
    last = high if request.end_frame is None else request.end_frame
    if request.frames:
        frames = parse_frames(request.frames)
        first, last = frames[0], frames[-1]
        if len(frames) != last - first + 1:
            raise BadRequest(
                "A film needs frames without a gap, such as {first}-{last}; {frames!r} has gaps.",
                code="film_gaps",
                first=first,
                last=last,
                frames=request.frames[:60],
            )
    if first > high or last < low:
        raise BadRequest(
            "The frames {first}-{last} are outside the source, which has {low}-{high}.",
            code="frames_outside",
            first=first,
            last=last,
            low=low,
            high=high,
        )
    if first < low or last > high:
        warnings.append(f"The source has the frames {low}-{high}; {max(first, low)}-{min(last, high)} are used.")
    return max(first, low), min(last, high)


def trim_numbers(request: JobRequest, film: Film, first: int, last: int) -> tuple[int, int]:
    """First and last image of those from ``first`` to ``last`` that the seconds leave.

    Raises:
        BadRequest: none is left.
    """
    start, end = trim(request)
    origin = film.sequence.numbers()[0] if film.sequence else 0
    first = max(first, origin + math.ceil(start * float(film.rate) - 0.05))
    last = last if end is None else min(last, origin + math.ceil(end * float(film.rate) - 0.05) - 1)
    if first > last:
        raise BadRequest("Nothing is left of the images between these seconds.", code="trim_empty")
    return first, last


def check_gaps(request: JobRequest, numbers: list[int], first: int, last: int, warnings: list[str]) -> None:
    """See that every image is there, or may be stood in for.

    Raises:
        BadRequest: some are missing; the sentence names them.
    """
    missing = sorted(set(range(first, last + 1)) - set(numbers))
    if not missing:
        return
    named = format_frames(missing).replace(",", ", ")[:300]
    if request.args.get("gaps") != "hold":
        raise BadRequest(
            "Images are missing: {numbers}. Add them, or choose gaps=hold to let the one before stand in.",
            code="images_missing",
            numbers=named,
        )
    warnings.append(f"Images are missing: {named}. The one before stands in.")
