import math

import numpy as np
import OpenImageIO as oiio
import pytest

from zordon_app.errors import PreviewFailed
from zordon_app.render.pictures import colour_channels, decode_srgb, encode_srgb, read_picture
from zordon_app.render.thumbnails import make_thumbnail

GREY = (0.18, 0.18, 0.18)


def mean(pixels):
    return pixels.mean((0, 1)) * 255


@pytest.mark.parametrize(("suffix", "kind"), [("exr", "half"), ("exr", "float"), ("hdr", "float"), ("tif", "float")])
def test_linear_light_becomes_what_a_screen_shows(tmp_path, make_image, suffix, kind):
    path = make_image(tmp_path / f"grey.{suffix}", GREY, kind=kind)

    assert mean(read_picture(path, 320)) == pytest.approx([118] * 3, abs=1)


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        ("png", "uint8"),
        ("png", "uint16"),
        ("jpg", "uint8"),
        ("tif", "uint8"),
        ("tif", "uint16"),
        ("webp", "uint8"),
        ("tga", "uint8"),
        ("bmp", "uint8"),
        ("dpx", "uint8"),
        ("dpx", "uint16"),
        ("jp2", "uint8"),
    ],
)
def test_pictures_of_whole_numbers_are_shown_as_they_are(tmp_path, make_image, suffix, kind):
    path = make_image(tmp_path / f"colour.{suffix}", (0.8, 0.4, 0.2), kind=kind)

    assert mean(read_picture(path, 320)) == pytest.approx([204, 102, 51], abs=4)


def test_a_thumbnail_is_a_jpeg_of_the_asked_width_and_the_right_shape(tmp_path, make_image):
    source = make_image(tmp_path / "shot.exr", GREY, kind="half", size=(1920, 800))

    made = make_thumbnail(source, tmp_path / "thumbs" / "a.jpg", width=320)

    image = oiio.ImageBuf(str(made))
    assert (image.file_format_name, image.spec().width, image.spec().height) == ("jpeg", 320, 133)
    assert mean(image.get_pixels("float")) == pytest.approx([118] * 3, abs=2)


def test_small_pictures_are_not_blown_up(tmp_path, make_image):
    assert read_picture(make_image(tmp_path / "icon.png", size=(48, 20)), 320).shape == (20, 48, 3)


def test_the_combined_layer_of_a_multilayer_exr_is_shown(tmp_path, make_image):
    names = (
        *(f"ViewLayer.Depth.{c}" for c in "Z"),
        *(f"ViewLayer.Combined.{c}" for c in "RGBA"),
        *(f"ViewLayer.Normal.{c}" for c in "XYZ"),
    )
    path = make_image(tmp_path / "many.exr", (1e10, 0.18, 0.5, 0.02, 1, 0, 0, 1), kind="float", names=names)

    assert mean(read_picture(path, 320)) == pytest.approx([118, 188, 39], abs=1)


def test_the_combined_layer_is_found_in_the_second_part_of_an_exr(tmp_path):
    path, parts = str(tmp_path / "parts.exr"), []
    for name, channels, value in (("depth", ("Z",), 5.0), ("ViewLayer.Combined", tuple("RGB"), 0.18)):
        spec = oiio.ImageSpec(64, 36, len(channels), "half")
        spec.channelnames = channels if name == "depth" else tuple(f"{name}.{channel}" for channel in channels)
        spec.attribute("oiio:subimagename", name)
        parts.append((spec, np.full((36, 64, len(channels)), value, dtype=np.float32)))
    out = oiio.ImageOutput.create(path)
    assert out.open(path, tuple(spec for spec, _pixels in parts))
    for place, (spec, pixels) in enumerate(parts):
        assert place == 0 or out.open(path, spec, "AppendSubimage")
        assert out.write_image(pixels)
    out.close()

    assert mean(read_picture(tmp_path / "parts.exr", 320)) == pytest.approx([118] * 3, abs=1)


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (("R", "G", "B", "A"), [0, 1, 2, 3]),
        (("Z", "R", "G", "B"), [1, 2, 3]),
        (("Y",), [0]),
        (("Y", "A"), [0, 1]),
        (("Z",), [0]),
        (("A.Combined.R", "A.Combined.G", "A.Combined.B", "R", "G", "B"), [3, 4, 5]),
        (("A.Diffuse.R", "A.Diffuse.G", "A.Diffuse.B", "A.Combined.R", "A.Combined.G", "A.Combined.B"), [3, 4, 5]),
        (
            ("A.Combined.R", "A.Combined.G", "A.Combined.B", *(f"Composite.Combined.{c}" for c in "RGBA")),
            [3, 4, 5, 6],
        ),
        (("A.Mist.Z", "A.Diffuse.R", "A.Diffuse.G", "A.Diffuse.B"), [1, 2, 3]),
    ],
)
def test_which_channels_make_the_picture(names, wanted):
    assert colour_channels(names)[1] == wanted


