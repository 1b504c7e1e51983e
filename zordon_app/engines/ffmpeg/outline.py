"""From a request and what is known of the source to the pieces of a job."""

import math
from fractions import Fraction

from msgspec import Struct, structs

from zordon_app.domain.messages import JobRequest
from zordon_app.engines.ffmpeg import segments
from zordon_app.engines.ffmpeg.entries import Entries, FindEntries
from zordon_app.engines.ffmpeg.film import Film, Scan
from zordon_app.engines.ffmpeg.ranges import (
    asked_frames,
    check_gaps,
    frames_as_seconds,
    trim_numbers,
    wanted_range,
)
from zordon_app.engines.ffmpeg.recipe import Cut, Recipe, Timing
from zordon_app.engines.ffmpeg.settings import Settings
from zordon_app.errors import BadRequest

_LEAST_LEEWAY = 2.0
"""Seconds of a film without trustworthy time stamps that may not decode: recordings often begin inside a group."""

_RUN_UP = 10.0
"""Seconds that are read before a wanted part of such a film: longer than the groups of broadcasts."""


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


def outline_film(
    request: JobRequest,
    film: Film,
    scan: Scan,
    settings: Settings,
    warnings: list[str],
    find_entries: FindEntries,
) -> Outline:
    """The pieces of a film whose packets were read; ``find_entries`` says from where their first frames decode.

    Raises:
        BadRequest: the wanted part is empty or cannot be found.
    """
    if scan.cut_off:
        warnings.append("The file is cut off: it ends before it should. What is there is used.")
    if scan.trouble:
        return _outline_by_time(request, film, scan, settings, warnings)
    first, end = wanted_range(request, film, scan, warnings)
    seconds = scan.microseconds(first, end) / 1_000_000
    reason = segments.why_one_piece(settings, split=request.may_split, seconds=seconds, frames=end - first)
    places = [(first, end)] if reason else segments.cut(scan, first, end)
    is_all = first == 0 and end == len(scan.stamps)
    if settings.video_codec == "copy" and not is_all:
        raise BadRequest(
            "Copying cuts at key pictures only; choose a codec, or leave the frames out.", code="copy_cuts"
        )
    timing = _timing(film, scan, first, end, is_all=is_all)
    entries = find_entries([place for place, _ in places])
    _check_sizes(entries, settings)
    recipe = structs.replace(
        _recipe(settings, film, timing, reason or _alone(places)),
        is_constant=scan.is_constant(film.rate),
        is_resized=entries.is_resized or has_crop(settings),
    )
    is_counted = scan.is_end_known if settings.fps else settings.video_codec != "copy" or not scan.cut_off
    return Outline(
        recipe=recipe,
        pieces=tuple(_piece(scan, film, first, a, b, entries, is_whole=is_all and len(places) == 1) for a, b in places),
        frames=_count_out(settings, end - first, seconds) if is_counted else 0,
        seconds=seconds,
        fps=_fps(settings, film),
    )


def _check_sizes(entries: Entries, settings: Settings) -> None:
    if entries.is_resized and settings.lossless:
        raise BadRequest(
            "The film's pictures change their size, and one film has one: nothing is lost only by copying the picture.",
            code="lossless_sizes",
        )


def outline_sequence(request: JobRequest, film: Film, settings: Settings, warnings: list[str]) -> Outline:
    """The pieces of numbered images, with gaps held or refused.

    Raises:
        BadRequest: images are missing, or the wanted part is empty.
    """
    if film.sequence is None:
        raise BadRequest("These are no numbered images.", code="not_numbered")
    numbers = film.sequence.numbers()
    first, last = asked_frames(request, numbers[0], numbers[-1], warnings)
    first, last = trim_numbers(request, film, first, last)
    check_gaps(request, numbers, first, last, warnings)
    frames, seconds = last - first + 1, float((last - first + 1) / film.rate)
    reason = segments.why_one_piece(settings, split=request.may_split, seconds=seconds, frames=frames)
    places = [(first, last + 1)] if reason else segments.cut_evenly(first, last + 1)
    return Outline(
        recipe=_recipe(settings, film, Timing(), reason or _alone(places)),
        pieces=tuple(_image_piece(film, first, a, b) for a, b in places),
        frames=_count_out(settings, frames, seconds),
        seconds=seconds,
        fps=_fps(settings, film),
    )


