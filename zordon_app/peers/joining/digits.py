"""The six digits that both screens show while a machine joins: commit, then reveal.

The newcomer first commits to its nonce, its key, its certificate and its name; only then does the member tell its own
nonce; only then does the newcomer open the commitment. Somebody in between has to choose each of his nonces before he
knows the one that answers it, so he cannot steer the digits of either side: each attempt is one guess in a million, in
front of a person.
"""

import hashlib

import msgspec
from msgspec import Struct

DIGITS = 6


class Side(Struct, frozen=True):
    """One of the two machines: its public key, the fingerprint of its TLS certificate, its name."""

    device: str
    fingerprint: str
    name: str


class Transcript(Struct, frozen=True, kw_only=True):
    """All that was said, as one side heard it. ``member.fingerprint`` is that of the certificate that was *seen*."""

    newcomer: Side
    member: Side
    farm: str
    newcomer_nonce: str
    member_nonce: str

    def hash(self) -> bytes:
        """SHA-256; what the newcomer signs and what the digits are made of."""
        return hashlib.sha256(b"zordon join 1\0" + msgspec.json.encode(self)).digest()

    def digits(self) -> str:
        """Six digits, each value as likely as any other (up to 2^-44)."""
        number = int.from_bytes(hashlib.sha256(b"zordon digits 1\0" + self.hash()).digest()[:8])
        return f"{number % 10**DIGITS:0{DIGITS}d}"


def commitment(newcomer: Side, nonce: str) -> str:
    """What the newcomer sends first: it binds all that it will reveal, and tells nothing."""
    return hashlib.sha256(b"zordon commitment 1\0" + msgspec.json.encode([newcomer, nonce])).hexdigest()
