"""One other member: its link, and how it was when it answered last."""

import threading
from datetime import timedelta

import msgspec

from zordon_app.domain.ids import NodeId
from zordon_app.domain.peering import PROTOCOL_MAX, PROTOCOL_MIN, Beat, BuildToGive, JoinView, MemberView, Statement
from zordon_app.domain.views import NEEDS_UPDATE, NodeView
from zordon_app.peers.interfaces import Clock
from zordon_app.peers.links.link import PeerLink
from zordon_app.peers.membership.members import clean_name, display_name

STATES = frozenset({"ready", "rendering", "paused", "full"})


class Peer:
    """One other member."""

    def __init__(self, device: NodeId, said: Statement, link: PeerLink, clock: Clock, silent_seconds: float) -> None:
        """``silent_seconds`` after its last answer it counts as offline."""
        self.id = device
        self.said = said
        self.name = display_name(said)
        self.link = link
        self._clock = clock
        self._silent_seconds = silent_seconds
        self._heard: float | None = None
        self._asked_us: float | None = None
        self._answers = False
        """Whether it answered when it was asked last."""
        self._beat: Beat | None = None
        self._skew: timedelta | None = None
        self._problem = "Not reached yet."
        self._since = clock.now()
        self._shown: tuple[bool, str, dict[str, dict[str, str]], set[tuple[str, str]]] = (False, "", {}, set())
        """Whether it was there, its state, its builds and for which jobs it worked, as people saw them last."""
        self._turning = threading.Lock()

    @property
    def is_online(self) -> bool:
        """Whether it answered lately."""
        return self._heard is not None and self._clock.monotonic() - self._heard <= self._silent_seconds

    @property
    def fits(self) -> bool:
        """Whether the two programs understand each other."""
        beat = self._beat
        return beat is not None and beat.protocol_max >= PROTOCOL_MIN and beat.protocol_min <= PROTOCOL_MAX

    @property
    def is_usable(self) -> bool:
        """Whether it can be given work."""
        return self.is_online and self.fits

    def heard(self, beat: Beat, took: float) -> None:
        """It answered; ``took`` is how many seconds that was under way."""
        self._beat = beat
        self._heard = self._clock.monotonic()
        self._answers = True
        self._problem = ""
        self._skew = beat.time - (self._clock.now() - timedelta(seconds=took / 2))

    def asked_us(self, beat: Beat) -> None:
        """It asked us how we are: as good as an answer, while the way from here to there is known to be open too."""
        if self._answers:
            self._beat = beat
            self._heard = self._asked_us = self._clock.monotonic()

    def keeps_asking(self, seconds: float) -> bool:
        """Whether it asked us in the last ``seconds``, so that it need not be asked as often."""
        return self._answers and self._asked_us is not None and self._clock.monotonic() - self._asked_us < seconds

    def answered_unfit(self) -> None:
        """It answered that it cannot understand us."""
        self._beat = None
        self._heard = self._clock.monotonic()
        self._answers = False
        self._problem = NEEDS_UPDATE

    def failed(self, problem: str) -> None:
        """It did not answer."""
        self._answers = False
        self._problem = problem

    def turned(self) -> bool:
        """Whether it came or went since this was asked last, or tells of another state, other builds or jobs."""
        with self._turning:
            was_online, now = self._shown[0], self.is_online
            told = self._beat.node if self._beat is not None else None
            work = {(work.node, work.job) for work in told.work} if told is not None else set()
            shown = (now, told.state, told.builds, work) if told is not None else (now, "", {}, work)
            changed, self._shown = shown != self._shown, shown
            if now != was_online:
                self._since = self._clock.now()
            return changed

    @property
    def pending(self) -> list[JoinView]:
        """Machines that ask to join there."""
        return list(self._beat.pending) if self._beat is not None and self.is_online else []

    @property
    def builds(self) -> list[BuildToGive]:
        """Builds that it hands over."""
        return list(self._beat.builds) if self._beat is not None and self.is_usable else []

    @property
    def reason(self) -> str:
        """Why it gets no work; empty when nothing is in the way."""
        if self.is_online:
            return "" if self.fits else NEEDS_UPDATE
        return self._problem or "Does not answer."

    def member_view(self, admitted_by: str) -> MemberView:
        """For the API."""
        return MemberView(
            id=self.id,
            name=self.name,
            this=False,
            online=self.is_online,
            reason=self.reason,
            address=self.link.address,
            since=self._since,
            version=clean_name(self._beat.node.version) if self._beat else "",
            fingerprint=self.said.fingerprint,
            skew_seconds=round(self._skew.total_seconds(), 1) if self._skew is not None else None,
            admitted_by=admitted_by,
        )

    def node_view(self) -> NodeView:
        """The machine as it described itself last; name and id are those of the member list."""
        told = self._beat.node if self._beat else NodeView(id=self.id, name=self.name, state="offline")
        state = told.state if self.is_usable and told.state in STATES else "offline"
        reason = told.reason[:300] if self.is_usable else self.reason
        return msgspec.structs.replace(told, id=self.id, name=self.name, this=False, state=state, reason=reason)
