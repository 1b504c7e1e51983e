"""Size and shape are what players show (faults.md, films 8 and 9): cropped and turned, never squeezed."""

from pathlib import Path

import av
import OpenImageIO as oiio
import pytest

from tests.engines.ffmpeg.conftest import Sources, Studio

pytestmark = pytest.mark.engines

LOSSLESS = {"container": "mkv", "video_codec": "ffv1"}
BARS = "color=red:s=320x180:r=25:d=2,drawbox=y=20:h=140:t=fill:color=green,drawbox=y=20:h=20:w=40:t=fill:color=blue"


VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-pix_fmt", "yuv444p")
"""Of which only the file tells the shape of pixels."""


def picture(path: Path) -> av.VideoFrame:
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


def pixel(frame: av.VideoFrame, x: int, y: int) -> str:
    """The strongest colour of a pixel."""
    values = list(frame.to_ndarray(format="rgb24")[y, x])
    return ("red", "green", "blue")[values.index(max(values))]


@pytest.fixture
def cropped(sources: Sources, tmp_path: Path) -> Path:
    """A Matroska film that leaves 20 pixels out above and below, as mkvpropedit makes them.

    Its two elements for the size of display, as long, become those of the crop.
    """
    film = sources.make("bars.mkv", "-f", "lavfi", "-i", f"{BARS},setsar=2", *VP9)
    content = film.read_bytes()
    at = content.index(b"\x54\xb0\x81")
    assert content[at + 4 : at + 7] == b"\x54\xba\x81"
    assert content[at + 8 : at + 11] == b"\x54\xb2\x81"
    crop = b"\x54\xbb\x81\x14" + b"\x54\xaa\x81\x14" + b"\x54\xb2\x81\x00"
    content = content[:at] + crop + content[at + len(crop) :]
    path = tmp_path / "crop.mkv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("args", "size"),
    [({}, (320, 140)), ({"height": 70}, (160, 70)), ({"filters": ["hflip"]}, (320, 140)), (LOSSLESS, (320, 140))],
    ids=["plain", "scaled", "filtered", "lossless"],
)
def test_a_film_whose_file_crops_it_is_cropped(studio: Studio, cropped: Path, args, size):
    made = studio.make(cropped, args)
    frame = picture(made.path)

    assert (frame.width, frame.height) == size
    assert {pixel(frame, 0, 0), pixel(frame, size[0] - 1, 0)} == {"blue", "green"}
    assert pixel(frame, 0, size[1] - 1) == "green"


def test_the_window_is_told_the_size_that_is_seen(one_studio: Studio, cropped: Path):
    probe = one_studio.engine.look(cropped)

    assert (probe.width, probe.height) == (320, 140)


def test_a_copy_keeps_what_is_stored(one_studio: Studio, cropped: Path):
    made = one_studio.make(cropped, {"container": "mkv", "video_codec": "copy"})

    assert (picture(made.path).width, picture(made.path).height) == (320, 180)


@pytest.mark.parametrize("turn", ["90", "180", "270"])
def test_a_crop_turns_with_the_picture(studio: Studio, cropped: Path, turn: str):
    from zordon_app.engines.ffmpeg.shape import turned

    assert turned((0, 20, 0, 20), int(turn)) in {(0, 20, 0, 20), (20, 0, 20, 0)}
    assert turned(turned((1, 2, 3, 4), int(turn)), 360 - int(turn)) == (1, 2, 3, 4)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["jpg", "tif"])
def test_images_are_upright(studio: Studio, orientation: int, ending: str):
    for number in (1, 2, 3):
        image = oiio.ImageBuf(oiio.ImageSpec(64, 48, 3, "uint8"))
        oiio.ImageBufAlgo.fill(image, (1, 0, 0))
        oiio.ImageBufAlgo.fill(image, (0, 1, 0), oiio.ROI(0, 32, 0, 48))
        oiio.ImageBufAlgo.fill(image, (0, 0, 1), oiio.ROI(0, 32, 0, 24))
        image.specmod().attribute("Orientation", orientation)
        assert image.write(str(studio.tmp / f"shot_{number}.{ending}"))
    upright = oiio.ImageBufAlgo.reorient(oiio.ImageBuf(str(studio.tmp / f"shot_1.{ending}")))
    made = studio.make(studio.tmp / f"shot_1.{ending}", {"preset": "ultrafast", "pixel_format": "yuv444p"})
    frame = picture(made.path)

    assert (frame.width, frame.height) == (upright.spec().width, upright.spec().height)
    for x in (4, frame.width - 5):
        for y in (4, frame.height - 5):
            values = list(upright.getpixel(x, y))
            assert pixel(frame, x, y) == ("red", "green", "blue")[values.index(max(values))]


def test_an_upright_image_keeps_its_shape_at_another_height(one_studio: Studio):
    for number in (1, 2):
        image = oiio.ImageBuf(oiio.ImageSpec(128, 72, 3, "uint8"))
        image.specmod().attribute("Orientation", 6)
        image.write(str(one_studio.tmp / f"shot_{number}.jpg"))
    made = one_studio.make(one_studio.tmp / "shot_1.jpg", {"height": 64})

    assert (picture(made.path).width, picture(made.path).height) == (36, 64)


def test_images_of_other_sizes_get_that_of_the_first(studio: Studio):
    for number, size in enumerate(("64x48", "32x24", "64x64"), 1):
        studio.ffmpeg("-f", "lavfi", "-i", f"testsrc=s={size}", "-frames:v", "1", studio.tmp / f"shot_{number}.png")
    made = studio.make(studio.tmp / "shot_1.png", {"preset": "ultrafast"})

    assert len(studio.frame_hashes(made.path)) == 3
