"""Which frames a preview film shows: those there are, and a card for each that is missing. Pure but for the cards."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from zordon_app.domain.frames import parse_frames
from zordon_app.domain.jobs import Job

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.uint8]

DEFAULT_RATE = Fraction(24)
PIECE_FRAMES = 48
"""Frames that are encoded together and kept: a new frame costs one piece at most."""


class Shot(Struct, frozen=True):
    """One frame of the film: its number, its file and what tells that the file changed; no file: it is missing."""

    number: int
    path: Path | None
    stamp: tuple[int, int] = (0, 0)


def expected_numbers(job: Job) -> list[int]:
    """The frame numbers a job renders, ascending; empty when it does not tell."""
    if job.frames:
        return parse_frames(job.frames)
    if job.start_frame is None or job.end_frame is None:
        return []
    steps = job.counts.total - 1
    step = max(1, (job.end_frame - job.start_frame) // steps) if steps > 0 else 1
    return list(range(job.start_frame, job.end_frame + 1, step))


def list_shots(job: Job, published: Sequence[tuple[int, Path]]) -> list[Shot]:
    """From the job's first frame to the last that is there; nothing in between is left out."""
    there = {number: shot for number, path in published if (shot := _shot(number, path)).path is not None}
    if not there:
        return []
    last = max(there)
    wanted = {number for number in expected_numbers(job) if number <= last}
    return [there.get(number, Shot(number, None)) for number in sorted(wanted | there.keys())]


def in_pieces(shots: Sequence[Shot]) -> Iterator[Sequence[Shot]]:
    """The shots by 48; which piece a frame falls into does not depend on what is there yet."""
    for start in range(0, len(shots), PIECE_FRAMES):
        yield shots[start : start + PIECE_FRAMES]


def film_rate(fps: float) -> Fraction:
    """``fps`` as the exact rate it stands for: 23.976 is 24000/1001; 24 when it is not known."""
    if not 0.01 <= fps <= 1000:
        return DEFAULT_RATE
    ntsc = Fraction(round(fps) * 1000, 1001)
    return ntsc if fps != round(fps) and abs(fps - ntsc) < 0.005 else Fraction(fps).limit_denominator(1001)


def make_card(width: int, height: int, title: str, text: str) -> "Rows":
    """A dark, hatched picture with two lines of text: rows × columns × 3, 8 bit."""
    import numpy as np
    import OpenImageIO as oiio

    rows, columns = np.indices((height, width))
    shade = np.where((rows + columns) // 12 % 2 == 0, 34, 46).astype(np.uint8)
    image = oiio.ImageBuf(np.repeat(shade[:, :, None], 3, axis=2))
    for line, place, size in ((title, 0.46, 0.1), (text, 0.60, 0.06)):
        _write(image, line, round(height * place), max(8, round(min(height, width) * size)))
    return np.asarray(image.get_pixels(oiio.UINT8), dtype=np.uint8)


def _write(image: Any, line: str, y: int, size: int) -> None:
    import OpenImageIO as oiio

    width = image.spec().width
    extent = oiio.ImageBufAlgo.text_size(line, size)
    # Without a font the hatching alone must do; render_text then draws nothing.
    x = max(0, (width - (extent.width if extent.defined else 0)) // 2)
    oiio.ImageBufAlgo.render_text(image, x, y, line, size, "", (0.9, 0.9, 0.9))


def _shot(number: int, path: Path) -> Shot:
    try:
        facts = path.stat()
    except OSError:
        return Shot(number, None)
    return Shot(number, path, (facts.st_mtime_ns, facts.st_size))
