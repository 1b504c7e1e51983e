"""The other members, in step with the member list: where each may be, and who pretends to be one."""

import logging
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from zordon_app.client.errors import ServerError
from zordon_app.domain.ids import NodeId
from zordon_app.domain.peering import MemberList, Statement
from zordon_app.files.durable import write_durably
from zordon_app.peers.discovery.nearby import NearbyMachines
from zordon_app.peers.identity.keys import Identity
from zordon_app.peers.interfaces import Clock
from zordon_app.peers.links.link import PeerLink
from zordon_app.peers.links.peer import Peer
from zordon_app.peers.membership.members import Members, display_name
from zordon_app.peers.notices import Notices

__all__ = ["Directory", "Peer"]

MAX_ADDRESSES = 8

log = logging.getLogger(__name__)


class Directory:
    """All other members as ``Peer``, in step with the member list."""

    def __init__(
        self,
        file: Path,
        *,
        identity: Identity,
        members: Members,
        nearby: NearbyMachines,
        notices: Notices,
        clock: Clock,
        silent_seconds: float,
    ) -> None:
        """``file`` remembers where members were reached last."""
        self._file = file
        self._identity = identity
        self._members = members
        self._nearby = nearby
        self._notices = notices
        self._clock = clock
        self._silent_seconds = silent_seconds
        self._lock = threading.RLock()
        self._peers: dict[NodeId, Peer] = {}
        self._reached: dict[str, str] = self._read()
        self._seen: dict[str, str] = {}
        self._told: dict[str, list[str]] = {}

    def refresh(self) -> None:
        """Take in what changed in the member list."""
        others = self._members.others
        with self._lock:
            left = [peer for device, peer in self._peers.items() if others.get(device) != peer.said]
            for peer in left:
                del self._peers[peer.id]
            for device, said in others.items():
                if device not in self._peers:
                    self._peers[device] = self._new_peer(device, said)
        _close(left)

    def all(self) -> list[Peer]:
        """Every other member, by name."""
        with self._lock:
            return sorted(self._peers.values(), key=lambda peer: (peer.name.casefold(), peer.id))

    def get(self, device: str) -> Peer | None:
        """One other member."""
        with self._lock:
            return self._peers.get(NodeId(device))

    def reached(self, device: str, address: str) -> None:
        """A member answered at ``address``, its certificate was the right one."""
        with self._lock:
            if address and self._reached.get(device) != address:
                self._reached[device] = address
                present = self._members.present
                self._reached = {one: at for one, at in self._reached.items() if NodeId(one) in present}
                write_durably(self._file, msgspec.json.encode(self._reached), private=True)

    def seen(self, device: str, address: str) -> None:
        """A member, signed in, asked us from there."""
        with self._lock:
            self._seen[device] = address

    def told(self, device: str, addresses: list[str]) -> None:
        """A member said where another one is."""
        with self._lock:
            if addresses and NodeId(device) in self._members.present:
                self._told[device] = addresses[:MAX_ADDRESSES]

    def known_addresses(self) -> dict[str, list[str]]:
        """Where members were reached, to pass on."""
        with self._lock:
            return {device: [address] for device, address in self._reached.items() if NodeId(device) in self._peers}

    def addresses_of(self, device: str) -> list[str]:
        """Where a member may be, best first."""
        with self._lock:
            proven = [held[device] for held in (self._reached, self._seen) if device in held]
            found = [*proven, *self._nearby.addresses_of(device), *self._told.get(device, [])]
        return list(dict.fromkeys(found))[:MAX_ADDRESSES]

    def tell_one(self, members: MemberList) -> None:
        """Tell the first member that can be reached who belongs to the farm; the others hear it from that one."""
        for peer in self.all():
            if not peer.is_online:
                continue
            try:
                peer.link.call("/api/peer/members", members, MemberList)
            except ServerError as error:
                log.info("%s was not told that this machine leaves: %s", peer.name, error)
            else:
                return

    def close(self) -> None:
        """Close all connections."""
        _close(self.all())

    def _new_peer(self, device: NodeId, said: Statement) -> Peer:
        link = PeerLink(
            self._identity,
            said,
            addresses=lambda: self.addresses_of(device),
            on_impostor=lambda address: self._note_impostor(device, display_name(said), address),
        )
        return Peer(device, said, link, self._clock, self._silent_seconds)

    def _note_impostor(self, device: NodeId, name: str, address: str) -> None:
        """Somebody says to be a member and has another key; an address that merely went to another machine does not."""
        if address in self._nearby.addresses_of(device):
            self._notices.add(
                f"impostor {device} {address}",
                f"The machine at {address} says that it is {name}, but it has another key. It was refused. If {name} "
                "was set up anew, remove it from the farm and admit it again; if not, somebody pretends to be it.",
            )

    def _read(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, str])
        except (OSError, msgspec.DecodeError):
            return {}  # only a convenience: members are found again


def _close(peers: Iterable[Peer]) -> None:
    """Without the directory's lock: a link that is connecting holds its own, and asks the directory for addresses."""
    for peer in peers:
        peer.link.close()
