"""How a peer counts as there, gone or unfit, with a clock that stands still."""

from datetime import timedelta

import pytest

from zordon_app.domain.peering import Beat
from zordon_app.domain.views import NodeView
from zordon_app.peers.links.link import PeerLink
from zordon_app.peers.links.peer import Peer
from zordon_app.peers.machines import PeerMachines
from zordon_app.peers.membership.members import Members
from zordon_app.peers.service import BEAT_SECONDS, SILENT_SECONDS, TICK_SECONDS


@pytest.fixture
def peer(identities, tmp_path, clock):
    said = Members(tmp_path / "m.json", identities[1], "bert").present[identities[1].id]
    link = PeerLink(identities[0], said, addresses=list)
    return Peer(identities[1].id, said, link, clock, SILENT_SECONDS)


def beat(clock, **changes) -> Beat:
    node = NodeView(id="somebody else", name="somebody else", state="rendering", version="0.1.0", this=True)
    said = {
        "node": node,
        "boot": "1",
        "time": clock.now(),
        "protocol_min": 1,
        "protocol_max": 1,
        "port": 8586,
        "members": "0" * 64,
    }
    return Beat(**{**said, **changes})


def test_a_peer_that_falls_silent_is_shown_gone_within_ten_seconds(peer, clock):
    peer.heard(beat(clock), 0.01)
    assert peer.turned()
    clock.advance(SILENT_SECONDS)
    assert peer.is_online

    clock.advance(TICK_SECONDS)
    assert peer.turned()
    assert not peer.is_online
    assert SILENT_SECONDS + TICK_SECONDS < 10
    assert BEAT_SECONDS * 2 < SILENT_SECONDS, "one lost beat is no absence"


def test_another_state_and_other_builds_are_news_and_a_busier_processor_is_none(peer, clock):
    def says(**changes):
        peer.heard(beat(clock, node=NodeView(id="x", name="x", **{"state": "ready", **changes})), 0.01)
        return peer.turned()

    assert says()
    assert not says(cpu_percent=99.0)
    assert says(builds={"blender": {"5.1.0": "downloading"}})
    assert says(builds={"blender": {"5.1.0": "installed"}})
    assert says(state="paused", builds={"blender": {"5.1.0": "installed"}})
    assert not peer.turned()


def test_it_is_welcomed_back_with_the_time_since_when(peer, clock):
    peer.heard(beat(clock), 0.01)
    peer.turned()
    clock.advance(100)
    peer.turned()
    clock.advance(50)
    peer.heard(beat(clock), 0.01)

    assert peer.turned()
    assert peer.member_view("").since == clock.now()
    assert peer.is_usable


@pytest.mark.parametrize(
    ("low", "high", "fits"), [(1, 1, True), (0, 5, True), (1, 9, True), (2, 5, False), (0, 0, False)]
)
def test_a_peer_whose_protocol_does_not_fit_is_there_and_gets_no_work(peer, clock, low, high, fits):
    peer.heard(beat(clock, protocol_min=low, protocol_max=high), 0.01)

    assert peer.is_online
    assert peer.is_usable is fits
    assert ("version" in peer.reason) is not fits
    assert peer.node_view().state == ("rendering" if fits else "offline")


def test_a_peer_whose_api_does_not_fit_says_so(peer, clock):
    peer.answered_unfit()

    assert (peer.is_online, peer.is_usable) == (True, False)
    assert "version" in peer.node_view().reason


def test_the_difference_of_the_clocks_is_shown_and_decides_nothing(peer, clock):
    peer.heard(beat(clock, time=clock.now() + timedelta(days=3)), 2.0)

    assert peer.member_view("").skew_seconds == pytest.approx(3 * 86_400 + 1, abs=0.2)
    assert peer.is_usable


def test_what_a_peer_says_of_itself_cannot_make_it_another_machine(peer, clock, identities):
    peer.heard(beat(clock), 0.01)
    view = peer.node_view()

    assert (view.id, view.name, view.this, view.state) == (identities[1].id, "bert", False, "rendering")


def test_the_speed_of_its_engines_comes_with_its_heartbeat(peer, clock):
    class OnePeer:
        def get(self, node):
            return peer if node == peer.id else None

    machines = PeerMachines(OnePeer(), None)
    assert machines.engine_speed(peer.id, "ffmpeg") is None
    peer.heard(beat(clock, node=NodeView(id="x", name="x", state="ready", speeds={"ffmpeg": 80.0})), 0.01)

    assert machines.engine_speed(peer.id, "ffmpeg") == 80.0
    assert machines.engine_speed(peer.id, "blender") is None
    assert machines.engine_speed("somebody else", "ffmpeg") is None


def test_a_state_that_does_not_exist_is_not_shown(peer, clock):
    peer.heard(beat(clock, node=NodeView(id="x", name="x", state="<script>")), 0.01)

    assert peer.node_view().state == "offline"


def test_a_peer_that_asks_us_is_there_while_it_answers_us_too(peer, clock):
    peer.asked_us(beat(clock))
    assert not peer.is_online, "whether it can be reached from here is not known yet"

    peer.heard(beat(clock), 0.01)
    clock.advance(SILENT_SECONDS)
    peer.asked_us(beat(clock, node=NodeView(id="x", name="x", state="paused")))
    clock.advance(1)
    assert peer.is_online
    assert peer.node_view().state == "paused"

    peer.failed("Nothing answers.")
    clock.advance(SILENT_SECONDS)
    peer.asked_us(beat(clock))
    assert not peer.is_online
    assert peer.reason == "Nothing answers."
