"""A node that is killed while it downloads a build: after its restart the download goes on by itself."""

import json
import random
import threading
from urllib.parse import urlencode

import pytest

from tests.fakes.api import wait_until
from tests.fakes.archives import saying, tar_of
from tests.fakes.mirror import Fault, Mirror, add_blender
from tests.faults.alone import Alone

pytestmark = pytest.mark.faults
NAME = "blender-3.6.5-linux-x64"
ARCHIVE = f"/release/Blender3.6/{NAME}.tar.xz"


@pytest.fixture(scope="module")
def archive():
    """Of 4 MB, which do not become smaller."""
    return tar_of(NAME, {"blender": saying("3.6.5"), "data": random.Random(1).randbytes(4_000_000)})


@pytest.fixture
def mirror(archive):
    with Mirror() as mirror:
        add_blender(mirror, {f"{NAME}.tar.xz": archive})
        mirror.faults[ARCHIVE] = Fault(wait=threading.Event(), times=1)
        yield mirror


@pytest.fixture
def node(tmp_path, mirror):
    node = Alone(tmp_path)
    settings = node.home / "config" / "settings.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"mirrors": {"blender": mirror.url, "blender-daily": mirror.url}}), encoding="utf-8")
    yield node.start()
    node.kill()


def begin(node):
    """The file that is half there."""
    node.api.post(f"/api/engines/download?{urlencode({'engine': 'blender', 'version': '3.6.5'})}")
    parts = (node.home / "cache").rglob
    # Not the note beside it, whose name begins with a dot until it is whole.
    return wait_until(lambda: next((part for part in parts("[!.]*.part") if part.stat().st_size), None))


def the_download(node):
    (record,) = node.api.get("/api/engines/downloads").json
    return record


def ranges(mirror):
    return [asked.headers.get("Range") for asked in mirror.asked if asked.path == ARCHIVE]


def is_installed(node):
    engines = node.api.get("/api/engines").json
    return any(build["version"] == "3.6.5" for build in engines.get("blender", {}).get("versions", ()))


def test_a_killed_node_goes_on_with_its_download_from_where_it_was(node, mirror, archive):
    part = begin(node)
    node.kill()
    kept = part.stat().st_size
    node.start()

    wait_until(lambda: is_installed(node))
    assert ranges(mirror) == [None, f"bytes={kept}-"]
    wait_until(lambda: the_download(node)["state"] == "installed")


@pytest.mark.thorough
def test_a_node_that_is_stopped_goes_on_as_well(node, mirror):
    begin(node)
    node.stop()
    node.start()

    wait_until(lambda: is_installed(node))


def test_what_a_person_held_stays_held_after_a_kill(node, mirror):
    begin(node)
    node.api.post(f"/api/engines/downloads/{the_download(node)['id']}/pause")
    node.kill()
    node.start()

    assert the_download(node)["state"] == "paused"
    assert len(ranges(mirror)) == 1
    node.api.post(f"/api/engines/downloads/{the_download(node)['id']}/resume")
    wait_until(lambda: is_installed(node))


def test_what_has_ended_is_not_begun_again(node, mirror):
    begin(node)
    node.api.post(f"/api/engines/downloads/{the_download(node)['id']}/cancel")
    node.kill()
    node.start()

    assert node.api.get("/api/engines/downloads").json == []
    assert len(ranges(mirror)) == 1
