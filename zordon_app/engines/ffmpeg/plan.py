"""From a request and a look at the source to the units of a job."""

import math
from fractions import Fraction

from msgspec import Struct, structs

from zordon_app.domain.frames import format_frames, parse_frames
from zordon_app.domain.jobs import Expected, JobPlan, UnitKind, UnitSpec
from zordon_app.domain.messages import JobRequest
from zordon_app.engines.base import Build
from zordon_app.engines.ffmpeg import segments
from zordon_app.engines.ffmpeg.film import Film, Scan
from zordon_app.engines.ffmpeg.formats import CODECS, CONTAINERS
from zordon_app.engines.ffmpeg.recipe import Cut, Recipe, Timing, as_data
from zordon_app.engines.ffmpeg.settings import Settings
from zordon_app.errors import BadRequest

_LEAST_LEEWAY = 2.0
"""Seconds of a film without trustworthy time stamps that may not decode: recordings often begin inside a group."""


class Piece(Struct, frozen=True, kw_only=True):
    """A piece of the source to encode: frame numbers as people count them, both included, and where it lies."""

    first: int
    last: int
    cut: Cut


class Outline(Struct, frozen=True, kw_only=True):
    """A job before it has names: its recipe and its pieces, and what the film must be in the end."""

    recipe: Recipe
    pieces: tuple[Piece, ...]
    frames: int
    seconds: float
    fps: float
    leeway: float = 0.0
    """Seconds by which the film may be longer or shorter."""


def make_plan(outline: Outline, *, title: str, warnings: list[str]) -> JobPlan:
    """Units with their files: segments that are joined at the end, or the finished film as the only one."""
    recipe, settings = outline.recipe, outline.recipe.settings
    name = f"{title}.{settings.container}"
    expected = Expected(
        format=CONTAINERS[settings.container].kind,
        width=recipe.width,
        height=recipe.height,
        frames=outline.frames,
        seconds=outline.seconds,
        leeway=outline.leeway,
        audio=settings.audio != "none",
    )
    is_joined = len(outline.pieces) > 1
    units = [
        _make_unit(number, piece, recipe, f"{title}.{number:05d}") if is_joined else _make_only(piece, name, expected)
        for number, piece in enumerate(outline.pieces)
    ]
    return JobPlan(
        units=tuple(units),
        assemble=is_joined,
        output_file=name,
        expected=expected,
        fps=outline.fps,
        warnings=tuple(warnings),
        facts=as_data(recipe),
    )


def outline_film(request: JobRequest, film: Film, scan: Scan, settings: Settings, warnings: list[str]) -> Outline:
    """The pieces of a film whose packets were read.

    Raises:
        BadRequest: the wanted part is empty or cannot be found.
    """
    if scan.cut_off:
        warnings.append("The file is cut off or damaged: it ends before it should. What is there is used.")
    if scan.trouble:
        return _outline_by_time(request, film, scan, settings, warnings)
    first, end = _wanted_range(request, film, scan, warnings)
    seconds = scan.microseconds(first, end) / 1_000_000
    reason = segments.why_one_piece(settings, split=request.enable_split_jobs, seconds=seconds, frames=end - first)
    places = [(first, end)] if reason else segments.cut(scan, first, end)
    is_all = first == 0 and end == len(scan.stamps)
    timing = _timing(film, scan, first, end, is_all=is_all)
    recipe = _recipe(settings, film, timing, reason or _alone(places))
    is_counted = scan.is_end_known if settings.fps else settings.video_codec != "copy" or not scan.cut_off
    return Outline(
        recipe=recipe,
        pieces=tuple(_piece(scan, first, a, b, is_all=is_all) for a, b in places),
        frames=_count_out(settings, end - first, seconds) if is_counted else 0,
        seconds=seconds,
        fps=_fps(settings, film),
    )


