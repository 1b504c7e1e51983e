"""Join tokens: one printable string that lets one machine join without a click, for nodes without a screen."""

import base64
import hashlib
import hmac
import secrets
import threading

import msgspec
from msgspec import Struct

from zordon_app.domain.peering import Address, Hex32
from zordon_app.errors import BadRequest, Forbidden
from zordon_app.peers.interfaces import Clock

PREFIX = "zordon1_"
MAX_TOKENS = 100
SECRET_BYTES = 16


class JoinToken(Struct, frozen=True, array_like=True):
    """What is in a token: where to ask, the certificate that must answer there, and the secret to show it."""

    addresses: list[Address]
    fingerprint: Hex32
    secret: str

    def text(self) -> str:
        """The printable string."""
        return PREFIX + base64.urlsafe_b64encode(msgspec.msgpack.encode(self)).decode().rstrip("=")


def read_token(text: str) -> JoinToken:
    """The token in a string. Raises BadRequest."""
    body = "".join(text.split()).removeprefix(PREFIX)
    try:
        return msgspec.msgpack.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=JoinToken)
    except (ValueError, msgspec.DecodeError) as error:
        sentence = "This is not a join token. Make one on a member of the farm with: zordon machines token."
        raise BadRequest(sentence) from error


class JoinTokens:
    """The tokens that this member has given out: good once, for a time, and gone with the program."""

    def __init__(self, clock: Clock, *, seconds: float = 86_400.0) -> None:
        """Tokens are good for ``seconds``."""
        self.seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[bytes, float] = {}

    def make(self, addresses: list[str], fingerprint: str) -> JoinToken:
        """A fresh token for this member."""
        token = JoinToken(addresses, fingerprint, secrets.token_hex(SECRET_BYTES))
        with self._lock:
            self._forget_old()
            while len(self._until) >= MAX_TOKENS:
                del self._until[next(iter(self._until))]
            self._until[_hash(token.secret)] = self._clock.monotonic() + self.seconds
        return token

    def use(self, secret: str) -> None:
        """Use up the token with that secret. Raises Forbidden: there is none (any more)."""
        with self._lock:
            self._forget_old()
            wanted = _hash(secret)
            for known in list(self._until):
                if hmac.compare_digest(known, wanted):
                    del self._until[known]
                    return
        raise Forbidden(
            "This join token is not good: it was used already, is too old, or was made elsewhere.", code="bad_token"
        )

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        self._until = {known: until for known, until in self._until.items() if until > now}


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
