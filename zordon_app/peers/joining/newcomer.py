"""Joining another machine's farm: this machine knocks, waits, and takes over the list of members."""

import threading
from collections.abc import Callable

import msgspec
from msgspec import Struct

from zordon_app.client.address import parse_address
from zordon_app.client.errors import Busy, NotFound, Unreachable
from zordon_app.client.transport import Transport, shown_fingerprint
from zordon_app.domain.peering import JoiningView, JoinState, JoinVerdict
from zordon_app.errors import BadRequest, ZordonError
from zordon_app.guard import UNFORESEEN, Guard
from zordon_app.peers.identity.keys import Identity
from zordon_app.peers.interfaces import Clock
from zordon_app.peers.joining.admission import LIFE
from zordon_app.peers.joining.handshake import Handshake
from zordon_app.peers.joining.tokens import read_token
from zordon_app.peers.membership.members import Members, clean_name

POLL_SECONDS = 0.5
ENDED = frozenset({JoinState.ADMITTED, JoinState.IGNORED, JoinState.EXPIRED, JoinState.FAILED})
REASONS = {
    JoinState.ADMITTED: "",
    JoinState.IGNORED: "The other machine's user did not admit this one.",
    JoinState.EXPIRED: "Nobody clicked Admit in time. Ask again when somebody is at the other machine.",
}


def _given_up() -> BadRequest:
    return BadRequest("Cancelled.", code="given_up")


class Target(Struct, frozen=True, kw_only=True):
    """Whom to ask: addresses to try, and what a token brings: the certificate to expect and a secret."""

    addresses: tuple[str, ...]
    fingerprint: str = ""
    secret: str = ""


class Joining:
    """One attempt at a time. ``begin`` may be called by anyone; ``run_once`` by one thread, again and again."""

    def __init__(
        self,
        identity: Identity,
        members: Members,
        clock: Clock,
        *,
        name: Callable[[], str],
        port: Callable[[], int],
        on_joined: Callable[[str, str], None],
        on_change: Callable[[], None] = lambda: None,
        guard: Guard | None = None,
    ) -> None:
        """``port`` is that of our LAN listener; ``on_joined`` is told the member (id) and address that let us in."""
        self._identity = identity
        self._members = members
        self._clock = clock
        self._name = name
        self._port = port
        self._on_joined = on_joined
        self._on_change = on_change
        self._guard = guard or Guard()
        self._changed = threading.Condition(threading.RLock())
        self._target: Target | None = None
        self._view: JoiningView | None = None
        self._give_up = threading.Event()

    @property
    def is_busy(self) -> bool:
        """Whether an attempt is under way."""
        with self._changed:
            return self._view is not None and self._view.state not in ENDED

    def view(self) -> JoiningView | None:
        """The attempt under way, or the last one."""
        with self._changed:
            return self._view

    def begin(self, target: Target) -> None:
        """Start to ask. Raises BadRequest: it cannot be."""
        if self._members.others:
            raise BadRequest("This machine is in a farm with others. Leave that farm first.", code="in_a_farm")
        if not target.addresses:
            raise BadRequest("The join token names no address.")
        for text in target.addresses:
            parse_address(f"https://{text}")
        with self._changed:
            if self.is_busy:
                raise BadRequest("This machine is joining a farm already. Cancel that first.", code="joining_already")
            self._give_up.clear()
            self._target = target
            self._view = JoiningView(address=target.addresses[0], state=JoinState.ASKING)
            self._changed.notify_all()

    def begin_with_token(self, text: str) -> None:
        """The same with a join token. Raises BadRequest."""
        token = read_token(text)
        self.begin(Target(addresses=tuple(token.addresses), fingerprint=token.fingerprint, secret=token.secret))

    def cancel(self) -> None:
        """Give up."""
        self._give_up.set()
        with self._changed:
            self._changed.notify_all()

    def run_once(self, wait: float) -> None:
        """Carry out an attempt that was begun, waiting up to ``wait`` seconds for one."""
        with self._changed:
            if self._target is None:
                self._changed.wait(wait)
            target, self._target = self._target, None
        if target is None:
            return
        try:
            state = self._try_all(target)
            self._show(state=state, reason=REASONS.get(state, ""))
        except ZordonError as error:
            self._show(state=JoinState.FAILED, reason=str(error), about=error.about)
        except Exception as error:  # noqa: BLE001 - the attempt's line says so
            self._guard.meet("Joining", error)
            self._show(state=JoinState.FAILED, reason=UNFORESEEN)

    def _try_all(self, target: Target) -> JoinState:
        problem: ZordonError = _given_up()
        for address in target.addresses:
            self._show(address=address)
            try:
                return self._try(address, target)
            except Unreachable as error:
                problem = error
        raise problem

    def _try(self, address: str, target: Target) -> JoinState:
        where = parse_address(f"https://{address}")
        # Without a token nothing is known of the certificate yet; the digits on both screens vouch for it.
        seen = target.fingerprint or shown_fingerprint(where)
        if not seen:
            raise Unreachable(
                "No Zordon answers at {address}. Is it running there, and is the address right?",
                code="nobody_there",
                address=address,
            )
        transport = Transport(where, fingerprint=seen)
        try:
            handshake = Handshake(self._identity, transport, seen=seen, name=self._name(), port=self._port())
            return self._talk(handshake, target.secret, address)
        finally:
            transport.close()

    def _talk(self, handshake: Handshake, secret: str, address: str) -> JoinState:
        until = self._clock.monotonic() + LIFE
        if not self._ask(handshake, secret, until):
            raise _given_up()
        if handshake.reply.farm == self._members.farm:
            raise BadRequest("That machine is in this farm already.", code="member_already")
        handshake.reveal()
        self._show(state=JoinState.WAITING, name=clean_name(handshake.reply.name), digits=handshake.transcript.digits())
        verdict = self._wait_for_verdict(handshake, until)
        if verdict.state is JoinState.ADMITTED:
            self._move_in(handshake, verdict, address)
        return verdict.state

    def _ask(self, handshake: Handshake, secret: str, until: float) -> bool:
        """Ask, again while another machine is joining there; False when given up."""
        while not self._give_up.is_set():
            try:
                handshake.ask(secret)
            except Busy as error:
                if self._clock.monotonic() > until:
                    raise
                self._give_up.wait(min(error.retry_after, 2.0))
            else:
                return True
        return False

    def _wait_for_verdict(self, handshake: Handshake, until: float) -> JoinVerdict:
        while self._clock.monotonic() < until and not self._give_up.is_set():
            try:
                verdict = handshake.poll()
            except NotFound:
                break
            if verdict.state in ENDED:
                return verdict
            self._give_up.wait(POLL_SECONDS)
        if self._give_up.is_set():
            raise _given_up()
        return JoinVerdict(state=JoinState.EXPIRED)

    def _move_in(self, handshake: Handshake, verdict: JoinVerdict, address: str) -> None:
        if self._members.others:
            raise BadRequest(
                "Another machine has joined this one in the meantime; it stays where it is.", code="joined_meanwhile"
            )
        self._members.adopt(handshake.reply.farm, verdict.statements, by=handshake.member)
        self._on_joined(handshake.member, address)

    def _show(self, **changes: object) -> None:
        with self._changed:
            if self._view is not None:
                self._view = msgspec.structs.replace(self._view, **changes)
        self._on_change()