def outline_sequence(request: JobRequest, film: Film, settings: Settings, warnings: list[str]) -> Outline:
    """The pieces of numbered images, with gaps held or refused.

    Raises:
        BadRequest: images are missing, or the wanted part is empty.
    """
    if film.sequence is None:
        raise BadRequest("These are no numbered images.")
    numbers = film.sequence.numbers()
    first, last = _asked_frames(request, numbers[0], numbers[-1], warnings)
    first, last = _trim_numbers(request, film, first, last)
    _check_gaps(request, numbers, first, last, warnings)
    frames, seconds = last - first + 1, float((last - first + 1) / film.rate)
    reason = segments.why_one_piece(settings, split=request.enable_split_jobs, seconds=seconds, frames=frames)
    places = [(first, last + 1)] if reason else segments.cut_evenly(first, last + 1)
    return Outline(
        recipe=_recipe(settings, film, Timing(), reason or _alone(places)),
        pieces=tuple(_image_piece(film, first, a, b) for a, b in places),
        frames=_count_out(settings, frames, seconds),
        seconds=seconds,
        fps=_fps(settings, film),
    )


def check_encoder(settings: Settings, build: Build) -> None:
    """See that a build has what the settings need.

    Raises:
        BadRequest: it was built without that encoder.
    """
    known = build.details.get("encoders")
    for codec in (settings.video_codec, settings.audio_codec):
        if known and codec not in {"", "copy", "none"} and codec not in known:
            raise BadRequest(f"FFmpeg {build.version} here was built without {codec}. Choose another build or codec.")


def _make_unit(number: int, piece: Piece, recipe: Recipe, stem: str) -> UnitSpec:
    part = CODECS[recipe.settings.video_codec].part
    expected = Expected(
        format=part,
        width=recipe.width,
        height=recipe.height,
        frames=piece.last - piece.first + 1,
        seconds=(piece.cut.end - piece.cut.start) / 1_000_000,
    )
    return UnitSpec(
        number=number,
        kind=UnitKind.SEGMENT,
        first=piece.first,
        last=piece.last,
        file=f"{stem}.{part}",
        expected=expected,
        detail=as_data(piece.cut),
    )


def _make_only(piece: Piece, name: str, expected: Expected) -> UnitSpec:
    return UnitSpec(
        number=0,
        kind=UnitKind.SEGMENT,
        first=piece.first,
        last=piece.last,
        file=name,
        expected=expected,
        detail=as_data(piece.cut),
    )


def _recipe(settings: Settings, film: Film, timing: Timing, reason: str) -> Recipe:
    width, height = settings.width, settings.height
    if settings.video_codec == "copy" and film.rotation % 180:
        # Copying leaves it to the player to turn the picture.
        width, height = film.height, film.width
    return Recipe(settings=settings, film=film, timing=timing, width=width, height=height, unsplittable=reason)


def _alone(places: list[tuple[int, int]]) -> str:
    return "It is so short that one machine does it fastest." if len(places) == 1 else ""


def _count_out(settings: Settings, frames: int, seconds: float) -> int:
    """Frames that come out; 0 where rounding decides and each version may do it differently."""
    if not settings.fps:
        return frames
    exact = seconds * float(Fraction(settings.fps))
    return 0 if abs(exact % 1 - 0.5) < 0.02 else round(exact)


def _fps(settings: Settings, film: Film) -> float:
    return float(Film(container="", fps=settings.fps).rate or film.rate)


def _piece(scan: Scan, first: int, place: int, end: int, *, is_all: bool) -> Piece:
    cut = Cut(
        seek=segments.seek_before(scan, place) if place else None,
        # What follows the end of the file needs no end.
        frames=0 if is_all and place == 0 and end == len(scan.stamps) else end - place,
        start=scan.microseconds(first, place),
        end=scan.microseconds(first, end),
    )
    return Piece(first=place + 1, last=end, cut=cut)


def _image_piece(film: Film, first: int, place: int, end: int) -> Piece:
    start, stop = (round((number - first) / film.rate * 1_000_000) for number in (place, end))
    return Piece(first=place, last=end - 1, cut=Cut(frames=end - place, start=start, end=stop))


def _timing(film: Film, scan: Scan, first: int, end: int, *, is_all: bool) -> Timing:
    if is_all:
        delay = scan.seconds(0) - film.start
        return Timing(delay=round(delay, 6) if delay > 0.0005 else 0.0)
    return Timing(seek=scan.seconds(first), seconds=scan.microseconds(first, end) / 1_000_000)


