"""A build from one machine to another, with real programs; the bytes go through a file instead of a network."""

import hashlib
import shutil
import threading

import pytest
from msgspec import structs

from tests.engines.builds.conftest import Node
from tests.fakes.archives import blender_34
from tests.fakes.mirror import Mirror, add_blender
from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.ids import NodeId
from zordon_app.domain.messages import ManagedBuild
from zordon_app.engines.builds.available import this_platform
from zordon_app.engines.builds.handover import Offer, pack
from zordon_app.engines.builds.steps import DownloadState
from zordon_app.engines.builds.store import MARKER
from zordon_app.errors import DiskFull, NotFound, PeerGone, TooBusy

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

    def offers(self, engine, platform):
        same = (engine, platform) == (self.offer.engine, self.offer.platform)
        return [self.offer] if same else []

    def fetch(self, _offer, target, steps):
        if self.error:
            raise self.error
        shutil.copy(self.packed, target)
        steps.advance(target.stat().st_size)


@pytest.fixture(scope="session")
def given(tmp_path_factory):
    """An installed Blender, packed, and the hash of its program."""
    folder = tmp_path_factory.mktemp("given")
    with Mirror() as mirror:
        add_blender(mirror, dict([blender_34()]))
        node = Node(folder / "giver", mirror.url)
        node.ended(node.managed.download(WANTED))
        pack(node.managed.managed()[0][1], folder / "packed")
        program = node.builds("blender")["3.4.1"].sha256
        node.close()
    return folder / "packed", program


@pytest.fixture
def giver(given, mirror):
    add_blender(mirror, dict([blender_34()]))
    return Giver(*given)


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


def test_a_peer_that_refuses_is_told_of(make_node, giver, mirror):
    mirror.files.clear()
    giver.error = TooBusy("atlas is busy.")
    node = make_node("taker", peers=giver)

    assert node.ended(node.managed.download(WANTED)).reason == "atlas is busy."


def test_when_no_peer_gives_it_the_site_does(make_node, giver, mirror):
    node = make_node("taker", peers=giver)
    node.managed.refresh("blender")
    giver.error = PeerGone("atlas does not answer.")

    assert node.ended(node.managed.download(WANTED)).state == DownloadState.INSTALLED
    ((managed, _folder),) = node.managed.managed()
    assert (managed.source, managed.verified) == ("blender", True)


def test_what_no_peer_has_comes_from_the_site(make_node, giver, mirror):
    giver.offer = structs.replace(giver.offer, version="3.4.0")
    node = make_node("taker", peers=giver)

    assert node.ended(node.managed.download(WANTED)).source == "blender"
    assert mirror.asked


def test_a_peer_that_is_gone_for_a_moment_is_asked_again(make_node, giver):
    giver.error = PeerGone("atlas does not answer.")
    asked = []
    fetch = giver.fetch

    def answers_at_last(*arguments):
        asked.append(arguments)
        giver.error = giver.error if len(asked) < 3 else None
        fetch(*arguments)

    giver.fetch = answers_at_last
    node = make_node("taker", peers=giver)

    assert node.ended(node.managed.download(WANTED)).state == DownloadState.INSTALLED
    assert len(asked) == 3


def test_a_build_from_a_peer_goes_on_after_a_restart(make_node, giver):
    fetch = giver.fetch
    begun = threading.Event()

    def never_ends(_offer, target, steps):
        target.write_bytes(b"half of it")
        begun.set()
        while True:
            steps.wait(0.01)

    giver.fetch = never_ends
    before = make_node("taker", peers=giver)
    before.managed.download(WANTED)
    assert begun.wait(HANG_SECONDS)
    before.close()
    giver.fetch = fetch
    node = make_node("taker", peers=giver)
    node.managed.take_up()

    (record,) = node.managed.downloads.all()
    assert node.ended(record).state == DownloadState.INSTALLED
    assert node.leftovers() == []


def test_what_a_peer_has_is_on_offer_beside_the_downloads(make_node, giver, mirror):
    mirror.files.clear()
    node = make_node("taker", peers=giver)

    assert [build.version for build in node.managed.offers("blender")] == ["3.4.1"]
    (offer,) = node.managed.available("blender")
    assert (offer["version"], offer["source"], offer["file_name"]) == ("3.4.1", "peer", "from atlas")
    assert offer["verified"]
    assert node.managed.offers("ffmpeg") == []


def test_a_build_is_known_by_the_name_that_its_program_gives_itself_too(make_node, giver):
    giver.offer = structs.replace(giver.offer, version="3.4.1+daily.abc", reported="3.4.1")
    node = make_node("taker", peers=giver)

    assert node.ended(node.managed.download(WANTED)).source == "peer"


def test_the_same_files_always_pack_to_the_same_bytes(make_node, giver, tmp_path):
    node = make_node("taker", peers=giver)
    node.ended(node.managed.download(WANTED))
    folder = node.managed.managed()[0][1]
    first, second = tmp_path / "first", tmp_path / "second"
    pack(folder, first)
    (folder / MARKER).touch()
    pack(folder, second)

    assert first.read_bytes() == second.read_bytes()


def test_only_what_is_installed_and_managed_is_given(make_node, giver):
    node = make_node("taker", peers=giver)
    assert node.managed.giving.offers() == []
    node.ended(node.managed.download(WANTED))
    (offer,) = node.managed.giving.offers()

    assert (offer.engine, offer.version, offer.sha256) == ("blender", "3.4.1", giver.offer.program_sha256)
    path, sha256 = node.managed.giving.packed(offer.sha256)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    with pytest.raises(NotFound):
        node.managed.giving.packed("0" * 64)
    node.managed.remove(WANTED)
    assert node.managed.giving.offers() == []


def test_a_full_disk_packs_nothing(make_node, giver):
    node = make_node("taker", peers=giver)
    node.ended(node.managed.download(WANTED))
    node.shortage = "The disk is nearly full."

    with pytest.raises(DiskFull, match="nearly full"):
        node.managed.giving.packed(giver.offer.program_sha256)
