"""What changes who belongs together, and what has to follow from every such change."""

import logging
import threading
from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from zordon_app.domain.ids import NodeId
from zordon_app.domain.peering import MemberList, Statement
from zordon_app.errors import BadRequest
from zordon_app.peers.identity.keys import Identity
from zordon_app.peers.membership.members import Members, clean_name
from zordon_app.peers.notices import Notices

log = logging.getLogger(__name__)


class Sessions(Protocol):
    """What members are signed in with."""

    def end_all_but(self, devices: Collection[NodeId]) -> None:
        """The sessions of all others end."""


class Links(Protocol):
    """How members are reached."""

    def refresh(self) -> None:
        """Follow the list of members."""

    def tell_one(self, members: MemberList) -> None:
        """Tell the first member that can be reached; the others hear it from that one."""


class Membership:
    """Admits, removes, merges and leaves; after each, sessions end, links follow and the news spreads."""

    def __init__(
        self,
        *,
        identity: Identity,
        members: Members,
        sessions: Sessions,
        links: Links,
        notices: Notices,
        name: Callable[[], str],
        on_change: Callable[[], None],
    ) -> None:
        """``on_change`` is called after each change: spread it, show it."""
        self._identity = identity
        self._members = members
        self._sessions = sessions
        self._links = links
        self._notices = notices
        self._name = name
        self._on_change = on_change
        self._lock = threading.RLock()

    def admit(self, device: str, fingerprint: str, name: str) -> None:
        """Make a machine a member."""
        statement = self._members.admit(device, fingerprint, name)
        log.info("Admitted %s (%s) to the farm", statement.name, device)
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
        self._links.tell_one(MemberList(statements=self._members.leave(self._name())))
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
            self._links.refresh()
        self._on_change()

    def _start_over(self) -> None:
        removal = self._members.removal_of(self._identity.id)
        by = self._members.present.get(NodeId(removal.by)) if removal else None
        who = f" by {clean_name(by.name)}" if by else ""
        self._notices.add(
            f"removed {self._members.farm}", f"This machine was removed from its farm{who}. It is alone now."
        )
        self._members.found(self._name())
