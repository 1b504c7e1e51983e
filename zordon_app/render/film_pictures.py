"""One frame of a film, as a person sees it."""

import contextlib
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zordon_app.errors import PreviewFailed

if TYPE_CHECKING:
    from zordon_app.render.pictures import Pixels

HD_LINES = 720
"""Films of so many lines that do not name their colours are BT.709, smaller ones BT.601, as browsers take them."""
_UNNAMED = 2


def read_film_picture(path: Path, width: int) -> "Pixels":
    """A frame from the middle, at most ``width`` pixels wide: rows × columns × 3, display values of 0–1.

    Raises:
        PreviewFailed: not a film, without picture, or damaged.
    """
    import av
    import numpy as np

    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise PreviewFailed(f"{path.name} has no picture.")
            stream = container.streams.video[0]
            aspect = stream.sample_aspect_ratio or Fraction(1)
            frame = _middle_frame(container, stream)
            shown = to_rgb(frame, width, aspect)
            turned: Pixels = np.rot90(shown, k=round(frame.rotation / 90) % 4).astype(np.float32)
            return turned / np.float32(255)
    except (av.error.FFmpegError, StopIteration, ValueError) as error:
        why = " ".join(str(error).split())[:200].rstrip(".")
        raise PreviewFailed(f"{path.name} cannot be shown: {why or 'it has no frames'}.") from error


def to_rgb(frame: Any, width: int, aspect: Fraction = Fraction(1)) -> Any:
    """A frame of PyAV as 8 bit RGB, rows × columns × 3. ``aspect`` is that of its pixels."""
    wide, high = shown_size(frame.width, frame.height, width, aspect)
    return frame.reformat(width=wide, height=high, format="rgb24", src_colorspace=named_colours(frame)).to_ndarray()


def named_colours(frame: Any) -> str | None:
    """The name of a frame's colour matrix where the film does not give it; None: it does, or it is FFmpeg's guess."""
    return "itu709" if frame.colorspace == _UNNAMED and frame.height >= HD_LINES else None


def shown_size(width: int, height: int, most: int, aspect: Fraction = Fraction(1)) -> tuple[int, int]:
    """Width and height on a screen with square pixels, at most ``most`` wide; both even, as H.264 needs."""
    upright = Fraction(width) * aspect
    shown = min(Fraction(most), upright)
    return _even(shown), _even(height * shown / upright)


def _even(length: Fraction) -> int:
    return max(2, 2 * round(length / 2))


def _middle_frame(container: Any, stream: Any) -> Any:
    """Films often begin black, so the middle tells more; some cannot be sought in."""
    import av

    if container.duration:
        with contextlib.suppress(av.error.FFmpegError, StopIteration):
            container.seek(container.duration // 2 + (container.start_time or 0))
            return next(container.decode(stream))
        container.seek(container.start_time or 0)
    return next(container.decode(stream))
