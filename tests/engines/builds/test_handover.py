"""A build from one machine to another, with real programs; the bytes go through a file instead of a network."""

import shutil

import pytest
from msgspec import structs

from tests.fakes.archives import blender_34
from tests.fakes.mirror import add_blender
from zordon_app.domain.ids import NodeId
from zordon_app.domain.messages import ManagedBuild
from zordon_app.engines.builds.available import this_platform
from zordon_app.engines.builds.handover import Offer, pack
from zordon_app.engines.builds.steps import DownloadState
from zordon_app.engines.builds.store import MARKER
from zordon_app.errors import TooBusy

pytestmark = pytest.mark.engines
WANTED = ManagedBuild(engine="blender", version="3.4.1")


class Giver:
    """Another node that has what it was given."""

    def __init__(self, packed, program_sha256):
        self.packed = packed
        self.offer = Offer(
            node=NodeId("atlas-id"),
            node_name="atlas",
            engine="blender",
            version="3.4.1",
            platform=this_platform(),
            program_sha256=program_sha256,
            size=packed.stat().st_size,
        )
        self.error = None

    def offers(self, engine, version, platform):
        same = (engine, version, platform) == (self.offer.engine, self.offer.version, self.offer.platform)
        return [self.offer] if same else []

    def fetch(self, _offer, target, on_bytes):
        if self.error:
            raise self.error
        shutil.copy(self.packed, target)
        on_bytes(target.stat().st_size)


@pytest.fixture
def giver(make_node, mirror, tmp_path):
    add_blender(mirror, dict([blender_34()]))
    node = make_node("giver")
    node.ended(node.managed.download(WANTED))
    build = node.builds("blender")["3.4.1"]
    packed = tmp_path / "packed"
    pack(node.managed.managed()[0][1], packed)
    mirror.asked.clear()
    return Giver(packed, build.sha256)


def test_a_peer_hands_over_what_it_has_and_no_site_is_asked(make_node, giver, mirror):
    node = make_node("taker", peers=giver)

    record = node.ended(node.managed.download(WANTED))

    assert (record.state, record.reason, record.source) == (DownloadState.INSTALLED, "", "peer")
    build = node.builds("blender")["3.4.1"]
    assert build.sha256 == giver.offer.program_sha256
    ((managed, folder),) = node.managed.managed()
    assert (managed.source, managed.file_name, managed.verified) == ("peer", "from atlas", False)
    assert (folder / MARKER).is_file()
    assert mirror.asked == []
    assert node.leftovers() == []


def test_another_program_than_the_job_needs_is_not_kept(make_node, giver):
    giver.offer = structs.replace(giver.offer, program_sha256="0" * 64)
    node = make_node("taker", peers=giver)

    record = node.ended(node.managed.download(WANTED))

    assert record.state == DownloadState.FAILED
    assert "is not the blender 3.4.1 that the job needs" in record.reason
    assert node.managed.managed() == []
    assert node.leftovers() == []


def test_a_peer_that_refuses_is_told_of(make_node, giver):
    giver.error = TooBusy("atlas is busy.")
    node = make_node("taker", peers=giver)

    assert node.ended(node.managed.download(WANTED)).reason == "atlas is busy."


def test_what_no_peer_has_comes_from_the_site(make_node, giver, mirror):
    giver.offer = structs.replace(giver.offer, version="3.4.0")
    node = make_node("taker", peers=giver)

    assert node.ended(node.managed.download(WANTED)).source == "blender"
    assert mirror.asked
