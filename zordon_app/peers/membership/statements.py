"""The member list as pure functions over a set of signed statements.

The list is that set, and any two sets merge by union; who is a member follows from the set alone, so nodes that know
the same statements agree, in whatever order they came. The farm id is the hash of the founder's key, so the first
statement proves itself; every other one counts only if its signer is a member by statements that count. A removal names
the statements of the removed device that go on counting: nothing it signs afterwards counts, whatever it claims.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec
from msgspec import Struct

from zordon_app.domain.ids import NodeId
from zordon_app.domain.peering import Statement
from zordon_app.peers.identity.keys import ID_LENGTH, Identity, device_id, is_signed

_CONTEXT = b"zordon statement 1\0"


class Roll(Struct, frozen=True):
    """Who is a member: the statement that counts for each, and the removal of those who were."""

    members: Mapping[NodeId, Statement]
    gone: Mapping[NodeId, Statement]
    counting: frozenset[str]
    """Hashes of the statements that count."""

    @property
    def ids(self) -> set[NodeId]:
        """The members."""
        return set(self.members)


def farm_id(founder: str, salt: str) -> str:
    """The id of the farm that the device with this public key founded (both hex)."""
    digest = hashlib.sha256(b"zordon farm 1\0" + bytes.fromhex(founder) + bytes.fromhex(salt)).digest()
    return base64.b32encode(digest).decode().lower()[:ID_LENGTH]


def farm_hash(farm: str) -> str:
    """What may be told to strangers about a farm: equal for equal farms, and no more."""
    return hashlib.sha256(f"zordon farm hash 1\0{farm}".encode()).hexdigest()[:20]


def digest_of(statement: Statement) -> str:
    """The hash that names a statement, signature included."""
    return hashlib.sha256(_CONTEXT + msgspec.json.encode(statement)).hexdigest()


def digest_of_all(statements: Iterable[Statement]) -> str:
    """One hash for a set of statements."""
    joined = "".join(sorted(digest_of(statement) for statement in statements))
    return hashlib.sha256(joined.encode()).hexdigest()


def signed(statement: Statement, identity: Identity) -> Statement:
    """``statement`` with the signature of this machine."""
    return msgspec.structs.replace(statement, signature=identity.sign(_message(statement)))


def is_authentic(statement: Statement, signers: Mapping[NodeId, str]) -> bool:
    """Whether the device that ``by`` names has signed it; ``signers`` are the known public keys by id."""
    key = signers.get(NodeId(statement.by))
    return key is not None and is_signed(key, statement.signature, _message(statement))


def keys_in(statements: Iterable[Statement]) -> dict[NodeId, str]:
    """The public keys that appear, by the ids that follow from them."""
    return {device_id(key): key for key in {statement.device for statement in statements}}


class Evaluation:
    """Works out the roll of one farm from statements whose signatures have been checked."""

    def __init__(self, farm: str, statements: Iterable[Statement]) -> None:
        """Only statements about ``farm`` are looked at."""
        mine = [statement for statement in statements if statement.farm == farm]
        self._known = {digest_of(statement): statement for statement in mine}
        self._device = {key: device_id(key) for key in {statement.device for statement in mine}}

    @cached_property
    def roll(self) -> Roll:
        """Who is in."""
        ever = self._admissions({})
        removals = self._removals(ever)
        admissions = self._admissions(removals)
        members: dict[NodeId, Statement] = {}
        for digest in sorted(admissions, key=lambda digest: (self._known[digest].counter, digest)):
            members[self._subject(digest)] = self._known[digest]
        gone = {device: self._last(digests) for device, digests in removals.items()}
        present = {device: said for device, said in members.items() if not _outdone(said, gone.get(device))}
        out = {device: said for device, said in gone.items() if device not in present}
        counting = admissions | {digest for digests in removals.values() for digest in digests}
        return Roll(members=present, gone=out, counting=frozenset(counting))

    def _subject(self, digest: str) -> NodeId:
        return self._device[self._known[digest].device]

    def _last(self, digests: set[str]) -> Statement:
        return self._known[max(digests, key=lambda digest: (self._known[digest].counter, digest))]

    def _admissions(self, removals: Mapping[NodeId, set[str]]) -> set[str]:
        """Hashes of the ``member`` statements that count, given those removals: from the founder outwards."""
        waiting = {digest for digest, said in self._known.items() if said.kind == "member"}
        counting = {digest for digest in waiting if _is_founding(self._known[digest])}
        terms = {(self._subject(digest), self._known[digest].counter) for digest in counting}
        waiting -= counting
        while True:
            added = {digest for digest in waiting if self._counts(digest, terms, removals)}
            if not added:
                return counting
            counting |= added
            waiting -= added
            terms |= {(self._subject(digest), self._known[digest].counter) for digest in added}

    def _counts(self, digest: str, terms: set[tuple[NodeId, int]], removals: Mapping[NodeId, set[str]]) -> bool:
        said = self._known[digest]
        signer = NodeId(said.by)
        if (signer, said.term) not in terms:
            return False
        against = [
            self._known[removal] for removal in removals.get(signer, ()) if self._known[removal].counter >= said.term
        ]
        return not against or any(digest in removal.keeps for removal in against)

    def _removals(self, ever: set[str]) -> dict[NodeId, set[str]]:
        """Removals win: one counts if its signer was ever a member, even if it was removed itself."""
        terms = {(self._subject(digest), self._known[digest].counter) for digest in ever}
        found: dict[NodeId, set[str]] = {}
        for digest, said in self._known.items():
            if said.kind == "gone" and (NodeId(said.by), said.term) in terms:
                found.setdefault(self._subject(digest), set()).add(digest)
        return found


def _outdone(admission: Statement, removal: Statement | None) -> bool:
    return removal is not None and removal.counter >= admission.counter


def _is_founding(statement: Statement) -> bool:
    """A statement that the founder makes about itself proves itself by the farm id."""
    if not statement.salt or statement.counter or statement.term or statement.by != device_id(statement.device):
        return False
    try:
        return farm_id(statement.device, statement.salt) == statement.farm
    except ValueError:
        return False


def _message(statement: Statement) -> bytes:
    return _CONTEXT + msgspec.json.encode(msgspec.structs.replace(statement, signature=""))
