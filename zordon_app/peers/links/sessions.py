"""Sessions of peers: a member proves its key once, then carries a bearer token for 12 hours.

What is signed names both devices and the certificate of the one that asked, so a challenge that somebody passes on to a
member is of no use to him. A token is good only for the device that earned it, from the address it earned it from, and
only as long as that device is a member.
"""

import hashlib
import secrets
import threading
from collections.abc import Collection

import msgspec
from msgspec import Struct

from zordon_app.domain.ids import NodeId
from zordon_app.domain.peering import SessionAsk, SessionGiven
from zordon_app.errors import NotSignedIn, TooBusy
from zordon_app.peers.identity.keys import Identity, is_signed, new_nonce
from zordon_app.peers.interfaces import Clock
from zordon_app.peers.membership.members import Members
from zordon_app.peers.wrong_tries import source_of

SECONDS = 12 * 3600.0
CHALLENGE_SECONDS = 30.0
MAX_CHALLENGES = 10_000
MAX_PER_SOURCE = 32
MAX_PER_DEVICE = 32
MARK = "zp_"
"""A token says what it is, so that it is recognised where it does not belong: in logs, in bug reports."""


class _Challenge(Struct, frozen=True):
    device: str
    source: str
    until: float


class _Session(Struct, frozen=True):
    device: NodeId
    source: str
    until: float


def login_message(nonce: str, *, client: str, server: str, fingerprint: str) -> bytes:
    """What the client signs: the nonce, both device ids and the server's certificate, for this purpose only."""
    return b"zordon session 1\0" + msgspec.json.encode([nonce, client, server, fingerprint])


class PeerSessions:
    """The sessions that this machine has given; in memory only."""

    def __init__(self, identity: Identity, members: Members, clock: Clock) -> None:
        """Only ``members`` get one."""
        self._identity = identity
        self._members = members
        self._clock = clock
        self._lock = threading.Lock()
        self._challenges: dict[str, _Challenge] = {}
        self._sessions: dict[str, _Session] = {}

    def challenge(self, device: str, address: str) -> str:
        """A nonce for anyone who says to be ``device``. Raises TooBusy."""
        source = source_of(address)
        with self._lock:
            self._forget_old()
            mine = [nonce for nonce, asked in self._challenges.items() if asked.source == source]
            for nonce in mine[: max(0, len(mine) - MAX_PER_SOURCE + 1)]:
                del self._challenges[nonce]
            if len(self._challenges) >= MAX_CHALLENGES:
                raise TooBusy("Too many machines sign in at once. Try again in a moment.")
            nonce = new_nonce()
            self._challenges[nonce] = _Challenge(device, source, self._clock.monotonic() + CHALLENGE_SECONDS)
            return nonce

    def log_in(self, ask: SessionAsk, address: str) -> SessionGiven:
        """A token for a signed challenge; for a device that was removed, the statement that says so.

        Raises:
            NotSignedIn: the nonce is not ours, was used or is old; the device is no member; the signature is wrong.
        """
        self._use_challenge(ask, source_of(address))
        device = NodeId(ask.device)
        said = self._members.present.get(device) or self._members.removal_of(device)
        if said is None or not is_signed(said.device, ask.signature, self._message(ask)):
            raise NotSignedIn("This device is not a member of the farm, or did not prove that it is.")
        if said.kind == "gone":
            return SessionGiven(removed=said)
        return self._give(device, source_of(address))

    def find(self, token: str, address: str) -> NodeId | None:
        """The member that the token belongs to, if it may be used from ``address``."""
        with self._lock:
            session = self._sessions.get(_hash(token))
        if session is None or session.source != source_of(address) or session.until <= self._clock.monotonic():
            return None
        return session.device if session.device in self._members.present else None

    def end_all_but(self, devices: Collection[NodeId]) -> None:
        """End the sessions of all other devices: they would come alive again if the device were admitted anew."""
        with self._lock:
            self._sessions = {key: held for key, held in self._sessions.items() if held.device in devices}

    def _use_challenge(self, ask: SessionAsk, source: str) -> None:
        with self._lock:
            self._forget_old()
            asked = self._challenges.pop(ask.nonce, None)
        if asked is None or asked.device != ask.device or asked.source != source:
            raise NotSignedIn("This challenge is not open: it was used, is too old, or was made for another machine.")

    def _message(self, ask: SessionAsk) -> bytes:
        own = self._identity
        return login_message(ask.nonce, client=ask.device, server=own.id, fingerprint=own.fingerprint)

    def _give(self, device: NodeId, source: str) -> SessionGiven:
        token = MARK + secrets.token_urlsafe(32)
        with self._lock:
            if device not in self._members.present:
                raise NotSignedIn("This device was removed from the farm while it signed in.")
            self._forget_old()
            mine = [key for key, held in self._sessions.items() if held.device == device]
            for key in mine[: max(0, len(mine) - MAX_PER_DEVICE + 1)]:
                del self._sessions[key]
            self._sessions[_hash(token)] = _Session(device, source, self._clock.monotonic() + SECONDS)
        return SessionGiven(token=token, seconds=SECONDS)

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        self._challenges = {nonce: asked for nonce, asked in self._challenges.items() if asked.until > now}
        self._sessions = {key: held for key, held in self._sessions.items() if held.until > now}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
