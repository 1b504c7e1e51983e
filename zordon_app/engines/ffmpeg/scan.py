"""Reading all time stamps of a film, and seeing whether they tell the truth (engines.md, section 5)."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from zordon_app.engines.ffmpeg.film import Film, Scan
from zordon_app.engines.ffmpeg.look import open_film, picture_stream

_PROOF = 48
"""Pictures at the beginning that are decoded: codecs that hide or pair pictures show it at once."""

_MEASURED = frozenset({"mov", "matroska", "avi", "flv", "asf", "gif"})
"""Demuxers whose cuts were compared frame by frame with the whole film."""


def scan_film(project: Path, film: Film) -> Scan:
    """Read every packet of the picture, without decoding, and decode the first pictures as a proof.

    The whole file is read once: about a second per gigabyte.

    Raises:
        BadRequest: it cannot be read.
    """
    scan = _read_packets(project, film)
    if not scan.trouble and film.container not in _MEASURED:
        scan.trouble = f"Files of the kind {film.container} cannot be cut exactly."
    if not scan.trouble and _decoded_stamps(project, film, _PROOF) != scan.stamps[:_PROOF]:
        scan.trouble = "The pictures that decode are not those that the file's time stamps name."
    return scan


def _read_packets(project: Path, film: Film) -> Scan:
    import av

    scan = Scan()
    stamps: list[tuple[int, bool, int]] = []
    unknown = hidden = 0
    with open_film(project) as container:
        stream = picture_stream(container, film)
        scan.time_base = stream.time_base or Fraction(1, 1000)
        try:
            for packet in container.demux(stream):
                if packet.size == 0:
                    continue
                if packet.is_discard:
                    hidden += 1
                elif packet.is_corrupt:
                    scan.cut_off = True
                elif packet.pts is None:
                    unknown += 1
                else:
                    stamps.append((packet.pts, packet.is_keyframe, packet.duration or 0))
        except av.error.FFmpegError:
            scan.cut_off = True
        announced = stream.frames - hidden
    _sort_in(scan, stamps, film)
    scan.trouble = _trouble(scan, unknown)
    scan.cut_off = scan.cut_off or _ends_early(scan, announced, film)
    return scan


def _sort_in(scan: Scan, packets: list[tuple[int, bool, int]], film: Film) -> None:
    packets.sort()
    scan.stamps = [stamp for stamp, _, _ in packets]
    scan.keys = [place for place, (_, is_key, _) in enumerate(packets) if is_key]
    if packets:
        usual = round(1 / (film.rate * scan.time_base)) if film.rate else 1
        scan.is_end_known = packets[-1][2] > 0
        scan.last_length = packets[-1][2] or max(usual, 1)


def _trouble(scan: Scan, unknown: int) -> str:
    if unknown or not scan.stamps:
        return "Some of the film's pictures have no time stamp."
    if any(after <= before for before, after in pairwise(scan.stamps)):
        return "Some of the film's pictures share a time stamp."
    if scan.stamps[0] < 0:
        return "The film's time stamps begin before zero."
    return ""


def _ends_early(scan: Scan, announced: int, film: Film) -> bool:
    """Whether the container promises more than there is; with leeway, for some only guess."""
    if announced > 0:
        return len(scan.stamps) < announced * 0.98 - 2
    if not film.duration or not scan.stamps:
        return False
    length = float((scan.ticks(len(scan.stamps)) - scan.stamps[0]) * scan.time_base)
    return length < film.duration * 0.98 - 0.5


def _decoded_stamps(project: Path, film: Film, count: int) -> list[Any]:
    found: list[Any] = []
    with open_film(project) as container:
        stream = picture_stream(container, film)
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            found.append(frame.pts)
            if len(found) >= count:
                break
    return found
