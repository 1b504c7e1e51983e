"""A connection to one member: pinned to its certificate, signed in with our key, found again when it moves."""

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from zordon_app.client import RenderServerProxy
from zordon_app.client.address import Address, parse_address
from zordon_app.client.errors import BadAnswer, NotSignedIn, ServerError, Unreachable, WrongCertificate
from zordon_app.client.transport import MESSAGE_BYTES, Answer, Body, Transport
from zordon_app.domain.peering import Challenge, ChallengeAsk, SessionAsk, SessionGiven, Statement
from zordon_app.errors import ZordonError
from zordon_app.peers.identity.keys import Identity, device_id
from zordon_app.peers.links.sessions import login_message

LOGIN_SECONDS = 4.0
T = TypeVar("T")

log = logging.getLogger(__name__)


class Removed(ZordonError):
    """The peer says that this machine was removed from the farm, and shows the statement."""

    def __init__(self, statement: Statement) -> None:
        """``statement`` still has to be checked."""
        super().__init__("This machine was removed from the farm.")
        self.statement = statement


class PeerLink:
    """Talks to one member, wherever it is. Safe to share by threads."""

    def __init__(
        self,
        identity: Identity,
        member: Statement,
        *,
        addresses: Callable[[], list[str]],
        on_impostor: Callable[[str], None] = lambda _address: None,
    ) -> None:
        """``addresses`` are where it may be, best first; ``on_impostor`` is told where somebody else answers."""
        self._identity = identity
        self._member = member
        self._id = device_id(member.device)
        self._addresses = addresses
        self._on_impostor = on_impostor
        self._lock = threading.Lock()
        self._transport: Transport | None = None
        self._token = ""
        self._closed = threading.Event()

    @property
    def address(self) -> str:
        """Where it was reached last (``host:port``); empty when it is not connected."""
        transport = self._transport
        return transport.address.url.removeprefix("https://") if transport else ""

    def request(self, method: str, path: str, **options: Any) -> Answer:
        """One request, signed in; ``options`` are those of ``Transport.send``.

        Raises:
            Unreachable: it answers nowhere. Refused: it says no. Removed: it says that we are no member any more.
        """
        transport = self._ready()
        try:
            return transport.send(method, path, **options)
        except NotSignedIn:
            self._forget(transport)
            _rewind(options.get("body"))
            return self._ready().send(method, path, **options)
        except Unreachable:
            self._forget(transport)
            raise

    def call(self, path: str, message: object, kind: type[T], *, read_seconds: float = LOGIN_SECONDS) -> T:
        """Post ``message``, get a ``kind``. Raises as ``request``, and BadAnswer."""
        return read_answer(self.request("POST", path, json=message, read_seconds=read_seconds), kind)

    def proxy(self) -> RenderServerProxy:
        """A client of its whole API with the present session; whoever asks for it closes it.

        Raises:
            as ``request``.
        """
        transport = self._ready()
        return RenderServerProxy(
            transport.address.url,
            token=self._token,
            fingerprint=self._member.fingerprint,
            most_bytes=MESSAGE_BYTES,
        )

    def close(self) -> None:
        """Close the connections; nothing is sent from now on."""
        self._closed.set()
        with self._lock:
            if self._transport is not None:
                self._transport.close()
            self._transport = None

    def _forget(self, transport: Transport) -> None:
        """Connect anew next time; what others still do on the old connections goes on."""
        with self._lock:
            if self._transport is transport:
                self._transport = None

    def _ready(self) -> Transport:
        with self._lock:
            if self._transport is None:
                self._transport = self._connect()
            return self._transport

    def _connect(self) -> Transport:
        problem: ServerError = Unreachable(f"It is not known where {self._member.name[:100]!r} is.")
        for text in self._addresses():
            if self._closed.is_set():
                break
            try:
                return self._log_in(parse_address(f"https://{text}"))
            except WrongCertificate as error:
                problem = error
                self._on_impostor(text)
            except Unreachable as error:
                problem = error
        raise problem

    def _log_in(self, address: Address) -> Transport:
        """Prove our key to whoever has the pinned certificate."""
        plain = Transport(address, fingerprint=self._member.fingerprint)
        try:
            asked = _post(plain, "/api/peer/challenge", ChallengeAsk(device=self._identity.id), Challenge)
            answer = SessionAsk(device=self._identity.id, nonce=asked.nonce, signature=self._sign(asked.nonce))
            given = _post(plain, "/api/peer/session", answer, SessionGiven)
        finally:
            plain.close()
        if given.removed is not None:
            raise Removed(given.removed)
        self._token = given.token
        return Transport(address, token=given.token, fingerprint=self._member.fingerprint)

    def _sign(self, nonce: str) -> str:
        fingerprint = self._member.fingerprint
        message = login_message(nonce, client=self._identity.id, server=self._id, fingerprint=fingerprint)
        return self._identity.sign(message)


def _rewind(body: Body) -> None:
    """A file that was sent in vain is sent from its beginning."""
    if body is not None and not isinstance(body, bytes):
        body.seek(0)


def read_answer(answer: Answer, kind: type[T]) -> T:
    """The JSON of an answer as ``kind``. Raises BadAnswer."""
    try:
        return msgspec.json.decode(answer.data, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadAnswer("The other machine's answer cannot be read.", status=answer.status) from error


def _post(transport: Transport, path: str, message: object, kind: type[T]) -> T:
    return read_answer(transport.send("POST", path, json=message, read_seconds=LOGIN_SECONDS), kind)
