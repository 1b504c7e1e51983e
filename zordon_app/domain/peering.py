"""What nodes say to each other to know and trust each other, and what the API shows of it.

Keys, hashes, nonces and signatures travel as lower-case hex; a device id is base32 (see ``peers.identity``).
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from zordon_app.domain.callers import Role
from zordon_app.domain.views import NodeView

PROTOCOL_MIN = 1
PROTOCOL_MAX = 1
"""Versions of the talk between nodes that this program knows."""

DeviceId = Annotated[str, Meta(pattern="^[a-z2-7]{20}$", min_length=20, max_length=20)]
Hex32 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64)]
"""32 bytes: a public key, a SHA-256 or a nonce."""
Hex64 = Annotated[str, Meta(pattern="^[0-9a-f]{128}$", min_length=128, max_length=128)]
"""64 bytes: an Ed25519 signature."""
Secret = Annotated[str, Meta(max_length=200)]
DeviceName = Annotated[str, Meta(min_length=1, max_length=100)]
Address = Annotated[str, Meta(min_length=1, max_length=300)]
"""``host:port``; IPv6 in brackets."""
Port = Annotated[int, Meta(ge=1, le=65535)]


class Statement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One signed line of the member list: ``by`` says that ``device`` is a member, or no longer one.

    ``counter`` grows with every statement about a device; ``term`` is the counter of the statement that made the signer
    a member. ``keeps`` (of a removal) are the hashes of those statements by the removed device that go on counting.
    ``salt`` is filled in the founding statement only: the farm id is the hash of the founder's key and the salt.
    """

    kind: Literal["member", "gone"]
    farm: DeviceId
    device: Hex32
    fingerprint: Hex32
    name: DeviceName
    counter: Annotated[int, Meta(ge=0, le=1_000_000)]
    by: DeviceId
    term: Annotated[int, Meta(ge=0, le=1_000_000)]
    keeps: Annotated[tuple[Hex32, ...], Meta(max_length=10_000)] = ()
    salt: Annotated[str, Meta(max_length=64)] = ""
    signature: Annotated[str, Meta(max_length=128)] = ""


Statements = Annotated[list[Statement], Meta(max_length=10_000)]


class Hello(Struct, kw_only=True):
    """What any node tells anyone: enough to see whether one could talk, and nothing that is worth hiding."""

    id: DeviceId
    farm: Annotated[str, Meta(max_length=40)]
    """A hash of the farm id."""
    protocol_min: int
    protocol_max: int
    members: int = 1
    """How many machines the farm has."""
    open: bool = False
    """Whether machines are admitted without a click at present."""


class JoinAsk(Struct, kw_only=True):
    """A newcomer asks; ``commitment`` binds it to all it will reveal. ``secret`` is that of a join token."""

    device: Hex32
    fingerprint: Hex32
    name: DeviceName
    commitment: Hex32
    protocol_min: int
    protocol_max: int
    port: Port
    secret: Secret = ""


class JoinReply(Struct, kw_only=True):
    """The member's half; ``request`` names this attempt and only the newcomer knows it."""

    request: Hex32
    device: Hex32
    fingerprint: Hex32
    name: DeviceName
    farm: DeviceId
    nonce: Hex32


class JoinReveal(Struct, kw_only=True):
    """The newcomer opens its commitment and signs all that was said."""

    request: Hex32
    nonce: Hex32
    signature: Hex64


class JoinPoll(Struct, kw_only=True):
    """How does my request stand?"""

    request: Hex32


class JoinState(StrEnum):
    """Where an attempt to join stands."""

    ASKING = "asking"
    """The two machines are exchanging keys."""
    WAITING = "waiting"
    """Both show the digits; a person has to click."""
    ADMITTED = "admitted"
    IGNORED = "ignored"
    EXPIRED = "expired"
    FAILED = "failed"


class JoinVerdict(Struct, kw_only=True):
    """The answer to ``JoinPoll``; ``statements`` is the member list once admitted."""

    state: JoinState
    statements: Statements = field(default_factory=list)


class ChallengeAsk(Struct, kw_only=True):
    """A member wants a session."""

    device: DeviceId


class Challenge(Struct, kw_only=True):
    """A nonce to sign once."""

    nonce: Hex32


class SessionAsk(Struct, kw_only=True):
    """The signed challenge."""

    device: DeviceId
    nonce: Hex32
    signature: Hex64


