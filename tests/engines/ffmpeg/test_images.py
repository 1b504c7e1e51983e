"""Numbered images that become a film."""

import shutil

import av
import numpy as np
import OpenImageIO as oiio
import pytest

from zordon_app.errors import BadRequest

pytestmark = pytest.mark.engines

GREYS = [10 * number for number in range(1, 25)]


@pytest.fixture
def images(tmp_path):
    """Plain images, each brighter than the one before: a wrong one is seen at once."""

    def make(extension="png", count=24, pattern="shot_{:04d}", *, skip=(), kind="uint8", channels=3, size=(64, 36)):
        folder = tmp_path / "images"
        folder.mkdir(exist_ok=True)
        for number in range(1, count + 1):
            if number in skip:
                continue
            spec = oiio.ImageSpec(*size, channels, kind)
            image = oiio.ImageBuf(spec)
            oiio.ImageBufAlgo.fill(image, (GREYS[(number - 1) % 24] / 255,) * 3 + (1.0,) * (channels - 3))
            assert image.write(str(folder / f"{pattern.format(number)}.{extension}")), image.geterror()
        return folder / f"{pattern.format(1)}.{extension}"

    return make


def brightness(path):
    """Mean of each frame, 0–255."""
    with av.open(str(path)) as container:
        return [float(np.mean(frame.to_ndarray(format="rgb24"))) for frame in container.decode(video=0)]


@pytest.mark.parametrize("extension", ["png", "jpg", "tif", "tga", "bmp", "dpx", "webp"])
def test_images_become_frames_of_the_same_brightness(studio, images, extension):
    made = studio.make(images(extension), {"preset": "ultrafast", "crf": 10})

    assert made.plan.expected.frames == 24
    assert made.plan.expected.seconds == 1.0
    assert made.path.name == "shot.mp4"
    assert brightness(made.path) == pytest.approx(GREYS, abs=3)


@pytest.mark.parametrize("kind", ["half", "float"])
def test_linear_light_is_made_fit_for_a_screen(studio, images, kind):
    made = studio.make(images("exr", kind=kind, channels=4), {"preset": "ultrafast", "crf": 10})

    linear = np.array(GREYS) / 255
    screen = np.where(linear < 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055) * 255
    assert brightness(made.path) == pytest.approx(list(screen), abs=3)


def test_the_combined_layer_of_a_multilayer_exr(studio, tmp_path):
    for number in (1, 2, 3):
        names = ("ViewLayer.Combined.R", "ViewLayer.Combined.G", "ViewLayer.Combined.B", "ViewLayer.Depth.Z")
        spec = oiio.ImageSpec(64, 36, 4, "half")
        spec.channelnames = names
        image = oiio.ImageBuf(spec)
        oiio.ImageBufAlgo.fill(image, (0.5, 0.5, 0.5, 100.0))
        assert image.write(str(tmp_path / f"multi.{number}.exr")), image.geterror()
    made = studio.make(tmp_path / "multi.1.exr", {"preset": "ultrafast"})

    assert brightness(made.path) == pytest.approx([188] * 3, abs=3)


@pytest.mark.parametrize("name", ["shot_%04d.png", "shot_####.png", "shot_0001.png", "shot_0009.png"])
def test_any_way_of_naming_a_sequence(one_studio, images, name):
    folder = images().parent
    probe = one_studio.engine.look(folder / name)

    assert (probe.start_frame, probe.end_frame, probe.width, probe.height) == (1, 24, 64, 36)


def test_numbers_without_zeros_are_in_order(one_studio, images):
    made = one_studio.make(images(pattern="it's #%d-{}"), {"preset": "ultrafast", "crf": 10})

    assert brightness(made.path) == pytest.approx(GREYS, abs=3)


def test_missing_images_are_named(one_studio, images):
    first = images(skip=(7, 12, 13, 14))
    with pytest.raises(BadRequest, match="Images are missing: 7, 12-14"):
        one_studio.plan(first)
    probe = one_studio.engine.look(first)

    assert probe.missing_files == ["shot_0007.png", "shot_0012.png", "shot_0013.png", "shot_0014.png"]


