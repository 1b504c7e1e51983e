"""The heartbeat between members: every few seconds one of each two asks the other, over the pinned connection."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from zordon_app.client.errors import ServerError, VersionMismatch
from zordon_app.domain.peering import Beat, MemberList
from zordon_app.guard import UNFORESEEN, Guard
from zordon_app.peers.interfaces import Clock
from zordon_app.peers.links.directory import Directory
from zordon_app.peers.links.link import Removed
from zordon_app.peers.links.peer import Peer
from zordon_app.peers.membership.changes import Membership
from zordon_app.peers.membership.members import Members

LOOP = "Asking machines how they are"
BEAT_TIMEOUT = 4.0
LISTS_TIMEOUT = 10.0
MISSED = 1.5
"""After so many intervals without being asked, one asks oneself."""
SELDOM = 4
"""A peer that asks us is asked only every so many intervals: to see that the way from here to there is open too."""


class Heartbeat:
    """Keeps every ``Peer`` informed. ``run_once`` is called by one thread, again and again."""

    def __init__(
        self,
        *,
        directory: Directory,
        members: Members,
        membership: Membership,
        make_beat: Callable[[], Beat],
        executor: ThreadPoolExecutor,
        clock: Clock,
        seconds: float,
        on_change: Callable[[], None],
        guard: Guard | None = None,
    ) -> None:
        """Each peer is heard of every ``seconds``; ``on_change`` is called when one came or went."""
        self._directory = directory
        self._members = members
        self._membership = membership
        self._make_beat = make_beat
        self._executor = executor
        self._clock = clock
        self._seconds = seconds
        self._on_change = on_change
        self._guard = guard or Guard()
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._asked: dict[str, float] = {}
        self._in_flight: set[str] = set()

    def wake(self, device: str | None = None) -> None:
        """Ask all now, or only that one: something changed."""
        with self._lock:
            if device is None:
                self._asked.clear()
            else:
                self._asked.pop(device, None)
        self._wake.set()

    def run_once(self, wait: float) -> None:
        """Ask those whose time has come; waits at most ``wait`` seconds, or until ``wake``."""
        self._wake.wait(wait)
        self._wake.clear()
        if any(self._is_due(peer) for peer in self._directory.all()):
            beat = self._make_beat()
            for peer in self._directory.all():
                with self._guard.item(LOOP, peer.name, key=peer.id):
                    self._begin(peer, beat)
        turned = [peer for peer in self._directory.all() if peer.turned()]
        if turned:
            self._on_change()

    def _is_due(self, peer: Peer) -> bool:
        with self._lock:
            asked = self._asked.get(peer.id)
            every = self._seconds * (SELDOM if peer.keeps_asking(self._seconds * MISSED) else 1)
            is_early = asked is not None and self._clock.monotonic() - asked < every
            return peer.id not in self._in_flight and not is_early

    def _begin(self, peer: Peer, beat: Beat) -> None:
        if not self._is_due(peer):
            return
        with self._lock:
            self._asked[peer.id] = self._clock.monotonic()
            self._in_flight.add(peer.id)
        self._executor.submit(self._ask, peer, beat)

    def _ask(self, peer: Peer, beat: Beat) -> None:
        try:
            self._exchange(peer, beat)
        except Removed as removed:
            self._membership.merge([removed.statement])
        except VersionMismatch:
            peer.answered_unfit()
        except ServerError as error:
            peer.failed(str(error))
        except Exception as error:  # noqa: BLE001 - the machine's line says so
            self._guard.meet(LOOP, error)
            peer.failed(UNFORESEEN)
        finally:
            with self._lock:
                self._in_flight.discard(peer.id)
        if peer.turned():
            self._on_change()

    def _exchange(self, peer: Peer, beat: Beat) -> None:
        started = self._clock.monotonic()
        answer = peer.link.call("/api/peer/beat", beat, Beat, read_seconds=BEAT_TIMEOUT)
        peer.heard(answer, self._clock.monotonic() - started)
        self._directory.reached(peer.id, peer.link.address)
        for device, addresses in answer.addresses.items():
            self._directory.told(device, addresses)
        if answer.members != self._members.digest:
            mine = MemberList(statements=self._members.statements)
            theirs = peer.link.call("/api/peer/members", mine, MemberList, read_seconds=LISTS_TIMEOUT)
            self._membership.merge(theirs.statements)