def _wanted_range(request: JobRequest, film: Film, scan: Scan, warnings: list[str]) -> tuple[int, int]:
    """Places of the frames that both the seconds and the frame numbers leave; the end is not included."""
    count = len(scan.stamps)
    start, end = _trim(request)
    first, stop = segments.find_range(scan, film, start, end)
    if _names_frames(request):
        low, high = _asked_frames(request, 1, count, warnings)
        first, stop = max(first, low - 1), min(stop, high)
    if first >= stop:
        length = scan.microseconds(0, count) / 1_000_000
        raise BadRequest(f"Nothing is left of the film, which has {count} frames and lasts {length:.2f} s.")
    return first, stop


def _trim(request: JobRequest) -> tuple[float, float | None]:
    start, end = float(request.args.get("trim_start") or 0), request.args.get("trim_end")
    if end is not None and end <= start:
        raise BadRequest(f"The part to keep runs backwards: from {start:g} s to {end:g} s.")
    return start, None if end is None else float(end)


def _names_frames(request: JobRequest) -> bool:
    return bool(request.frames) or request.start_frame is not None or request.end_frame is not None


def _asked_frames(request: JobRequest, low: int, high: int, warnings: list[str]) -> tuple[int, int]:
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
                f"A film needs frames without a gap, such as {first}-{last}; {request.frames[:60]!r} has gaps."
            )
    if first > high or last < low:
        raise BadRequest(f"The frames {first}-{last} are outside the source, which has {low}-{high}.")
    if first < low or last > high:
        warnings.append(f"The source has the frames {low}-{high}; {max(first, low)}-{min(last, high)} are used.")
    return max(first, low), min(last, high)


def _trim_numbers(request: JobRequest, film: Film, first: int, last: int) -> tuple[int, int]:
    start, end = _trim(request)
    origin = film.sequence.numbers()[0] if film.sequence else 0
    first = max(first, origin + math.ceil(start * float(film.rate) - 0.05))
    last = last if end is None else min(last, origin + math.ceil(end * float(film.rate) - 0.05) - 1)
    if first > last:
        raise BadRequest("Nothing is left of the images between these seconds.")
    return first, last


def _check_gaps(request: JobRequest, numbers: list[int], first: int, last: int, warnings: list[str]) -> None:
    missing = sorted(set(range(first, last + 1)) - set(numbers))
    if not missing:
        return
    named = format_frames(missing).replace(",", ", ")[:300]
    if request.args.get("gaps") != "hold":
        raise BadRequest(f"Images are missing: {named}. Add them, or choose gaps=hold to let the one before stand in.")
    warnings.append(f"Images are missing: {named}. The one before stands in.")


def _outline_by_time(request: JobRequest, film: Film, scan: Scan, settings: Settings, warnings: list[str]) -> Outline:
    """One piece, by seconds: nobody knows which frames there are."""
    if _names_frames(request):
        raise BadRequest(f"{scan.trouble} Frames cannot be counted; use trim_start and trim_end (seconds).")
    if not film.fps:
        raise BadRequest("The file tells neither its frame rate nor usable time stamps.")
    start, end = _trim(request)
    is_all = not start and end is None
    length = _likely_length(film, scan)
    seconds = max((min(end, length or end) if end is not None else length) - start, 0.0)
    if not is_all and not seconds:
        raise BadRequest(f"Nothing is left of the film, which lasts {length:.2f} s.")
    warnings.append(f"{scan.trouble} It is encoded in one piece.")
    if settings.video_codec != "copy" and not settings.fps:
        settings = structs.replace(settings, fps=film.fps)
    seek = None if is_all else film.start + start
    timing = Timing(seek=seek, seconds=0.0 if is_all else seconds)
    cut = Cut(seek=seek, end=round(seconds * 1_000_000))
    return Outline(
        recipe=_recipe(settings, film, timing, scan.trouble),
        pieces=(Piece(first=1, last=max(1, round(seconds * float(film.rate))), cut=cut),),
        frames=0,
        seconds=seconds,
        leeway=max(_LEAST_LEEWAY, seconds / 50),
        fps=_fps(settings, film),
    )


def _likely_length(film: Film, scan: Scan) -> float:
    """Seconds, where the file and its packets agree about them; else 0."""
    if scan.cut_off or not scan.stamps:
        return 0.0
    read = scan.microseconds(0, len(scan.stamps)) / 1_000_000
    return read if abs(read - film.duration) < max(_LEAST_LEEWAY, read / 50) else 0.0
