"""The check of what engines made: each kind of picture, whole, cut off and hit in the middle."""

import subprocess
import sys

import numpy as np
import OpenImageIO as oiio
import pytest

from zordon_app.domain.jobs import Expected
from zordon_app.render.check import BadArtifact, check_artifact

KINDS = {"png": ("png", "uint8"), "jpeg": ("jpg", "uint8"), "openexr": ("exr", "half"), "tiff": ("tif", "uint16")}
SIZE = {"width": 160, "height": 90}


@pytest.fixture(params=KINDS)
def made(request, tmp_path):
    """A picture of noise, and what it should be."""
    suffix, kind = KINDS[request.param]
    pixels = np.random.default_rng(1).random((90, 160, 3)).astype("f4")
    image = oiio.ImageBuf(oiio.ImageSpec(160, 90, 3, kind))
    image.set_pixels(oiio.ROI(0, 160, 0, 90, 0, 1, 0, 3), pixels)
    path = tmp_path / f"frame.{suffix}"
    assert image.write(str(path))
    return path, Expected(format=request.param, **SIZE)


def test_a_whole_picture_passes_with_its_size(made):
    path, expected = made
    assert check_artifact(path, expected)[1] == path.stat().st_size


@pytest.mark.parametrize("share", [0.4, 0.7, 0.95])
def test_a_picture_that_is_cut_off_does_not_pass(made, share):
    path, expected = made
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BadArtifact, match=r"frame\.\w+ is (damaged|cut off|not a readable image)"):
        check_artifact(path, expected)


@pytest.mark.parametrize("made", ["png", "openexr"], indirect=True)
def test_a_picture_with_a_hole_in_it_does_not_pass_where_its_kind_holds_sums(made):
    path, expected = made
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 400] = bytes(400)
    path.write_bytes(data)
    with pytest.raises(BadArtifact, match="damaged"):
        check_artifact(path, expected)


def test_each_part_of_a_picture_with_several_is_decoded(tmp_path):
    path, parts = tmp_path / "layers.exr", 3
    specs = []
    for part in range(parts):
        spec = oiio.ImageSpec(160, 90, 3, "half")
        spec.attribute("oiio:subimagename", f"layer {part}")
        specs.append(spec)
    output = oiio.ImageOutput.create(str(path))
    assert output.open(str(path), tuple(specs))
    for part in range(parts):
        if part:
            assert output.open(str(path), specs[part], "AppendSubimage")
        assert output.write_image(np.random.default_rng(part).random((90, 160, 3)).astype("f4"))
    assert output.close()
    expected = Expected(format="openexr", **SIZE)
    check_artifact(path, expected)

    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 2000])
    with pytest.raises(BadArtifact, match="damaged"):
        check_artifact(path, expected)


@pytest.mark.parametrize("made", ["png", "openexr"], indirect=True)
def test_a_node_that_checks_pictures_does_without_numpy(made):
    path, expected = made
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from zordon_app.domain.jobs import Expected\n"
        "from zordon_app.render.check import check_artifact, load_decoder\n"
        f"expected = Expected(format={expected.format!r}, width=160, height=90)\n"
        "load_decoder(expected)\n"
        f"check_artifact(Path({str(path)!r}), expected)\n"
        "print('numpy' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def picture(path, pixels, kind="uint8"):
    image = oiio.ImageBuf(oiio.ImageSpec(8, 8, pixels.shape[2], kind))
    image.set_pixels(oiio.ROI(0, 8, 0, 8, 0, 1, 0, pixels.shape[2]), pixels.astype("f4"))
    assert image.write(str(path))
    return path


def seen(path, kind):
    return check_artifact(path, Expected(format=kind)).picture


def test_a_glance_tells_black_and_transparent_apart(tmp_path):
    black, clear, grey = np.zeros((8, 8, 4)), np.zeros((8, 8, 4)), np.full((8, 8, 4), 0.5)
    black[..., 3] = 1
    found = [seen(picture(tmp_path / f"{at}.png", one), "png") for at, one in enumerate((black, clear, grey))]
    assert [(one.black, one.transparent, one.nan) for one in found] == [
        (True, False, False),
        (False, True, False),
        (False, False, False),
    ]
    assert seen(picture(tmp_path / "black.jpg", np.zeros((8, 8, 3))), "jpeg").black


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_glance_finds_values_that_are_no_numbers(tmp_path, value):
    pixels = np.full((8, 8, 3), 0.5)
    assert not seen(picture(tmp_path / "good.exr", pixels, "half"), "openexr").nan
    pixels[3, 4, 1] = value
    assert seen(picture(tmp_path / "bad.exr", pixels, "half"), "openexr").nan


def test_depth_may_be_infinite_and_other_passes_black(tmp_path):
    spec = oiio.ImageSpec(8, 8, 5, "float")
    spec.channelnames = ("View.Combined.R", "View.Combined.G", "View.Combined.B", "View.Combined.A", "View.Depth.Z")
    image = oiio.ImageBuf(spec)
    pixels = np.full((8, 8, 5), 0.5, "f4")
    pixels[..., 4] = np.inf
    image.set_pixels(oiio.ROI(0, 8, 0, 8, 0, 1, 0, 5), pixels)
    assert image.write(str(tmp_path / "passes.exr"))
    found = seen(tmp_path / "passes.exr", "openexr")
    assert (found.black, found.transparent, found.nan) == (False, False, False)


def test_pictures_alike_have_one_digest_whatever_is_written_beside_the_pixels(tmp_path):
    paths = []
    for date in ("yesterday", "today"):
        image = oiio.ImageBuf(oiio.ImageSpec(8, 8, 3, "uint8"))
        oiio.ImageBufAlgo.fill(image, (0.2, 0.4, 0.6))
        image.specmod().attribute("Date", date)
        paths.append(tmp_path / f"{date}.png")
        assert image.write(str(paths[-1]))
    one, other = (check_artifact(path, Expected(format="png")) for path in paths)
    assert one.picture == other.picture
    assert one.sha256 != other.sha256
