"""Everything about other nodes in one object: built, started and stopped by ``app``."""

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from zordon_app.domain.peering import PROTOCOL_MAX, PROTOCOL_MIN, Beat, BuildToGive
from zordon_app.domain.views import NodeView
from zordon_app.guard import Guard
from zordon_app.peers.browsers.browsers import Browsers, BrowserSession
from zordon_app.peers.browsers.codes import SignInCodes
from zordon_app.peers.desk import FarmDesk
from zordon_app.peers.discovery.multicast import Announcement, Discovery
from zordon_app.peers.discovery.nearby import NearbyMachines
from zordon_app.peers.discovery.network import Network
from zordon_app.peers.identity.keys import Identity
from zordon_app.peers.interfaces import Clock
from zordon_app.peers.joining.admission import AdmissionDesk
from zordon_app.peers.joining.auto_join import AutoJoin
from zordon_app.peers.joining.door import Door
from zordon_app.peers.joining.newcomer import Joining
from zordon_app.peers.joining.tokens import JoinTokens
from zordon_app.peers.links.address_probe import AddressProbe
from zordon_app.peers.links.directory import Directory
from zordon_app.peers.links.heartbeat import Heartbeat
from zordon_app.peers.links.sessions import PeerSessions
from zordon_app.peers.links.statuses import ask_statuses
from zordon_app.peers.membership.changes import Membership
from zordon_app.peers.membership.members import Members
from zordon_app.peers.membership.statements import farm_hash
from zordon_app.peers.messages import PeerMessages
from zordon_app.peers.notices import Notices

BEAT_SECONDS = 4.0
SILENT_SECONDS = 8.8
LEAST_SILENT_SECONDS = 2.0
"""However short the timers of a test are, a busy machine must have the time to answer."""
PROBE_SECONDS = 10.0
TICK_SECONDS = 1.0
AUTO_JOIN_SECONDS = 20.0
WORKERS = 32

log = logging.getLogger(__name__)


