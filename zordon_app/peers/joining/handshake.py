"""One talk with one member about being admitted: ask, reveal, poll. The member's side is ``admission``."""

from typing import TypeVar

from zordon_app.client.transport import Transport
from zordon_app.domain.peering import (
    PROTOCOL_MAX,
    PROTOCOL_MIN,
    JoinAsk,
    JoinPoll,
    JoinReply,
    JoinReveal,
    JoinState,
    JoinVerdict,
)
from zordon_app.errors import BadRequest
from zordon_app.peers.identity.keys import Identity, device_id, new_nonce
from zordon_app.peers.joining.digits import Side, Transcript, commitment
from zordon_app.peers.links.link import read_answer
from zordon_app.peers.membership.members import clean_name

ASK_SECONDS = 10.0
T = TypeVar("T")


class Handshake:
    """The newcomer's half. Call ``ask``, then ``reveal``, then ``poll`` until the state is final."""

    def __init__(self, identity: Identity, transport: Transport, *, seen: str, name: str, port: int) -> None:
        """``transport`` is pinned to ``seen``, the fingerprint of the certificate that answered."""
        self._identity = identity
        self._transport = transport
        self._seen = seen
        self._port = port
        self._own = Side(identity.public_key, identity.fingerprint, clean_name(name))
        self._nonce = new_nonce()
        self._reply: JoinReply | None = None

    @property
    def reply(self) -> JoinReply:
        """What the member answered."""
        if self._reply is None:
            raise BadRequest("Nothing was asked yet.")
        return self._reply

    @property
    def member(self) -> str:
        """The member's device id."""
        return device_id(self.reply.device)

    @property
    def transcript(self) -> Transcript:
        """All that was said, with the certificate as it was seen here."""
        reply = self.reply
        return Transcript(
            newcomer=self._own,
            member=Side(reply.device, self._seen, reply.name),
            farm=reply.farm,
            newcomer_nonce=self._nonce,
            member_nonce=reply.nonce,
        )

    def ask(self, secret: str = "") -> None:
        """Commit to everything, and hear the member's half. Raises BadRequest, ServerError."""
        own = self._own
        ask = JoinAsk(
            device=own.device,
            fingerprint=own.fingerprint,
            name=own.name,
            commitment=commitment(own, self._nonce),
            protocol_min=PROTOCOL_MIN,
            protocol_max=PROTOCOL_MAX,
            port=self._port,
            secret=secret,
        )
        reply = self._post("/api/peer/join", ask, JoinReply)
        if reply.fingerprint != self._seen:
            raise BadRequest(
                "Somebody sits between the two machines and pretends to be the other one. Do not join here.",
                code="middleman",
            )
        self._reply = reply

    def reveal(self) -> JoinState:
        """Open the commitment."""
        signature = self._identity.sign(self.transcript.hash())
        reveal = JoinReveal(request=self.reply.request, nonce=self._nonce, signature=signature)
        return self._post("/api/peer/reveal", reveal, JoinVerdict).state

    def poll(self) -> JoinVerdict:
        """How it stands."""
        return self._post("/api/peer/verdict", JoinPoll(request=self.reply.request), JoinVerdict)

    def _post(self, path: str, message: object, kind: type[T]) -> T:
        return read_answer(self._transport.send("POST", path, json=message, read_seconds=ASK_SECONDS), kind)
