"""What changes who belongs together, and what has to follow from every such change."""

import logging
import threading
from collections.abc import Callable, Iterable

from zordon_app.client.errors import ServerError
from zordon_app.domain.ids import NodeId
from zordon_app.domain.peering import MemberList, Statement
from zordon_app.errors import BadRequest
from zordon_app.peers.digits import Side
from zordon_app.peers.directory import Directory
from zordon_app.peers.identity import Identity
from zordon_app.peers.members import Members, clean_name
from zordon_app.peers.notices import Notices
from zordon_app.peers.peer import Peer
from zordon_app.peers.sessions import PeerSessions

log = logging.getLogger(__name__)


class Membership:
    """Admits, removes, merges and leaves; after each, sessions end, links follow and the news spreads."""

    def __init__(
        self,
        *,
        identity: Identity,
        members: Members,
        sessions: PeerSessions,
        directory: Directory,
        notices: Notices,
        name: Callable[[], str],
        on_change: Callable[[], None],
    ) -> None:
        """``on_change`` is called after each change: spread it, show it."""
        self._identity = identity
        self._members = members
        self._sessions = sessions
        self._directory = directory
        self._notices = notices
        self._name = name
        self._on_change = on_change
        self._lock = threading.RLock()

    def admit(self, newcomer: Side) -> None:
        """Make a machine a member."""
        statement = self._members.admit(newcomer.device, newcomer.fingerprint, newcomer.name)
        log.info("Admitted %s (%s) to the farm", statement.name, newcomer.device)
        self.settle()

    def revoke(self, device: str) -> None:
        """Take a member out: its sessions end here at once, and everywhere as soon as the word arrives."""
        if device == self._identity.id:
            raise BadRequest(
                "This is this machine itself. To take it out of the farm, leave the farm.", code="remove_self"
            )
        statement = self._members.remove(NodeId(device))
        log.info("Removed %s (%s) from the farm", statement.name, device)
        self.settle()

    def merge(self, statements: Iterable[Statement]) -> None:
        """Take over what another member knows."""
        if self._members.merge(statements):
            self.settle()

    def leave(self) -> None:
        """Tell those who can be reached, then begin a farm of one."""
        peers = [peer for peer in self._directory.all() if peer.is_online]
        goodbye = MemberList(statements=self._members.leave(self._name()))
        _say_goodbye(peers, goodbye)
        self.settle()

    def follow_name(self) -> None:
        """Tell the farm when this machine got another name."""
        before = self._members.digest
        self._members.rename(self._name())
        if self._members.digest != before:
            self.settle()

    def settle(self) -> None:
        """Draw the consequences of the list as it is now."""
        with self._lock:
            if self._identity.id not in self._members.present:
                self._start_over()
            self._sessions.end_all_but(self._members.present.keys())
            self._directory.refresh()
        self._on_change()

    def _start_over(self) -> None:
        removal = self._members.removal_of(self._identity.id)
        by = self._members.present.get(NodeId(removal.by)) if removal else None
        who = f" by {clean_name(by.name)}" if by else ""
        self._notices.add(
            f"removed {self._members.farm}", f"This machine was removed from its farm{who}. It is alone now."
        )
        self._members.found(self._name())


def _say_goodbye(peers: list[Peer], goodbye: MemberList) -> None:
    for peer in peers:
        try:
            peer.link.call("/api/peer/members", goodbye, MemberList)
        except ServerError as error:
            log.info("%s was not told that this machine leaves: %s", peer.name, error)
        else:
            return  # the others hear it from that one