class PeerService:
    """The other nodes. ``desk`` is for people, ``messages`` for other machines, ``directory`` knows each peer."""

    def __init__(
        self,
        folder: Path,
        identity: Identity,
        clock: Clock,
        *,
        boot: str,
        name: Callable[[], str],
        port: Callable[[], int],
        describe: Callable[[], NodeView],
        builds: Callable[[], list[BuildToGive]] = list,
        manual: Callable[[], Iterable[str]] = tuple,
        extra_names: Callable[[], Iterable[str]] = tuple,
        is_always_open: Callable[[], bool] = lambda: False,
        keep_always_open: Callable[[bool], None] = lambda _on: None,
        forced_open: bool = False,
        lan: bool = True,
        discovery: bool = True,
        scale: float = 1.0,
        interfaces: list[str] | None = None,
        on_change: Callable[[], None] = lambda: None,
        guard: Guard | None = None,
    ) -> None:
        """Nothing runs yet.

        ``folder`` keeps what lasts; ``boot`` differs after each start; ``name`` and ``port`` (of the LAN listener) are
        this machine's; ``describe`` is what peers are shown of it, ``builds`` what they can have; ``manual`` are
        addresses to look at, ``extra_names`` host names under which this machine may be called; the next two read and
        write the setting of the door;
        ``scale`` shortens timers; ``on_change`` is called, from any thread, when something that is shown has changed.
        """
        self._identity = identity
        self._clock = clock
        self._boot = boot
        self._name = name
        self._port = port
        self._describe = describe
        self._builds = builds
        self._lan = lan
        self._scale = scale
        self._on_change = on_change
        self._stop = threading.Event()
        self._guard = guard or Guard()
        self._threads: list[threading.Thread] = []
        self._executor = self._guard.pool("peers ask", WORKERS)
        self.network = Network(clock, extra_names=extra_names)
        self.notices = Notices(clock)
        self._guard.tell_through(self.notices.add)
        self.nearby = NearbyMachines(clock, on_change)
        self.members = Members(folder / "members.json", identity, name())
        self.sessions = PeerSessions(identity, self.members, clock)
        self.browsers = Browsers(folder / "browsers.json", clock)
        self.door = Door(
            clock, is_always_open=is_always_open, keep_always_open=keep_always_open, forced_open=forced_open
        )
        self._build_membership(folder)
        self._build_joining()
        self._build_loops(manual, interfaces if discovery and lan else None, discovery=discovery and lan)
        self._build_faces()
        if self.members.was_lost:
            self.notices.add(
                "lost list", "The list of members could not be read. This machine has to join its farm again."
            )

    # Building

    def _build_membership(self, folder: Path) -> None:
        self.directory = Directory(
            folder / "addresses.json",
            identity=self._identity,
            members=self.members,
            nearby=self.nearby,
            notices=self.notices,
            clock=self._clock,
            silent_seconds=max(SILENT_SECONDS * self._scale, LEAST_SILENT_SECONDS),
        )
        self.membership = Membership(
            identity=self._identity,
            members=self.members,
            sessions=self.sessions,
            links=self.directory,
            notices=self.notices,
            name=self._name,
            on_change=self._membership_changed,
        )

    def _build_joining(self) -> None:
        self._tokens = JoinTokens(self._clock)
        self.joining = Joining(
            self._identity,
            self.members,
            self._clock,
            name=self._name,
            port=self._port,
            on_joined=self._joined,
            on_change=self._on_change,
            guard=self._guard,
        )
        self._admission = AdmissionDesk(
            self._identity,
            self._clock,
            name=self._name,
            farm=lambda: self.members.farm,
            is_open=lambda: self.door.is_open,
            is_joining=lambda: self.joining.is_busy,
            tokens=self._tokens,
            admit=lambda newcomer: self.membership.admit(newcomer.device, newcomer.fingerprint, newcomer.name),
        )

        self._auto_join = AutoJoin(
            self.nearby,
            self.members,
            self.door,
            self.joining,
            self._clock,
            seconds=AUTO_JOIN_SECONDS * self._scale,
        )

    def _build_loops(
        self, manual: Callable[[], Iterable[str]], interfaces: list[str] | None, *, discovery: bool
    ) -> None:
        self._heartbeat = Heartbeat(
            directory=self.directory,
            members=self.members,
            membership=self.membership,
            make_beat=self._make_beat,
            executor=self._executor,
            clock=self._clock,
            seconds=BEAT_SECONDS * self._scale,
            on_change=self._on_change,
            guard=self._guard,
        )
        self._probe = AddressProbe(
            self.nearby, manual, self._executor, self._clock, seconds=PROBE_SECONDS * self._scale, guard=self._guard
        )
        self._discovery: Discovery | None = None
        if discovery:
            self._discovery = Discovery(
                self.nearby, self._announcement, self._clock, interfaces=interfaces, guard=self._guard
            )

    def _build_faces(self) -> None:
        self.messages = PeerMessages(
            identity=self._identity,
            members=self.members,
            membership=self.membership,
            desk=self._admission,
            door=self.door,
            sessions=self.sessions,
            directory=self.directory,
            make_beat=self._make_beat,
            wake=self._heartbeat.wake,
        )
        self.desk = FarmDesk(
            identity=self._identity,
            members=self.members,
            membership=self.membership,
            directory=self.directory,
            admission=self._admission,
            joining=self.joining,
            door=self.door,
            tokens=self._tokens,
            codes=SignInCodes(self._clock),
            browsers=self.browsers,
            nearby=self.nearby,
            notices=self.notices,
            network=self.network,
            port=self._port,
            lan=self._lan,
            looking=lambda: self._discovery is not None and self._discovery.is_looking,
            on_change=self._on_change,
        )

    # Running

    def start(self) -> None:
        """Look for peers and keep in touch with them; the LAN listener must answer already."""
        self.directory.refresh()
        if not self._lan:
            return
        self._spawn("peers heartbeat", self.run_once)
        self._spawn("peers join", self.joining.run_once)
        if self._discovery is not None:
            self._spawn("peers discovery", self._discovery.run_once)

    def stop(self) -> None:
        """Say goodbye on the network, end all loops and connections."""
        self._stop.set()
        self.joining.cancel()
        self._heartbeat.wake()
        for thread in self._threads:
            thread.join()
        if self._discovery is not None:
            self._discovery.close()
        self.directory.close()
        self._executor.shutdown(cancel_futures=True)

    def run_once(self, wait: float) -> None:
        """One step of the heartbeat: ask peers, look at written-down addresses, join by itself where that is wanted."""
        steps: dict[str, Callable[[], None]] = {
            "asking the other machines": lambda: self._heartbeat.run_once(wait),
            "telling this machine's name": self.membership.follow_name,
            "the addresses in Settings": self._probe.run_once,
            "joining by itself": self._auto_join.run_once,
        }
        for what, step in steps.items():
            with self._guard.item("Keeping in touch", what):
                step()

    def _spawn(self, name: str, step: Callable[[float], None]) -> None:
        """``step`` waits by itself, at most as long as it is told."""
        tick = TICK_SECONDS * self._scale
        thread = self._guard.thread(name, lambda: self._guard.repeat(name, lambda: step(tick), self._stop))
        self._threads.append(thread)
        thread.start()

    # What the API asks for

    def statuses(self, timeout: float) -> dict[str, dict[str, Any]]:
        """``GET /api/status`` of every peer by host name, within ``timeout`` seconds."""
        return ask_statuses(self.directory.all(), self._executor, timeout)

    def detected(self) -> list[str]:
        """Host names found by discovery, admitted or not."""
        return sorted({machine.name for machine in self.nearby.all()})

    def node_views(self) -> list[NodeView]:
        """The other machines of the farm, for ``GET /api/nodes``."""
        return [peer.node_view() for peer in self.directory.all()]

    def peer_of(self, token: str, address: str) -> str | None:
        """The member that a bearer token belongs to."""
        return self.sessions.find(token, address)

    def browser_of(self, secret: str) -> BrowserSession | None:
        """The session that a cookie belongs to."""
        return self.browsers.find(secret)

    def host_names(self) -> set[str]:
        """All that may stand in ``Host`` on the LAN listener, without the port."""
        return self.network.host_names()

    # What happens by itself

    def _make_beat(self) -> Beat:
        return Beat(
            node=self._describe(),
            boot=self._boot,
            time=self._clock.now(),
            protocol_min=PROTOCOL_MIN,
            protocol_max=PROTOCOL_MAX,
            port=self._port(),
            members=self.members.digest,
            addresses=self.directory.known_addresses(),
            pending=self._admission.pending(),
            builds=self._builds(),
        )

    def _announcement(self) -> Announcement:
        return Announcement(
            id=self._identity.id,
            name=self._name(),
            port=self._port(),
            farm=farm_hash(self.members.farm),
            members=len(self.members.present),
            open=self.door.is_open,
            boot=self._boot,
            addresses=tuple(self.network.reachable or self.network.addresses),
        )

    def _membership_changed(self) -> None:
        self._heartbeat.wake()
        self._on_change()

    def _joined(self, device: str, address: str) -> None:
        log.info("This machine has joined the farm of %s at %s", device, address)
        self.directory.reached(device, address)
        self.membership.settle()
