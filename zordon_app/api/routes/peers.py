"""What machines say to each other. Strangers reach hello, the three steps of joining and the two of signing in."""

from typing import TypeVar

from bottle import HTTPResponse

from zordon_app.api.exchange import Ask, json_answer
from zordon_app.api.peering import PeerMessages
from zordon_app.api.routing import JSON, OPEN, PEERS_ONLY, Body, Context, Route, Says, act, get
from zordon_app.api.schemas import Done
from zordon_app.domain.peering import (
    AdmitAsk,
    Beat,
    Challenge,
    ChallengeAsk,
    Hello,
    JoinAsk,
    JoinPoll,
    JoinReply,
    JoinReveal,
    JoinVerdict,
    MemberList,
    SessionAsk,
    SessionGiven,
)
from zordon_app.domain.validation import checked
from zordon_app.errors import NotFound

T = TypeVar("T")


def routes(context: Context) -> list[Route]:
    """The table."""
    asks = PeerRoutes(context.services.peer_messages)
    hello = {200: Says("Who is here.", Hello, JSON)}
    over = {404: Says("This attempt is over.")}
    reply = {200: Says("The member's half.", JoinReply, JSON), 403: Says("Refused."), 503: Says("Ask again later.")}
    stands = {200: Says("How it stands.", JoinVerdict, JSON), 403: Says("Refused."), **over}
    nonce = {200: Says("A nonce.", Challenge, JSON), 503: Says("Ask again later.")}
    session = {200: Says("A session.", SessionGiven, JSON), 401: Says("Not proven.")}
    beat = {200: Says("How this machine is.", Beat, JSON)}
    lists = {200: Says("All that is known here.", MemberList, JSON)}
    done = {200: Says("It is done.", Done, JSON), **over}
    base = "/api/peer"
    peers = PEERS_ONLY
    return [
        get(f"{base}/hello", asks.hello, "Who is here?", answers=hello, allow=OPEN),
        act("POST", f"{base}/join", asks.join, "Ask to join", answers=reply, body=_body(JoinAsk), allow=OPEN),
        act("POST", f"{base}/reveal", asks.reveal, "Open", answers=stands, body=_body(JoinReveal), allow=OPEN),
        act("POST", f"{base}/verdict", asks.verdict, "Am I in?", answers=stands, body=_body(JoinPoll), allow=OPEN),
        act("POST", f"{base}/challenge", asks.challenge, "Nonce", answers=nonce, body=_body(ChallengeAsk), allow=OPEN),
        act("POST", f"{base}/session", asks.session, "Sign in", answers=session, body=_body(SessionAsk), allow=OPEN),
        act("POST", f"{base}/beat", asks.beat, "Heartbeat", answers=beat, body=_body(Beat), allow=peers),
        act("POST", f"{base}/members", asks.members, "Swap lists", answers=lists, body=_body(MemberList), allow=peers),
        act("POST", f"{base}/admit", asks.admit, "Pass a click on", answers=done, body=_body(AdmitAsk), allow=peers),
        act("POST", f"{base}/ignore", asks.ignore, "The other click", answers=done, body=_body(AdmitAsk), allow=peers),
    ]


class PeerRoutes:
    """Each method checks one message and hands it on."""

    def __init__(self, messages: PeerMessages | None) -> None:
        """None: this machine works alone."""
        self._given = messages

    @property
    def _messages(self) -> PeerMessages:
        if self._given is None:
            raise NotFound("This Zordon works alone; it has no farm.")
        return self._given

    def hello(self, _ask: Ask) -> HTTPResponse:
        """For anyone."""
        return json_answer(self._messages.hello())

    def join(self, ask: Ask) -> HTTPResponse:
        """A newcomer commits."""
        return json_answer(self._messages.join(_message(ask, JoinAsk), ask.caller.address))

    def reveal(self, ask: Ask) -> HTTPResponse:
        """It reveals."""
        return json_answer(self._messages.reveal(_message(ask, JoinReveal), ask.caller.address))

    def verdict(self, ask: Ask) -> HTTPResponse:
        """It asks how it stands."""
        return json_answer(self._messages.verdict(_message(ask, JoinPoll)))

    def challenge(self, ask: Ask) -> HTTPResponse:
        """A member wants to sign in."""
        return json_answer(self._messages.challenge(_message(ask, ChallengeAsk), ask.caller.address))

    def session(self, ask: Ask) -> HTTPResponse:
        """It proves its key."""
        return json_answer(self._messages.session(_message(ask, SessionAsk), ask.caller.address))

    def beat(self, ask: Ask) -> HTTPResponse:
        """A member's heartbeat for ours."""
        return json_answer(self._messages.beat(_message(ask, Beat), ask.caller.node, ask.caller.address))

    def members(self, ask: Ask) -> HTTPResponse:
        """A member's list for ours."""
        return json_answer(self._messages.members(_message(ask, MemberList)))

    def admit(self, ask: Ask) -> HTTPResponse:
        """The click of a person at another member."""
        self._messages.admit(_message(ask, AdmitAsk).id)
        return json_answer(Done())

    def ignore(self, ask: Ask) -> HTTPResponse:
        """The other click."""
        self._messages.ignore(_message(ask, AdmitAsk).id)
        return json_answer(Done())


def _message(ask: Ask, kind: type[T]) -> T:
    return checked(ask.fields(), kind)


def _body(kind: type) -> Body:
    return Body(kind, required=True)
