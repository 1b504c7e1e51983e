"""Where decoding has to start so that a wanted picture comes: asked of the decoder, since files only claim it.

A picture that a file calls a key may need others before it is whole (intra refresh, recovery points), may be damaged,
or may be no key at all. A decoder then shows what comes later, and FFmpeg takes that for what was asked for.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from zordon_app.engines.ffmpeg.film import Film, Scan
from zordon_app.engines.ffmpeg.look import frames_of, open_film, picture_stream
from zordon_app.engines.ffmpeg.segments import EARLIER
from zordon_app.errors import BadRequest

_ASKED = 48
"""Places that are tried of a film; where one of them needs help, all are."""

_RECOVERING = frozenset({"h264", "hevc", "vvc"})
"""Codecs whose decoders keep a picture back until it is whole, so that the first one need not be a key."""


class Entries(Struct, frozen=True, kw_only=True):
    """For each place from which decoding has to start earlier than FFmpeg would: the place of that picture."""

    earlier: dict[int, int] = {}
    is_resized: bool = False
    """Whether pictures of other sizes were met."""


FindEntries = Callable[[Sequence[int]], Entries]


def entries_of(project: Path, film: Film, scan: Scan, places: Sequence[int]) -> Entries:
    """Try ``places`` (those of the first frames of segments): one picture is decoded for each.

    Raises:
        BadRequest: the film cannot be read any more.
    """
    inner = [place for place in places if place]
    step = max(1, -(-len(inner) // _ASKED))
    with open_film(project) as container:
        tries = _Tries(container, film, scan)
        found = {place: tries.entry(place) for place in inner[::step]}
        if step > 1 and (tries.is_resized or any(entry is not None for entry in found.values())):
            found = {place: tries.entry(place) for place in inner}
        earlier = {place: entry for place, entry in found.items() if entry is not None}
        return Entries(earlier=earlier, is_resized=tries.is_resized)


class _Tries:
    """Seeks in an open film."""

    def __init__(self, container: Any, film: Film, scan: Scan) -> None:
        self.is_resized = False
        self._container = container
        self._film = film
        self._scan = scan
        self._stream = picture_stream(container, film)
        self._size: tuple[int, int, str] | None = None

    def entry(self, place: int) -> int | None:
        """None where FFmpeg's own seek is right; else the nearest earlier key from which the picture comes."""
        scan = self._scan
        middle = (scan.stamps[place - 1] + scan.stamps[place]) // 2
        if self._comes(place, middle - round(EARLIER / scan.time_base)):
            return None
        at = bisect_left(scan.keys, place)
        for key in _ever_earlier(scan.keys[:at]):
            if self._comes(place, scan.stamps[key]):
                return key
        return 0

    def _comes(self, place: int, stamp: int) -> bool:
        """Whether a seek to ``stamp`` brings a sound picture that is not later than the wanted one."""
        frame = self._first_from(stamp)
        if frame is None or frame.pts is None or frame.pts > self._scan.stamps[place]:
            return False
        self._compare_size(frame)
        return not frame.is_corrupt and (frame.key_frame or self._film.codec in _RECOVERING)

    def _first_from(self, stamp: int) -> Any:
        import av

        try:
            self._container.seek(max(stamp, 0), stream=self._stream)
            return next(frames_of(self._container, self._stream), None)
        except av.error.FFmpegError:
            return None

    def _compare_size(self, frame: Any) -> None:
        left, top, right, bottom = self._film.crop
        usual = (self._film.width + left + right, self._film.height + top + bottom)
        size = (frame.height, frame.width) if self._film.rotation % 180 else (frame.width, frame.height)
        self.is_resized = self.is_resized or size != usual


def _ever_earlier(keys: Sequence[int]) -> Iterator[int]:
    """The last few keys, then ever fewer of those before: nobody reads a whole film for one place."""
    back = 1
    while back <= len(keys):
        yield keys[-back]
        back += 1 if back < 6 else back // 2


def finder(project: Path, film: Film, scan: Scan) -> FindEntries:
    """``entries_of`` for one film, to be asked for its places."""

    def find(places: Sequence[int]) -> Entries:
        try:
            return entries_of(project, film, scan, places)
        except BadRequest:
            # Whatever ails it, FFmpeg will say of each segment.
            return Entries()

    return find
