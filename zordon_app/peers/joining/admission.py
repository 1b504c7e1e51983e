"""Admitting newcomers, as the member sees it: side by side, five minutes and six digits each, one click."""

import threading
from collections import deque
from collections.abc import Callable

from msgspec import Struct

from zordon_app.domain.peering import (
    PROTOCOL_MAX,
    PROTOCOL_MIN,
    JoinAsk,
    JoinReply,
    JoinReveal,
    JoinState,
    JoinView,
)
from zordon_app.errors import BadRequest, Forbidden, NotFound, TooBusy
from zordon_app.peers.discovery.network import plain_address
from zordon_app.peers.identity.keys import Identity, device_id, is_signed, new_nonce
from zordon_app.peers.interfaces import Clock
from zordon_app.peers.joining.digits import Side, Transcript, commitment
from zordon_app.peers.joining.tokens import JoinTokens
from zordon_app.peers.membership.members import clean_name
from zordon_app.peers.wrong_tries import WrongTries, source_of

LIFE = 300.0
"""Seconds that an attempt lives."""
REVEAL_SECONDS = 15.0
"""Seconds a newcomer has to open its commitment."""
SILENT_SECONDS = 30.0
"""An attempt whose newcomer no longer asks how it stands is over."""
MAX_ATTEMPTS = 200
MOST_DRAWS = 30
"""Digits that are drawn in ``LIFE``, for whoever asks: whoever waits for certain ones has 30 chances in a million."""
MOST_DRAWS_A_MINUTE = 10
SIDE_BY_SIDE = 2
"""Attempts of one source at a time, so that one stranger does not use up what all have."""


class Attempt(Struct, kw_only=True):
    """One newcomer's attempt."""

    request: str
    newcomer: Side
    member: Side
    commitment: str
    nonce: str
    farm: str
    address: str
    port: int
    by_token: bool
    started: float
    heard: float
    state: JoinState = JoinState.ASKING
    digits: str = ""

    @property
    def device(self) -> str:
        """The newcomer's device id."""
        return device_id(self.newcomer.device)


