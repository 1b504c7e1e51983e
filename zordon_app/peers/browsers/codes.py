"""The code that the window shows so that somebody's browser may sign in: good once, ten minutes, five tries."""

import hmac
import secrets
import threading
from typing import Literal

from msgspec import Struct

from zordon_app.errors import Forbidden
from zordon_app.peers.interfaces import Clock
from zordon_app.peers.wrong_tries import WrongTries

LENGTH = 8
TRIES = 5
GrantedRole = Literal["view", "control"]


class Code(Struct, frozen=True):
    """A code and what it grants; ``until`` is on the monotonic clock."""

    text: str
    role: GrantedRole
    until: float


class SignInCodes:
    """At most one code at a time. Five wrong tries, from anywhere, close it; a source with five is shut out longer."""

    def __init__(self, clock: Clock, *, seconds: float = 600.0) -> None:
        """Codes are good for ``seconds``."""
        self.seconds = seconds
        self._clock = clock
        self._wrong_tries = WrongTries(clock)
        self._lock = threading.Lock()
        self._code: Code | None = None
        self._wrong = 0

    def make(self, role: GrantedRole) -> Code:
        """A fresh code; the one before is void."""
        with self._lock:
            digits = f"{secrets.randbelow(10**LENGTH):0{LENGTH}d}"
            self._code = Code(digits, role, self._clock.monotonic() + self.seconds)
            self._wrong = 0
            return self._code

    @property
    def seconds_left(self) -> float | None:
        """For how long the code is good; None: there is none."""
        with self._lock:
            code = self._open_code()
            return None if code is None else max(0.0, code.until - self._clock.monotonic())

    def use(self, text: str, address: str) -> GrantedRole:
        """Use the code up; what it grants.

        Raises:
            Forbidden: it is wrong or void, or that address has tried too often.
        """
        self._wrong_tries.check(address)
        with self._lock:
            code = self._open_code()
            if code is not None and hmac.compare_digest(code.text.encode(), _plain(text)):
                self._code = None
                self._wrong_tries.right(address)
                return code.role
            self._wrong += 1
            self._wrong_tries.wrong(address)
        raise Forbidden(
            "That is not the code, or it is void by now. Have a new one shown on that machine: "
            "Machines, Other people’s browsers.",
            code="wrong_code",
        )

    def _open_code(self) -> Code | None:
        if self._wrong >= TRIES or (self._code is not None and self._code.until <= self._clock.monotonic()):
            self._code = None
        return self._code


def _plain(text: str) -> bytes:
    """What was typed, without the spaces and dashes that people put in."""
    return "".join(char for char in text if char not in " -\t").encode()
