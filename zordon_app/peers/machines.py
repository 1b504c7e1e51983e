"""The other nodes as the farm needs them: names, who can be given work, how to talk to them."""

from zordon_app.errors import PeerGone
from zordon_app.peers.interfaces import Projects
from zordon_app.peers.links.calls import Calls
from zordon_app.peers.links.directory import Directory, Peer

HELD = frozenset({"paused", "full", "offline"})


class PeerMachines:
    """Meets ``farm``'s ``Machines`` by the directory of peers."""

    def __init__(self, directory: Directory, projects: Projects) -> None:
        """``projects`` is where projects of peers are kept."""
        self._directory = directory
        self._projects = projects

    def name_of(self, node: str) -> str:
        """What people call it."""
        peer = self._directory.get(node)
        return peer.name if peer is not None else f"machine {node[:6]}"

    def is_member(self, node: str) -> bool:
        """Whether it belongs to the farm."""
        return self._directory.get(node) is not None

    def is_held(self, node: str) -> bool:
        """Whether it gets no work."""
        peer = self._directory.get(node)
        return peer is None or not peer.fits or peer.node_view().state in {"paused", "full"}

    def usable(self) -> list[str]:
        """Peers that can be given work now."""
        return [peer.id for peer in self._directory.all() if _is_ready(peer)]

    def engine_speed(self, node: str, engine: str) -> float | None:
        """What the benchmark of an engine gave there last."""
        peer = self._directory.get(node)
        return peer.node_view().speeds.get(engine) if peer is not None else None

    def link(self, node: str) -> Calls:
        """How to talk to it. Raises PeerGone."""
        peer = self._directory.get(node)
        if peer is None:
            raise PeerGone("That machine is no member of the farm any more.", code="not_member")
        return Calls(peer.link, peer.name, self._projects)


def _is_ready(peer: Peer) -> bool:
    return peer.is_usable and peer.node_view().state not in HELD
