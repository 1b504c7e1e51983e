"""What this machine answers to other machines: strangers who handshake, members who sign in, and members at work."""

from collections.abc import Callable

from zordon_app.domain.peering import (
    PROTOCOL_MAX,
    PROTOCOL_MIN,
    Beat,
    Challenge,
    ChallengeAsk,
    Hello,
    JoinAsk,
    JoinPoll,
    JoinReply,
    JoinReveal,
    JoinState,
    JoinVerdict,
    MemberList,
    SessionAsk,
    SessionGiven,
)
from zordon_app.peers.discovery.network import join_address, plain_address
from zordon_app.peers.identity.keys import Identity
from zordon_app.peers.joining.admission import AdmissionDesk
from zordon_app.peers.joining.door import Door
from zordon_app.peers.links.directory import Directory
from zordon_app.peers.links.sessions import PeerSessions
from zordon_app.peers.membership.changes import Membership
from zordon_app.peers.membership.members import Members
from zordon_app.peers.membership.statements import farm_hash


class PeerMessages:
    """One method per message; ``address`` is the IP address it came from, ``node`` the member that is signed in."""

    def __init__(
        self,
        *,
        identity: Identity,
        members: Members,
        membership: Membership,
        desk: AdmissionDesk,
        door: Door,
        sessions: PeerSessions,
        directory: Directory,
        make_beat: Callable[[], Beat],
        wake: Callable[[str], None],
    ) -> None:
        """``wake`` has a member asked at once."""
        self._identity = identity
        self._members = members
        self._membership = membership
        self._desk = desk
        self._door = door
        self._sessions = sessions
        self._directory = directory
        self._make_beat = make_beat
        self._wake = wake

    def hello(self) -> Hello:
        """For anyone."""
        return Hello(
            id=self._identity.id,
            farm=farm_hash(self._members.farm),
            protocol_min=PROTOCOL_MIN,
            protocol_max=PROTOCOL_MAX,
            members=len(self._members.present),
            open=self._door.is_open,
        )

    def join(self, ask: JoinAsk, address: str) -> JoinReply:
        """Somebody knocks."""
        return self._desk.ask(ask, address)

    def reveal(self, reveal: JoinReveal, address: str) -> JoinVerdict:
        """The newcomer opens its commitment."""
        return self._verdict(self._desk.reveal(reveal, address))

    def verdict(self, poll: JoinPoll) -> JoinVerdict:
        """How an attempt stands; with the member list once admitted."""
        return self._verdict(self._desk.state(poll.request))

    def challenge(self, ask: ChallengeAsk, address: str) -> Challenge:
        """A nonce."""
        return Challenge(nonce=self._sessions.challenge(ask.device, address))

    def session(self, ask: SessionAsk, address: str) -> SessionGiven:
        """A token for the signed nonce."""
        return self._sessions.log_in(ask, address)

    def beat(self, beat: Beat, node: str, address: str) -> Beat:
        """A member asks how we are, and so tells where it is."""
        self._directory.seen(node, join_address(plain_address(address), beat.port))
        peer = self._directory.get(node)
        if peer is not None:
            peer.asked_us(beat)
            if not peer.is_online:
                self._wake(node)
        return self._make_beat()

    def members(self, theirs: MemberList) -> MemberList:
        """A member exchanges lists."""
        self._membership.merge(theirs.statements)
        return MemberList(statements=self._members.statements)

    def admit(self, device: str) -> None:
        """A member passes on the click of its user."""
        self._desk.admit(device)

    def ignore(self, device: str) -> None:
        """The other click."""
        self._desk.ignore(device)

    def _verdict(self, state: JoinState) -> JoinVerdict:
        admitted = state is JoinState.ADMITTED
        return JoinVerdict(state=state, statements=self._members.statements if admitted else [])