def _recipe(settings: Settings, film: Film, timing: Timing, reason: str) -> Recipe:
    width, height = settings.width, settings.height
    if settings.video_codec == "copy":
        # Copying leaves it to the player to crop and to turn the picture.
        left, top, right, bottom = film.crop
        width, height = film.width + left + right, film.height + top + bottom
        width, height = (height, width) if film.rotation % 180 else (width, height)
    return Recipe(settings=settings, film=film, timing=timing, width=width, height=height, unsplittable=reason)


def has_crop(settings: Settings) -> bool:
    """Whether filters count on the size of the picture."""
    return any(text.startswith("crop=") for text in settings.filters)


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


def _piece(scan: Scan, film: Film, first: int, place: int, end: int, entries: Entries, *, is_whole: bool) -> Piece:
    cut = segments.cut_of_frames(scan, film, first, place, end, entries.earlier.get(place))
    # The whole film needs no beginning and no end, so that it may have more than its time stamps tell.
    cut = Cut(start=cut.start, end=cut.end) if is_whole else cut
    return Piece(first=place + 1, last=end, cut=cut)


def _image_piece(film: Film, first: int, place: int, end: int) -> Piece:
    start, stop = (round((number - first) / film.rate * 1_000_000) for number in (place, end))
    return Piece(first=place, last=end - 1, cut=Cut(frames=end - place, start=start, end=stop))


def _timing(film: Film, scan: Scan, first: int, end: int, *, is_all: bool) -> Timing:
    if is_all:
        delay = scan.seconds(0) - film.start
        return Timing(delay=round(delay, 6) if delay > 0.0005 else 0.0)
    return Timing(seek=scan.seconds(first), seconds=scan.microseconds(first, end) / 1_000_000)


def _outline_by_time(request: JobRequest, film: Film, scan: Scan, settings: Settings, warnings: list[str]) -> Outline:
    """One piece, by seconds: nobody knows which frames there are."""
    if not film.fps:
        raise BadRequest("The file tells neither its frame rate nor usable time stamps.", code="no_rate")
    start, end = frames_as_seconds(request, film, warnings)
    length = _likely_length(film, scan)
    seconds = max((min(end, length or end) if end is not None else length) - start, 0.0)
    if (start or end is not None) and not seconds:
        raise BadRequest(
            "Nothing is left of the film, which lasts {length} s.", code="trim_nothing", length=f"{length:.2f}"
        )
    warnings.append(f"{scan.trouble} It is encoded in one piece.")
    timing = _timing_by_time(film, start, seconds if end is not None or start else 0.0)
    recipe = _recipe(settings, film, timing, scan.trouble)
    cut = Cut(seek=timing.seek, end=round(seconds * 1_000_000))
    return Outline(
        recipe=structs.replace(recipe, is_resized=has_crop(settings), is_by_time=True),
        pieces=(Piece(first=1, last=max(1, round(seconds * float(film.rate))), cut=cut),),
        frames=0,
        seconds=seconds,
        leeway=max(_LEAST_LEEWAY, seconds / 50),
        fps=_fps(settings, film),
    )


def _timing_by_time(film: Film, start: float, seconds: float) -> Timing:
    """Read from well before the wanted part: such files have no index of the pictures from which decoding can start."""
    if not start:
        return Timing(seconds=seconds)
    # In whole frames, so that the part begins with one.
    skip = math.floor(min(start, _RUN_UP) * film.rate) / float(film.rate)
    return Timing(seek=film.start + start - skip, skip=round(skip, 6), seconds=seconds)


def _likely_length(film: Film, scan: Scan) -> float:
    """Seconds, where the file and its packets agree about them or leaps between them were mended; else 0."""
    if scan.cut_off or not scan.stamps:
        return 0.0
    if scan.jumps:
        return scan.length
    read = scan.microseconds(0, len(scan.stamps)) / 1_000_000
    return read if abs(read - film.duration) < max(_LEAST_LEEWAY, read / 50) else 0.0
