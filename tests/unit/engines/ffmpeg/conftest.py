from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from zordon_app.engines.ffmpeg.film import Film, ImageSequence, Scan, Stream


@pytest.fixture
def film() -> Callable[..., Film]:
    """A film of 1920×1080 at 24 fps with one sound track."""

    def make(**fields: Any) -> Film:
        streams = (
            Stream(index=0, kind="video", codec="h264"),
            Stream(index=1, kind="audio", codec="aac", channels=2),
        )
        known: dict[str, Any] = {
            "container": "mov",
            "codec": "h264",
            "streams": streams,
            "width": 1920,
            "height": 1080,
            "fps": "24",
            "duration": 100.0,
            "frame_count": 2400,
            "pixel_format": "yuv420p",
        }
        return Film(**(known | fields))

    return make


@pytest.fixture
def images(film: Callable[..., Film]) -> Film:
    sequence = ImageSequence(prefix="shot_", suffix=".png", padding=4, frames="1-100")
    return film(container="png", codec="png", streams=(), sequence=sequence, pixel_format="rgb24", fps="")


@pytest.fixture
def scan() -> Callable[..., Scan]:
    """Frames at 24 fps in ticks of 1/12000 s, a key picture every ``group``."""

    def make(count: int = 2400, group: int = 100, **fields: Any) -> Scan:
        known: dict[str, Any] = {
            "time_base": Fraction(1, 12000),
            "stamps": [500 * place for place in range(count)],
            "keys": list(range(0, count, group)),
            "last_length": 500,
            "is_end_known": True,
        }
        return Scan(**(known | fields))

    return make
