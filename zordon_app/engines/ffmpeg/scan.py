"""Reading all time stamps of a film, and seeing whether they tell the truth (engines.md, section 5)."""

from bisect import bisect_right
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

from zordon_app.engines.ffmpeg.film import Film, Scan
from zordon_app.engines.ffmpeg.look import frames_of, open_film, picture_stream

_PROOF = 48
"""Pictures at the beginning that are decoded: codecs that hide or pair pictures show it at once."""

_LOST = 3
"""Pictures that one damaged one may take with it before it counts as something else."""

_LEAP = 10.0
"""Seconds between two packets that FFmpeg takes for a break in the time stamps."""

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
    if not scan.trouble and not _is_proven(project, film, scan):
        scan.trouble = "The pictures that decode are not those that the file's time stamps name."
    return scan


def _read_packets(project: Path, film: Film) -> Scan:
    import av

    scan = Scan()
    stamps: list[tuple[int, bool, int]] = []
    unknown = 0
    is_partial = False
    with open_film(project) as container:
        stream = picture_stream(container, film)
        scan.time_base = stream.time_base or Fraction(1, 1000)
        try:
            for packet in container.demux(stream):
                if packet.size == 0 or packet.is_discard:
                    continue
                is_partial = packet.is_corrupt
                if packet.pts is None:
                    unknown += 1
                elif not (is_partial and film.container in _MEASURED):
                    stamps.append((packet.pts, packet.is_keyframe, packet.duration or 0))
        except av.error.FFmpegError:
            scan.cut_off = True
    _measure(scan, stamps)
    _sort_in(scan, stamps, film)
    scan.trouble = _trouble(scan, unknown)
    if not scan.trouble and film.container == "avi" and not (scan.stamps[0] <= 2 and scan.is_constant(film.rate)):
        scan.trouble = "The AVI leaves pictures out, and FFmpeg's versions differ about where."
    # Only at its very end does half a packet mean that the rest is missing.
    scan.cut_off = scan.cut_off or is_partial or _ends_early(scan, film)
    return scan


def _measure(scan: Scan, packets: list[tuple[int, bool, int]]) -> None:
    """Leaps and length, by the stamps in the order of the file, as FFmpeg mends them (dts_delta_threshold)."""
    steps = [float((after[0] - before[0]) * scan.time_base) for before, after in pairwise(packets)]
    leaps = [step for step in steps if abs(step) > _LEAP]
    scan.jumps = len(leaps)
    scan.length = sum(steps) - sum(leaps)


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


def _ends_early(scan: Scan, film: Film) -> bool:
    """Whether the file promises more seconds than there are; with leeway, for some only guess.

    Not by its count of pictures: those that an edit list hides are in that, and are no loss.
    """
    if not film.duration or not scan.stamps or scan.jumps:
        return False
    length = float((scan.ticks(len(scan.stamps)) - scan.stamps[0]) * scan.time_base)
    return length < film.duration * 0.98 - 0.5


def _is_proven(project: Path, film: Film, scan: Scan) -> bool:
    """Whether the first pictures that decode are those that the time stamps name; all but those that are damaged."""
    found: list[int] = []
    damage: list[int] = []
    with open_film(project) as container:
        stream = picture_stream(container, film)
        stream.thread_type = "AUTO"
        for frame in islice(frames_of(container, stream, damage), _PROOF):
            found.append(frame.pts)
            damage += [frame.pts] if frame.is_corrupt else []
    if not damage:
        return found == scan.stamps[: len(found)] and (len(found) == min(_PROOF, len(scan.stamps)))
    named = scan.stamps[: bisect_right(scan.stamps, found[-1])] if found else []
    return found == sorted(found) and set(found) <= set(named) and len(named) - len(found) <= _LOST * len(damage)
