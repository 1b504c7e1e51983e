"""Where a film is cut, or why it is not: pure."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from zordon_app.engines.ffmpeg.film import Film, Scan
from zordon_app.engines.ffmpeg.formats import has_alpha
from zordon_app.engines.ffmpeg.recipe import Cut
from zordon_app.engines.ffmpeg.settings import Settings

SEGMENT_FRAMES = 480
"""Most frames of a segment. Starting FFmpeg and filling its encoder costs about as much as ten frames."""

SHORTEST_FILM = 20.0
"""Seconds below which cutting and joining costs more than it brings."""

EARLIER = 0.14
"""Seconds by which FFmpeg seeks too early where it does not trust the index (3/23 s; fftools, demuxing). So long after
a key picture it starts at that very one and decodes only a handful in vain."""

_BLIND = frozenset({"avi", "flv", "asf"})
"""Demuxers that answer a seek to before the beginning from elsewhere; all versions see them begin at the same time."""


def why_one_piece(settings: Settings, *, split: bool, seconds: float, frames: int) -> str:
    """A sentence why a job is encoded in one piece; empty when it may be cut."""
    if not split:
        return "Splitting is switched off for this job."
    reason = _why_settings(settings)
    if reason:
        return reason
    if seconds < SHORTEST_FILM or frames <= SEGMENT_FRAMES:
        return "It is so short that one machine does it fastest."
    return ""


def _why_settings(settings: Settings) -> str:
    reasons = (
        (settings.video_codec == "copy", "Copying the picture is no work to share."),
        (settings.container == "avi", "An AVI has no time stamps to join by."),
        (settings.container == "gif", "A GIF has one palette for the whole film."),
        (
            settings.video_codec == "libvpx-vp9" and has_alpha(settings.pixel_format),
            "The transparency of VP9 lies beside its pictures, where joining would lose it.",
        ),
        (settings.two_pass, "Two passes look at the whole film first."),
        (settings.video_bitrate, "A bit rate is spread over the whole film; a quality (CRF) can be split."),
        (settings.fps, "Changing the frame rate needs the frames around each cut."),
        (settings.memory, f"The filter {settings.memory} needs the frames before each picture."),
        (settings.raw, "Raw arguments may need the whole film."),
    )
    return next((sentence for applies, sentence in reasons if applies), "")


def cut(scan: Scan, first: int, end: int) -> list[tuple[int, int]]:
    """Frames ``first`` to ``end`` (not included) as segments, each from its first to after its last frame."""
    count = math.ceil((end - first) / SEGMENT_FRAMES)
    size = (end - first) / count
    wanted = [first + round(size * number) for number in range(1, count)]
    places = [first, *(_near_key(scan, place, round(size / 3)) for place in wanted), end]
    return [(a, b) for a, b in pairwise(places) if b > a]


def cut_evenly(first: int, end: int) -> list[tuple[int, int]]:
    """The same for images, where every place is as good."""
    count = math.ceil((end - first) / SEGMENT_FRAMES)
    places = [first + (end - first) * number // count for number in range(count + 1)]
    return list(pairwise(places))


def _near_key(scan: Scan, wanted: int, leeway: int) -> int:
    """The place nearest to ``wanted`` that lies just after a key picture; ``wanted`` when none is near."""
    best = wanted
    distance = leeway + 1
    at = bisect_left(scan.keys, wanted)
    for key in _around(scan.keys, at):
        place = _just_after(scan, key)
        if abs(place - wanted) < distance:
            best, distance = place, abs(place - wanted)
    return best


def _around(keys: Sequence[int], at: int) -> Sequence[int]:
    return keys[max(0, at - 2) : at + 2]


def _just_after(scan: Scan, key: int) -> int:
    stamp = scan.stamps[key] + math.ceil(EARLIER / scan.time_base)
    return bisect_left(scan.stamps, stamp) + 1


def cut_of_frames(scan: Scan, film: Film, first: int, place: int, end: int, entry: int | None = None) -> Cut:
    """The frames ``place`` to ``end`` (not included) of a film of which frames from ``first`` on are wanted.

    ``entry`` is the place of a picture from which decoding is to start; None: FFmpeg finds the one before by itself.
    """
    stamp = scan.stamps[place]
    middle = stamp - ((stamp - scan.stamps[place - 1]) // 2 if place else 0)
    # In whole ticks, up: in some files the next frame is only one tick away.
    stop = (scan.stamps[end - 1] + scan.ticks(end) + 1) // 2
    origin = float((middle if entry is None else scan.stamps[entry]) * scan.time_base)
    is_sought = film.container not in _BLIND or origin - film.start >= EARLIER
    origin = origin if is_sought else film.start
    return Cut(
        seek=origin if is_sought else None,
        lead=float(stamp * scan.time_base) - origin,
        after=float(middle * scan.time_base) - origin if place else 0.0,
        until=float(stop * scan.time_base) - origin,
        frames=end - place,
        start=scan.microseconds(first, place),
        end=scan.microseconds(first, end),
    )


def find_range(scan: Scan, film: Film, start: float, end: float | None) -> tuple[int, int]:
    """The places of the frames that stand between ``start`` and ``end`` seconds after the first frame."""
    # People round seconds: a twentieth of a frame is forgiven.
    leeway = 0.05 / (float(film.rate) or 25.0)

    def place(seconds: float) -> int:
        return bisect_left(scan.stamps, scan.stamps[0] + (seconds - leeway) / float(scan.time_base))

    return place(start), len(scan.stamps) if end is None else place(end)
