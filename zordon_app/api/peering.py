"""What the routes about the farm and the LAN listener need: Protocols, met by classes of ``peers``."""

from collections.abc import Collection
from typing import Literal, Protocol

from zordon_app.domain.browsers import BrowserView, CodeGiven
from zordon_app.domain.callers import Caller
from zordon_app.domain.peering import (
    Beat,
    Challenge,
    ChallengeAsk,
    FarmView,
    Hello,
    JoinAsk,
    JoinPoll,
    JoinReply,
    JoinReveal,
    JoinVerdict,
    MemberList,
    SessionAsk,
    SessionGiven,
    TokenGiven,
)

GrantedRole = Literal["view", "control"]


class FarmDesk(Protocol):
    """What people do with the farm. Sentences come with every error."""

    def view(self, caller: Caller) -> FarmView:
        """Everything at once."""

    def join(self, address: str) -> None:
        """Ask the machine at ``address`` to let this one in. Raises BadRequest."""

    def join_with_token(self, token: str) -> None:
        """The same with a join token. Raises BadRequest."""

    def cancel_join(self) -> None:
        """Give up joining."""

    def leave(self) -> None:
        """Leave the farm. Raises BadRequest."""

    def admit(self, device: str) -> None:
        """Let a machine in. Raises NotFound."""

    def ignore(self, device: str) -> None:
        """Do not. Raises NotFound."""

    def revoke(self, device: str) -> None:
        """Take a member out. Raises NotFound, BadRequest."""

    def set_door(self, mode: Literal["ask", "open", "always"]) -> None:
        """Who gets in without a click."""

    def make_token(self) -> TokenGiven:
        """A join token. Raises BadRequest."""

    def make_code(self, role: GrantedRole) -> CodeGiven:
        """A code for one browser. Raises BadRequest."""

    def sign_in(self, code: str, address: str, agent: str) -> tuple[GrantedRole, str]:
        """What a browser may do from now on, and the secret for its cookie. Raises Forbidden."""

    def browsers(self) -> list[BrowserView]:
        """The browsers that are signed in."""

    def revoke_browser(self, session: str) -> None:
        """Sign a browser out. Raises NotFound."""


class PeerMessages(Protocol):
    """What other machines say; ``address`` is the IP address it came from, ``node`` the member that is signed in."""

    def hello(self) -> Hello:
        """For anyone."""

    def join(self, ask: JoinAsk, address: str) -> JoinReply:
        """Somebody knocks. Raises BadRequest, Forbidden, TooBusy."""

    def reveal(self, reveal: JoinReveal, address: str) -> JoinVerdict:
        """The newcomer opens its commitment. Raises NotFound, Forbidden."""

    def verdict(self, poll: JoinPoll) -> JoinVerdict:
        """How an attempt stands. Raises NotFound."""

    def challenge(self, ask: ChallengeAsk, address: str) -> Challenge:
        """A nonce. Raises TooBusy."""

    def session(self, ask: SessionAsk, address: str) -> SessionGiven:
        """A token for the signed nonce. Raises NotSignedIn."""

    def beat(self, beat: Beat, node: str, address: str) -> Beat:
        """A member asks how we are."""

    def members(self, theirs: MemberList) -> MemberList:
        """A member exchanges lists."""

    def admit(self, device: str) -> None:
        """A member passes on a click. Raises NotFound."""

    def ignore(self, device: str) -> None:
        """The other click. Raises NotFound."""


class BrowserSession(Protocol):
    """A browser that is signed in."""

    @property
    def id(self) -> str:
        """What it is revoked by."""

    @property
    def role(self) -> GrantedRole:
        """What it may do."""


class SignedIn(Protocol):
    """Knows who may use the LAN listener, and by which names it may be called."""

    def peer_of(self, token: str, address: str) -> str | None:
        """The member that a bearer token belongs to, when it is used from where it was earned."""

    def browser_of(self, secret: str) -> BrowserSession | None:
        """The session that a cookie belongs to."""

    def host_names(self) -> Collection[str]:
        """All that may stand in ``Host``, without the port; IPv6 in brackets."""