class AdmissionDesk:
    """All attempts to join at this member. ``admit`` is called once for each newcomer that gets in."""

    def __init__(
        self,
        identity: Identity,
        clock: Clock,
        *,
        name: Callable[[], str],
        farm: Callable[[], str],
        is_open: Callable[[], bool],
        is_joining: Callable[[], bool],
        tokens: JoinTokens,
        admit: Callable[[Side], None],
    ) -> None:
        """``is_open``: whether nobody has to click at present; ``is_joining``: whether this machine itself knocks."""
        self._identity = identity
        self._clock = clock
        self._name = name
        self._farm = farm
        self._is_open = is_open
        self._is_joining = is_joining
        self._tokens = tokens
        self._admit = admit
        self._wrong_tries = WrongTries(clock)
        self._lock = threading.RLock()
        self._attempts: dict[str, Attempt] = {}
        self._drawn: deque[float] = deque(maxlen=MOST_DRAWS)
        """When digits were drawn."""

    def ask(self, ask: JoinAsk, address: str) -> JoinReply:
        """A newcomer knocks.

        Raises:
            BadRequest: it cannot be, or speaks another protocol.
            Forbidden: the source failed too often, or its token is not good.
            TooBusy: others ask too often just now.
        """
        with self._lock:
            self._drop_old()
            self._wrong_tries.check(address)
            self._check(ask)
            self._need_room(ask, address)
            if ask.secret:
                self._use_token(ask.secret, address)
            elif not self._is_open():
                self._draw()
            attempt = self._begin(ask, address)
            return JoinReply(
                request=attempt.request,
                device=self._identity.public_key,
                fingerprint=self._identity.fingerprint,
                name=attempt.member.name,
                farm=attempt.farm,
                nonce=attempt.nonce,
            )

    def reveal(self, reveal: JoinReveal, address: str) -> JoinState:
        """The newcomer opens its commitment; from now on the digits are shown, or it is in.

        Raises:
            NotFound: no such attempt, or it is too late.
            Forbidden: what it reveals is not what it committed to.
        """
        with self._lock:
            attempt = self._find(reveal.request)
            if attempt.state is not JoinState.ASKING:
                raise BadRequest("The digits of this attempt were made already.")
            transcript = _transcript(attempt, reveal.nonce)
            if not _is_kept(attempt, reveal, transcript):
                del self._attempts[attempt.request]
                self._wrong_tries.wrong(address)
                raise Forbidden(
                    "The machine did not prove what it said at first. It was not admitted.", code="not_proven"
                )
            for older in self._active(attempt.newcomer.device, state=JoinState.WAITING):
                self._lapse(older)  # It was the same machine: it has just proven its key.
            attempt.digits, attempt.state = transcript.digits(), JoinState.WAITING
            if attempt.by_token or self._is_open():
                self._let_in(attempt)
            return attempt.state

    def state(self, request: str) -> JoinState:
        """How an attempt stands, for its newcomer. Raises NotFound."""
        with self._lock:
            attempt = self._find(request)
            attempt.heard = self._clock.monotonic()
            return attempt.state

    def pending(self) -> list[JoinView]:
        """The attempts that wait for a click."""
        with self._lock:
            self._drop_old()
            return [self._view(attempt) for attempt in self._attempts.values() if attempt.state is JoinState.WAITING]

    def admit(self, device: str) -> None:
        """The click. Raises NotFound."""
        with self._lock:
            self._let_in(self._waiting(device))

    def ignore(self, device: str) -> None:
        """The other click; it counts as a wrong try of that source. Raises NotFound."""
        with self._lock:
            attempt = self._waiting(device)
            attempt.state = JoinState.IGNORED
            self._wrong_tries.wrong(attempt.address)

    def _check(self, ask: JoinAsk) -> None:
        if ask.protocol_max < PROTOCOL_MIN or ask.protocol_min > PROTOCOL_MAX:
            raise BadRequest(
                "The two machines have versions of Zordon that do not fit. Update the older one.", code="versions_apart"
            )
        if ask.device == self._identity.public_key or ask.fingerprint == self._identity.fingerprint:
            raise BadRequest("This is the same machine.", code="same_machine")

    def _need_room(self, ask: JoinAsk, address: str) -> None:
        """A machine that asks anew replaces its own attempt, known by source too: anybody can name its key."""
        source = source_of(address)
        for held in self._active(ask.device):
            if source_of(held.address) == source:
                self._lapse(held)
        beside = [held for held in self._active() if source_of(held.address) == source]
        is_crowd = len(beside) >= SIDE_BY_SIDE and not ask.secret and not self._is_open()
        if is_crowd or self._is_joining() or len(self._attempts) >= MAX_ATTEMPTS:
            raise _too_busy()

    def _draw(self) -> None:
        """Digits are drawn. Raises TooBusy: that was done too often."""
        now = self._clock.monotonic()
        in_life = [moment for moment in self._drawn if now - moment < LIFE]
        in_minute = [moment for moment in in_life if now - moment < 60.0]
        if len(in_life) >= MOST_DRAWS or len(in_minute) >= MOST_DRAWS_A_MINUTE:
            raise _too_busy()
        self._drawn.append(now)

    def _active(self, device: str = "", state: JoinState | None = None) -> list[Attempt]:
        """Attempts that go on, of one machine or of all."""
        wanted = (JoinState.ASKING, JoinState.WAITING) if state is None else (state,)
        held = self._attempts.values()
        return [one for one in held if one.state in wanted and device in ("", one.newcomer.device)]

    def _lapse(self, attempt: Attempt) -> None:
        """Nobody clicked: its digits were one guess of its source."""
        del self._attempts[attempt.request]
        self._wrong_tries.wrong(attempt.address)

    def _use_token(self, secret: str, address: str) -> None:
        try:
            self._tokens.use(secret)
        except Forbidden:
            self._wrong_tries.wrong(address)
            raise
        self._wrong_tries.right(address)

    def _begin(self, ask: JoinAsk, address: str) -> Attempt:
        now = self._clock.monotonic()
        attempt = Attempt(
            request=new_nonce(),
            newcomer=Side(ask.device, ask.fingerprint, ask.name),
            member=Side(self._identity.public_key, self._identity.fingerprint, clean_name(self._name())),
            commitment=ask.commitment,
            nonce=new_nonce(),
            farm=self._farm(),
            address=plain_address(address),
            port=ask.port,
            by_token=bool(ask.secret),
            started=now,
            heard=now,
        )
        self._attempts[attempt.request] = attempt
        return attempt

    def _let_in(self, attempt: Attempt) -> None:
        if attempt.farm != self._farm():
            raise BadRequest("This machine has joined another farm in the meantime. Ask again.", code="farm_changed")
        self._admit(attempt.newcomer)
        attempt.state = JoinState.ADMITTED

    def _find(self, request: str) -> Attempt:
        self._drop_old()
        attempt = self._attempts.get(request)
        if attempt is None:
            raise NotFound("This attempt to join is over. Ask again.", code="attempt_over")
        return attempt

    def _waiting(self, device: str) -> Attempt:
        self._drop_old()
        for attempt in self._attempts.values():
            if attempt.device == device and attempt.state is JoinState.WAITING:
                return attempt
        raise NotFound("That machine no longer asks to join.", code="asks_no_longer")

    def _drop_old(self) -> None:
        now = self._clock.monotonic()
        for attempt in [held for held in self._attempts.values() if _is_over(held, now)]:
            if attempt.state in (JoinState.ASKING, JoinState.WAITING):
                self._lapse(attempt)
            else:
                del self._attempts[attempt.request]

    def _view(self, attempt: Attempt) -> JoinView:
        return JoinView(
            id=attempt.device,
            name=clean_name(attempt.newcomer.name),
            address=attempt.address,
            digits=attempt.digits,
            seconds_left=round(LIFE - (self._clock.monotonic() - attempt.started), 1),
        )


def _too_busy() -> TooBusy:
    return TooBusy("Another machine is joining just now. Try again in a moment.", code="joining_other")


def _transcript(attempt: Attempt, newcomer_nonce: str) -> Transcript:
    return Transcript(
        newcomer=attempt.newcomer,
        member=attempt.member,
        farm=attempt.farm,
        newcomer_nonce=newcomer_nonce,
        member_nonce=attempt.nonce,
    )


def _is_over(attempt: Attempt, now: float) -> bool:
    if attempt.state is JoinState.ASKING:
        return now - attempt.started > REVEAL_SECONDS
    if attempt.state is JoinState.WAITING and now - attempt.heard > SILENT_SECONDS:
        return True
    return now - attempt.started > LIFE


def _is_kept(attempt: Attempt, reveal: JoinReveal, transcript: Transcript) -> bool:
    """Whether the newcomer reveals what it committed to, and owns the key that it names."""
    return commitment(attempt.newcomer, reveal.nonce) == attempt.commitment and is_signed(
        attempt.newcomer.device, reveal.signature, transcript.hash()
    )