def test_missing_images_outside_the_wanted_range_do_not_matter(one_studio, images):
    made = one_studio.make(images(skip=(7, 12)), {"preset": "ultrafast", "crf": 10}, frames="13-20")

    assert brightness(made.path) == pytest.approx(GREYS[12:20], abs=3)


def test_the_image_before_a_gap_stands_in(studio, images):
    made = studio.make(images(skip=(7, 12, 13)), {"preset": "ultrafast", "crf": 10, "gaps": "hold"})

    wanted = [
        GREYS[5] if number == 7 else GREYS[10] if number in (12, 13) else GREYS[number - 1] for number in range(1, 25)
    ]
    assert brightness(made.path) == pytest.approx(wanted, abs=3)
    assert "7, 12-13" in made.plan.warnings[0]


def test_an_image_lost_after_the_plan_is_not_passed_over(studio, images):
    """FFmpeg ends with status 0 at a gap (engines.md, section 6)."""
    from tests.engines.ffmpeg.conftest import make_job
    from zordon_app.errors import ZordonError

    first = images()
    request, plan = studio.plan(first, {"preset": "ultrafast"})
    (first.parent / "shot_0009.png").unlink()
    with pytest.raises(ZordonError):
        studio.run_unit(make_job(first, request, plan, studio.build), plan.units[0], studio.tmp, studio.build)


def test_long_sequences_are_split_and_joined_exactly(studio, images):
    first = images(count=24)
    for number in range(25, 721):
        shutil.copy(first.parent / f"shot_{(number - 1) % 24 + 1:04d}.png", first.parent / f"shot_{number:04d}.png")
    args = {"container": "mov", "video_codec": "ffv1", "sequence_fps": 29.97, "pixel_format": "bgr0"}
    made = studio.make(first, args)

    assert [(unit.first, unit.last) for unit in made.plan.units] == [(1, 360), (361, 720)]
    assert brightness(made.path) == pytest.approx([GREYS[number % 24] for number in range(720)], abs=0.6)
    stamps = [float(row[0]) for row in studio.frame_hashes(made.path)]
    assert stamps == pytest.approx([number * 1001 / 30 for number in range(720)], abs=0.02)


def test_trim_and_another_rate(studio, images):
    first = images()
    trimmed = studio.make(first, {"preset": "ultrafast", "crf": 10, "sequence_fps": 10, "trim_start": 1, "trim_end": 2})
    faster = studio.make(first, {"preset": "ultrafast", "sequence_fps": 24, "fps": 48})

    assert brightness(trimmed.path) == pytest.approx(GREYS[10:20], abs=3)
    assert faster.plan.expected.frames == 48
    assert "frame rate" in faster.reason


def test_images_make_a_gif_and_a_two_pass_film(studio, images):
    first = images()

    assert len(brightness(studio.make(first, {"container": "gif", "sequence_fps": 10}).path)) == 24
    two_pass = {"video_bitrate": 100, "two_pass": True, "preset": "ultrafast"}
    assert len(brightness(studio.make(first, two_pass).path)) == 24


def test_one_image_alone_is_no_film(one_studio, images):
    with pytest.raises(BadRequest, match="only one image"):
        one_studio.engine.look(images(count=1))


def test_an_image_without_a_number_is_no_film(one_studio, images, tmp_path):
    path = tmp_path / "poster.png"
    shutil.copy(images(count=1), path)
    with pytest.raises(BadRequest, match="one image"):
        one_studio.engine.look(path)


def test_a_damaged_first_image_is_refused(one_studio, images):
    first = images()
    first.write_bytes(b"no image")
    with pytest.raises(BadRequest, match="not a readable image"):
        one_studio.engine.look(first)


def test_colours_say_by_which_rules_they_were_made(studio, images):
    made = studio.make(images(), {"preset": "ultrafast"})
    with av.open(str(made.path)) as container:
        frame = next(container.decode(video=0))

    assert (int(frame.colorspace), int(frame.color_primaries), int(frame.color_trc)) == (1, 1, 1)
