"""Real volumes of a few MB that become full while a build is downloaded or unpacked."""

import os
import random
import subprocess
import sys

import pytest

from tests.fakes.archives import saying, tar_of
from tests.fakes.mirror import Mirror, add_blender
from zordon_app.engines.builds.sources.blender import BlenderReleases
from zordon_app.engines.builds.steps import Steps
from zordon_app.engines.builds.transfer import Transfer
from zordon_app.engines.builds.web import Web
from zordon_app.errors import DiskFull
from zordon_app.files.archives import PROGRAM, unpack

pytestmark = pytest.mark.faults
NAME = "blender-4.5.15-linux-x64"


@pytest.fixture
def small(tmp_path):
    """A volume of 2 MB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may mount a volume")
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("no volume can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def archive():
    """Of 6 MB, which do not become smaller."""
    return tar_of(NAME, {"blender": saying("4.5.15"), "data": random.Random(1).randbytes(6_000_000)})


def test_a_volume_that_becomes_full_during_a_download_gets_its_room_back(small, archive):
    part = small / "downloads" / "blender.part"
    with Mirror() as mirror:
        add_blender(mirror, {f"{NAME}.tar.xz": archive})
        web = Web(lambda: {"blender": mirror.url})
        steps = Steps(lambda _state: None, lambda _progress: None, lambda: 0.0)
        transfer = Transfer(web, steps, shortage=lambda _folder: "", pause_seconds=0)
        url = f"https://download.blender.org/release/Blender4.5/{NAME}.tar.xz"
        with pytest.raises(DiskFull, match="became full during the download"):
            transfer.fetch(web.addresses(BlenderReleases(), url), part)
        web.close()

    assert list(small.rglob("*")) == [part.parent]


def test_an_archive_that_does_not_fit_is_refused_before_the_volume_is_full(small, archive, tmp_path):
    path = tmp_path / "archive"
    path.write_bytes(archive)

    with pytest.raises(DiskFull, match="no room"):
        unpack(path, small / "build", limits=PROGRAM)

    assert list(small.iterdir()) == []


def test_a_volume_that_others_fill_during_unpacking_gets_its_room_back(small, tmp_path):
    path = tmp_path / "archive"
    path.write_bytes(tar_of(NAME, {"data": random.Random(1).randbytes(1_500_000)}))
    others = small / "others"

    def fill(_count):
        with others.open("ab") as file:
            file.write(bytes(500_000))

    with pytest.raises(DiskFull):
        unpack(path, small / "build", limits=PROGRAM, on_bytes=fill)

    assert list(small.iterdir()) == [others]
