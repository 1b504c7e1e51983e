"""The member list of this machine: kept on disk, merged with those of others, changed by admitting and removing."""

import logging
import secrets
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from zordon_app.domain.ids import NodeId
from zordon_app.domain.peering import Statement
from zordon_app.errors import BadRequest, NotFound
from zordon_app.files.durable import set_aside, write_durably
from zordon_app.peers.identity.keys import Identity
from zordon_app.peers.membership.statements import (
    Evaluation,
    Roll,
    digest_of,
    digest_of_all,
    farm_id,
    is_authentic,
    keys_in,
    signed,
)

MAX_STATEMENTS = 10_000
NAME_LENGTH = 100

log = logging.getLogger(__name__)


class _Kept(Struct):
    farm: str
    statements: list[Statement]


class Members:
    """The members of this machine's farm. Safe to use from several threads."""

    def __init__(self, file: Path, identity: Identity, name: str) -> None:
        """Read ``file``; without one, or with a broken one, this machine founds a farm of one."""
        self._file = file
        self._identity = identity
        self._lock = threading.RLock()
        self.was_lost = False
        """Whether a list was there that could not be read."""
        kept = self._read()
        self._farm, self._statements = (kept.farm, kept.statements) if kept else ("", [])
        self._work_out()
        if identity.id not in self._roll.members:
            self.found(name)
        else:
            self.rename(name)

    @property
    def farm(self) -> str:
        """The farm's id."""
        with self._lock:
            return self._farm

    @property
    def digest(self) -> str:
        """A hash of the whole list: equal lists, equal hashes."""
        with self._lock:
            return self._digest

    @property
    def statements(self) -> list[Statement]:
        """All that is known."""
        with self._lock:
            return list(self._statements)

    @property
    def present(self) -> dict[NodeId, Statement]:
        """The members, this machine among them."""
        with self._lock:
            return dict(self._roll.members)

    @property
    def others(self) -> dict[NodeId, Statement]:
        """The members that are other machines."""
        return {device: said for device, said in self.present.items() if device != self._identity.id}

    @property
    def own_name(self) -> str:
        """This machine's name in the list; empty in the moment between being removed and starting over."""
        own = self.present.get(self._identity.id)
        return display_name(own) if own else ""

    @property
    def admitted_by(self) -> str:
        """The device that signed this machine's entry last."""
        own = self.present.get(self._identity.id)
        return own.by if own else ""

    def removal_of(self, device: str) -> Statement | None:
        """The statement that removed a device that is no member any more."""
        with self._lock:
            return self._roll.gone.get(NodeId(device))

    def found(self, name: str) -> None:
        """Begin a new farm with this machine alone."""
        salt = secrets.token_hex(16)
        farm = farm_id(self._identity.public_key, salt)
        own = self._about_me(farm, name, counter=0, term=0)
        self._replace(farm, [signed(msgspec.structs.replace(own, salt=salt), self._identity)])

    def adopt(self, farm: str, statements: list[Statement], by: str) -> None:
        """Become a member of ``farm``, as its list says.

        Raises:
            BadRequest: the list does not prove that this machine and ``by`` are members.
        """
        authentic = _authentic(statements)
        roll = Evaluation(farm, authentic).roll
        own = roll.members.get(self._identity.id)
        if own is None or NodeId(by) not in roll.members:
            raise BadRequest("The list of members that came back does not name this machine. Try again.")
        with self._lock:
            self._replace(farm, [said for said in authentic if said.farm == farm])
            self.rename(own.name)

    def admit(self, device: str, fingerprint: str, name: str) -> Statement:
        """Make the device with that public key a member."""
        with self._lock:
            self._need_membership()
            statement = signed(
                Statement(
                    kind="member",
                    farm=self._farm,
                    device=device,
                    fingerprint=fingerprint,
                    name=clean_name(name),
                    counter=self._next_counter(device),
                    by=self._identity.id,
                    term=self._term(),
                ),
                self._identity,
            )
            self._replace(self._farm, [*self._statements, statement])
            return statement

    def remove(self, device: NodeId) -> Statement:
        """Take a member out, for good. Raises NotFound."""
        with self._lock:
            self._need_membership()
            said = self._roll.members.get(device)
            if said is None:
                raise NotFound("There is no machine {id!r} in this farm.", code="no_machine", id=device[:60])
            statement = signed(self._removal(said, device), self._identity)
            self._replace(self._farm, [*self._statements, statement])
            return statement

    def leave(self, name: str) -> list[Statement]:
        """Begin a new farm with this machine alone; the old farm's list, with our leaving, to tell the others."""
        with self._lock:
            own = self._roll.members.get(self._identity.id)
            goodbye = [signed(self._removal(own, self._identity.id), self._identity)] if own else []
            told = [*self._statements, *goodbye]
            self.found(name)
            return told

    def rename(self, name: str) -> None:
        """Tell the farm this machine's present name and certificate, if they changed."""
        with self._lock:
            own = self._roll.members.get(self._identity.id)
            if own is None or (own.name, own.fingerprint) == (clean_name(name), self._identity.fingerprint):
                return
            changed = self._about_me(self._farm, name, counter=self._next_counter(own.device), term=own.counter)
            self._replace(self._farm, [*self._statements, signed(changed, self._identity)])

    def merge(self, statements: Iterable[Statement]) -> bool:
        """Take over what others know and sign; whether that was anything new."""
        with self._lock:
            known = {digest_of(said) for said in self._statements}
            candidates = [said for said in statements if said.farm == self._farm and digest_of(said) not in known]
            new = _authentic(candidates, self._statements)
            if not new:
                return False
            if len(self._statements) + len(new) > MAX_STATEMENTS:
                raise BadRequest("The list of members would become too long.")
            self._replace(self._farm, [*self._statements, *new])
            return True

    def _removal(self, said: Statement, device: NodeId) -> Statement:
        by_device = tuple(
            sorted(
                digest
                for other in self._statements
                if other.by == device and (digest := digest_of(other)) in self._roll.counting
            )
        )
        return msgspec.structs.replace(
            said,
            kind="gone",
            counter=self._next_counter(said.device),
            by=self._identity.id,
            term=self._term(),
            keeps=by_device,
            salt="",
            signature="",
        )

    def _about_me(self, farm: str, name: str, *, counter: int, term: int) -> Statement:
        return Statement(
            kind="member",
            farm=farm,
            device=self._identity.public_key,
            fingerprint=self._identity.fingerprint,
            name=clean_name(name),
            counter=counter,
            by=self._identity.id,
            term=term,
        )

    def _need_membership(self) -> None:
        if self._identity.id not in self._roll.members:
            raise BadRequest("This machine was removed from its farm.", code="removed")

    def _term(self) -> int:
        return self._roll.members[self._identity.id].counter

    def _next_counter(self, device: str) -> int:
        return max((said.counter for said in self._statements if said.device == device), default=0) + 1

    def _replace(self, farm: str, statements: list[Statement]) -> None:
        """Disk first, then memory."""
        with self._lock:
            write_durably(self._file, msgspec.json.encode(_Kept(farm=farm, statements=statements)), private=True)
            self._farm, self._statements = farm, statements
            self._work_out()

    def _work_out(self) -> None:
        self._roll: Roll = Evaluation(self._farm, self._statements).roll
        self._digest = digest_of_all(self._statements)

    def _read(self) -> _Kept | None:
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError):
            self.was_lost = True
            log.exception("The member list cannot be read; set aside as %s", set_aside(self._file))
            return None
        return _Kept(farm=kept.farm, statements=_authentic(kept.statements))


def clean_name(name: str) -> str:
    """A device name that can be shown anywhere: printable, not empty, not long."""
    kept = "".join(char for char in name if char.isprintable()).strip()[:NAME_LENGTH]
    return kept or "unnamed"


def display_name(statement: Statement) -> str:
    """The name in a statement that someone else made, fit to be shown."""
    return clean_name(statement.name)


def _authentic(statements: Iterable[Statement], known: Iterable[Statement] = ()) -> list[Statement]:
    candidates = list(statements)
    keys = keys_in([*candidates, *known])
    return [said for said in candidates if is_authentic(said, keys)]
