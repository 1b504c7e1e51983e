"""Who asks whom, and how often, with a clock that stands still."""

from concurrent.futures import Future
from typing import Any

import pytest

from tests.unit.peers.links.test_peer import beat
from zordon_app.client.errors import Unreachable
from zordon_app.peers.links.heartbeat import SELDOM, Heartbeat
from zordon_app.peers.links.peer import Peer
from zordon_app.peers.membership.members import Members
from zordon_app.peers.service import BEAT_SECONDS, SILENT_SECONDS, TICK_SECONDS


class Here:
    """Does at once what it is given."""

    def submit(self, do: Any, *about: Any) -> Future[None]:
        do(*about)
        return Future()


class Link:
    """To a peer that is there, or not."""

    def __init__(self, clock: Any, digest: str) -> None:
        self.clock, self.digest = clock, digest
        self.address = "10.0.0.2:8586"
        self.open = True
        self.calls: list[float] = []

    def call(self, *_: Any, **__: Any) -> Any:
        self.calls.append(self.clock.monotonic())
        if not self.open:
            raise Unreachable("Nothing answers.")
        return beat(self.clock, members=self.digest)


class OnePeer:
    def __init__(self, peer: Peer) -> None:
        self.peer = peer

    def all(self) -> list[Peer]:
        return [self.peer]

    def reached(self, *_: Any) -> None:
        pass


class Scene:
    """This machine, the other one, and time."""

    def __init__(self, members: Members, said: Any, clock: Any) -> None:
        self.clock, self.link = clock, Link(clock, members.digest)
        self.peer = Peer("b", said, self.link, clock, SILENT_SECONDS)  # type: ignore[arg-type]
        told: dict[str, Any] = {"directory": OnePeer(self.peer), "members": members, "membership": None}
        self.heartbeat = Heartbeat(
            **told,
            make_beat=lambda: beat(clock),
            executor=Here(),  # type: ignore[arg-type]
            clock=clock,
            seconds=BEAT_SECONDS,
            on_change=lambda: None,
        )

    def pass_by(self, seconds: float, *, asked_every: float = 0.0) -> int:
        """Let time pass, while the other one asks us; how often it was asked."""
        before = len(self.link.calls)
        for second in range(int(seconds)):
            if asked_every and second % asked_every == 0:
                self.peer.asked_us(beat(self.clock))
            self.heartbeat.run_once(0)
            self.clock.advance(TICK_SECONDS)
        return len(self.link.calls) - before


@pytest.fixture
def scene(identities, tmp_path, clock) -> Scene:
    members = Members(tmp_path / "m.json", identities[1], "bert")
    return Scene(members, members.present[identities[1].id], clock)


def test_a_peer_that_only_listens_is_asked_at_each_beat(scene: Scene) -> None:
    assert scene.pass_by(60) == 60 / BEAT_SECONDS
    assert scene.peer.is_online


def test_a_peer_that_asks_is_asked_seldom_itself(scene: Scene) -> None:
    scene.pass_by(3)
    assert scene.pass_by(60, asked_every=BEAT_SECONDS) <= 60 / BEAT_SECONDS / SELDOM + 1
    assert scene.peer.is_online


def test_a_peer_that_asks_no_more_is_asked_before_it_counts_as_gone(scene: Scene) -> None:
    scene.pass_by(31, asked_every=BEAT_SECONDS)
    assert scene.pass_by(int(SILENT_SECONDS) - 2) >= 1
    assert scene.peer.is_online


def test_a_peer_that_asks_and_cannot_be_asked_counts_as_gone(scene: Scene) -> None:
    scene.pass_by(3)
    scene.link.open = False
    scene.pass_by(BEAT_SECONDS * SELDOM + SILENT_SECONDS + 2, asked_every=BEAT_SECONDS)
    assert not scene.peer.is_online
    asked = scene.pass_by(int(3 * BEAT_SECONDS), asked_every=BEAT_SECONDS)
    assert asked == 3, "from now on at each beat, until it answers"


def test_what_cannot_be_told_now_is_told_at_the_next_beat(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene.heartbeat, "_make_beat", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        scene.heartbeat.run_once(0)
    monkeypatch.undo()
    assert scene.pass_by(1) == 1


def test_a_peer_whose_answer_raises_says_so_and_is_asked_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene.link, "call", lambda *_, **__: 1 / 0)
    scene.heartbeat.run_once(0)
    assert "the log file has the details" in scene.peer.reason
    monkeypatch.undo()
    assert scene.pass_by(2 * BEAT_SECONDS) >= 1
    assert scene.peer.is_online
