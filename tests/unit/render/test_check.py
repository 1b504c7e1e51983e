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