class SessionGiven(Struct, kw_only=True):
    """A bearer token and for how many seconds it is good; or, for a device that was removed, what removed it."""

    token: str = ""
    seconds: float = 0.0
    removed: Statement | None = None


class JoinView(Struct, kw_only=True):
    """A machine that asks to join: the same six ``digits`` stand on its screen."""

    id: DeviceId
    name: DeviceName
    address: str
    digits: Annotated[str, Meta(max_length=6)]
    seconds_left: float
    at: str = ""
    """The member that it asks, when that is another one: device id."""


class BuildToGive(Struct, frozen=True, kw_only=True):
    """A managed build that its node hands to others.

    ``version`` is the name it was published under, ``reported`` what the program calls itself, ``sha256`` the hash of
    the program, ``bytes`` the size of all its files.
    """

    engine: Annotated[str, Meta(max_length=60)]
    version: Annotated[str, Meta(max_length=60)]
    reported: Annotated[str, Meta(max_length=60)]
    system_os: Literal["linux", "macos", "windows"]
    cpu: Literal["x64", "arm64"]
    sha256: Hex32
    bytes: Annotated[int, Meta(ge=0)] = 0


class Beat(Struct, kw_only=True):
    """What members tell each other every few seconds."""

    node: NodeView
    boot: Annotated[str, Meta(max_length=64)]
    time: datetime
    protocol_min: int
    protocol_max: int
    port: Port
    members: Hex32
    """Hash of the sender's member list: when it differs from one's own, the lists are exchanged."""
    addresses: Annotated[dict[DeviceId, list[Address]], Meta(max_length=1000)] = field(default_factory=dict)
    """Where the sender reaches other members: hints, for networks without multicast."""
    pending: Annotated[list[JoinView], Meta(max_length=100)] = field(default_factory=list)
    """Machines that ask to join at the sender."""
    builds: Annotated[list[BuildToGive], Meta(max_length=200)] = field(default_factory=list)
    """What the sender hands to members that lack it."""


class MemberList(Struct, kw_only=True):
    """All statements that one knows."""

    statements: Statements


class AdmitAsk(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which machine: its device id."""

    id: DeviceId


class JoinWanted(Struct, kw_only=True, forbid_unknown_fields=True):
    """Whom to ask: an address, or a token made there."""

    address: Address | None = None
    token: Annotated[str, Meta(max_length=2000)] | None = None


class DoorWanted(Struct, kw_only=True, forbid_unknown_fields=True):
    """``ask``: a click per machine; ``open``: none for 10 minutes; ``always``: none."""

    mode: Literal["ask", "open", "always"]


class JoiningView(Struct, kw_only=True):
    """This machine's own attempt to join another farm."""

    address: str
    state: JoinState
    name: str = ""
    digits: str = ""
    reason: str = ""
    about: str = ""
    """Code and values of the reason (``ZordonError.about``)."""


class MemberView(Struct, kw_only=True):
    """One machine of the farm. ``skew_seconds`` is how far its clock is ahead of this one's."""

    id: str
    name: str
    this: bool
    online: bool
    reason: str = ""
    address: str = ""
    since: datetime | None = None
    version: str = ""
    fingerprint: str = ""
    skew_seconds: float | None = None
    admitted_by: str = ""


class HintView(Struct, kw_only=True):
    """A machine that discovery found and that is no member here; nothing of it is proven."""

    id: str
    name: str
    address: str
    farm: str
    open: bool = False


class DoorView(Struct, kw_only=True):
    """Who gets in: ``seconds_left`` while open for a time."""

    mode: Literal["ask", "open", "always"]
    seconds_left: float | None = None


class Notice(Struct, kw_only=True):
    """Something a person should see once."""

    id: str
    at: datetime
    text: str


class You(Struct, kw_only=True):
    """Who asks, as this node sees it."""

    role: Role
    node: str = ""


class FarmView(Struct, kw_only=True):
    """Everything about who belongs together."""

    id: str
    farm: str
    name: str
    fingerprint: str
    lan: bool
    looking: bool
    """Whether machines nearby are being looked for."""
    code_seconds: float | None
    """For how long the code for a browser is still good; None: there is none, or it was used."""
    urls: list[str]
    """Addresses for other people's browsers."""
    members: list[MemberView]
    door: DoorView
    pending: list[JoinView]
    joining: JoiningView | None
    hints: list[HintView]
    notices: list[Notice]
    you: You


class TokenGiven(Struct, kw_only=True):
    """A join token, good once and for ``seconds``."""

    token: str
    seconds: float