@pytest.mark.parametrize(("suffix", "kind"), [("png", "uint8"), ("tif", "uint16"), ("exr", "half")])
def test_transparent_parts_show_a_grey_checker(tmp_path, make_image, suffix, kind):
    path = make_image(tmp_path / f"empty.{suffix}", (0, 0, 0, 0), kind=kind)

    pixels = read_picture(path, 320)

    assert sorted(set(np.round(pixels[:, :, 0] * 255).ravel().tolist())) == [102, 153]
    assert pixels[0, 0, 0] != pixels[0, 8, 0]


def test_light_without_alpha_still_shines_over_the_checker(tmp_path, make_image):
    path = make_image(tmp_path / "glow.exr", (1, 0, 0, 0), kind="half")

    assert read_picture(path, 320)[:, :, 0].min() > 0.999


def test_values_that_are_no_numbers_do_not_spoil_their_neighbours(tmp_path):
    pixels = np.full((36, 64, 3), 0.18, dtype=np.float32)
    pixels[10, 10] = math.nan
    pixels[20, 20] = math.inf
    pixels[30, 30] = 1e20
    oiio.ImageBuf(pixels).write(str(tmp_path / "odd.exr"), "float")

    shown = read_picture(tmp_path / "odd.exr", 32)

    assert np.isfinite(shown).all()
    assert np.median(shown) * 255 == pytest.approx(118, abs=1)


@pytest.mark.parametrize(("suffix", "kind", "grey"), [("exr", "half", 0.18), ("png", "uint16", 0.4613)])
def test_exposure_is_in_stops_of_light(tmp_path, make_image, suffix, kind, grey):
    path = make_image(tmp_path / f"grey.{suffix}", (grey,) * 3, kind=kind)

    brighter = mean(read_picture(path, 320, exposure=1))
    darker = mean(read_picture(path, 320, exposure=-1))

    assert brighter == pytest.approx([162] * 3, abs=1)
    assert darker == pytest.approx([85] * 3, abs=1)


def test_a_cropped_render_stands_where_it_belongs(tmp_path):
    spec = oiio.ImageSpec(32, 18, 3, "half")
    spec.full_width, spec.full_height, spec.x, spec.y = 64, 36, 32, 18
    image = oiio.ImageBuf(spec)
    oiio.ImageBufAlgo.fill(image, (1, 1, 1))
    image.write(str(tmp_path / "crop.exr"))

    pixels = read_picture(tmp_path / "crop.exr", 320)

    assert pixels.shape == (36, 64, 3)
    assert pixels[5, 5].max() == 0
    assert pixels[30, 60].min() > 0.999


def test_a_photo_is_turned_upright(tmp_path):
    image = oiio.ImageBuf(oiio.ImageSpec(64, 36, 3, "uint8"))
    image.specmod().attribute("Orientation", 6)
    image.write(str(tmp_path / "photo.jpg"))

    assert read_picture(tmp_path / "photo.jpg", 320).shape == (64, 36, 3)


def test_pixels_that_are_not_square_are_shown_square(tmp_path):
    image = oiio.ImageBuf(oiio.ImageSpec(64, 36, 3, "half"))
    image.specmod().attribute("PixelAspectRatio", 2.0)
    image.write(str(tmp_path / "wide.exr"))

    assert read_picture(tmp_path / "wide.exr", 320).shape == (18, 64, 3)


def test_srgb_goes_there_and_back():
    values = np.linspace(0, 1, 50, dtype=np.float32)

    assert decode_srgb(encode_srgb(values)) == pytest.approx(values, abs=1e-5)
    assert encode_srgb(np.float32(0.18)) * 255 == pytest.approx(117.7, abs=0.1)


@pytest.mark.parametrize(("suffix", "kind"), [("png", "uint8"), ("exr", "half"), ("tif", "uint16"), ("webp", "uint8")])
def test_a_cut_off_image_is_refused_with_a_sentence(tmp_path, suffix, kind):
    noise = np.random.default_rng(1).random((200, 200, 3), dtype=np.float32)
    path = tmp_path / f"cut.{suffix}"
    oiio.ImageBuf(noise).write(str(path), kind)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(PreviewFailed, match=r"cut\.\w+ .*\.$"):
        make_thumbnail(path, tmp_path / "a.jpg", width=320)
    assert sorted(found.name for found in tmp_path.iterdir()) == [path.name]


def test_what_is_no_picture_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "text.mp4").write_text("hello")
    (tmp_path / "empty.exr").touch()

    for name in ("text.png", "text.mp4", "empty.exr"):
        with pytest.raises(PreviewFailed, match=name):
            make_thumbnail(tmp_path / name, tmp_path / "a.jpg", width=320)
