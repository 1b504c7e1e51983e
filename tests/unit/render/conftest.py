from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import OpenImageIO as oiio
import pytest

from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.ids import new_job_id
from zordon_app.domain.jobs import BuildRef, Job, UnitCounts
from zordon_app.render import previews
from zordon_app.render.previews import Previews

GREY = (0.5, 0.5, 0.5)


@pytest.fixture
def make_job() -> Callable[..., Job]:
    def make(**fields: Any) -> Job:
        start, end = fields.get("start_frame", 1), fields.get("end_frame", 1)
        known: dict[str, Any] = {
            "id": new_job_id(),
            "name": "shot",
            "engine": "blender",
            "build": BuildRef(engine="blender", version="3.4.1"),
            "project": "/shot.blend",
            "output_path": "/out",
            "created_at": datetime(2026, 1, 31, tzinfo=UTC),
            "start_frame": start,
            "end_frame": end,
            "fps": 24.0,
            "counts": UnitCounts(waiting=end - start + 1),
        }
        return Job(**(known | fields))

    return make


@pytest.fixture
def make_image() -> Callable[..., Path]:
    def make(
        path: Path,
        value: tuple[float, ...] = (0.5, 0.5, 0.5),
        *,
        kind: str = "uint8",
        size: tuple[int, int] = (640, 360),
        names: tuple[str, ...] | None = None,
    ) -> Path:
        spec = oiio.ImageSpec(*size, len(value), kind)
        if names is not None:
            spec.channelnames = names
        image = oiio.ImageBuf(spec)
        oiio.ImageBufAlgo.fill(image, value)
        assert image.write(str(path), kind), image.geterror()
        return path

    return make


@pytest.fixture
def make_film() -> Callable[..., Path]:
    def make(
        path: Path,
        colours: list[tuple[int, int, int]],
        *,
        codec: str = "libx264",
        rate: Fraction = Fraction(24),
        size: tuple[int, int] = (320, 180),
        pixels: str = "yuv420p",
        sound: str | None = None,
        options: dict[str, str] | None = None,
    ) -> Path:
        with av.open(str(path), "w") as out:
            video = out.add_stream(codec, rate=rate, options=options or {})
            video.width, video.height, video.pix_fmt = *size, pixels
            audio = out.add_stream(sound, rate=48_000, layout="mono") if sound else None
            for colour in colours:
                picture = np.full((size[1], size[0], 3), colour, dtype=np.uint8)
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                # As cameras do; FFmpeg by itself takes the colours of small films for all.
                matrix = "itu709" if size[1] >= 720 else "itu601"
                out.mux(video.encode(frame.reformat(format=pixels, dst_colorspace=matrix)))
            out.mux(video.encode())
            if audio is not None:
                seconds = len(colours) / rate
                tone = np.zeros((1, int(seconds * 48_000)), dtype=np.float32)
                frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
                frame.rate = 48_000
                out.mux(audio.encode(frame))
                out.mux(audio.encode())
        return path

    return make


class Farm:
    """What a job has published, as the test says."""

    def __init__(self, folder):
        self.published = []
        self.result = None
        self.previews = Previews(
            folder=folder,
            artifacts=lambda _job: self.published,
            finished=lambda _job: self.result,
            patience_seconds=HANG_SECONDS,
        )


@pytest.fixture
def farm(tmp_path):
    farm = Farm(tmp_path / "previews")
    yield farm
    farm.previews.stop()


@pytest.fixture
def frames(tmp_path, make_image, farm):
    def publish(*numbers, colour=GREY, size=(64, 36)):
        for number in numbers:
            path = make_image(tmp_path / f"shot_{number:04d}.png", colour, size=size)
            farm.published = sorted({**dict(farm.published), number: path}.items())

    return publish


def mean_colour(jpeg: Path) -> tuple[float, float, float]:
    """Of 0–255."""
    pixels = oiio.ImageBuf(str(jpeg)).get_pixels("float")
    red, green, blue = (pixels.mean((0, 1)) * 255).tolist()
    return red, green, blue


def frames_of(film: Path) -> list[tuple[float, tuple[float, float, float]]]:
    """Time in seconds and mean colour (0–255) of each frame."""
    with av.open(str(film)) as container:
        return [
            (float(frame.time), tuple(frame.to_ndarray(format="rgb24").mean((0, 1)).tolist()))
            for frame in container.decode(video=0)
        ]


def colour_near(colour: tuple[float, float, float], wanted: tuple[float, float, float]) -> bool:
    """Whether a colour of 0–255 is nearly one of 0–1."""
    return colour == pytest.approx([255 * channel for channel in wanted], abs=8)


def count_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by the name of each file of which a thumbnail is made."""
    calls: list[str] = []
    real = previews.make_thumbnail

    def counted(source: Path, target: Path, **rest: Any) -> Path:
        calls.append(source.name)
        return real(source, target, **rest)

    monkeypatch.setattr(previews, "make_thumbnail", counted)
    return calls
