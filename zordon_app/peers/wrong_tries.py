"""Counting wrong guesses per source, so that guessing ends soon."""

import ipaddress
import threading
from collections import OrderedDict

from zordon_app.errors import Forbidden
from zordon_app.peers.interfaces import Clock

MAX_SOURCES = 10_000
IPV6_NETWORK = 64


class WrongTries:
    """After ``limit`` wrong tries a source is refused for ``seconds``."""

    def __init__(self, clock: Clock, *, limit: int = 5, seconds: float = 600.0) -> None:
        """Nothing is remembered longer than ``seconds``."""
        self._clock = clock
        self._limit = limit
        self._seconds = seconds
        self._lock = threading.Lock()
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, address: str) -> None:
        """Raises Forbidden while that source is closed."""
        with self._lock:
            if len(self._recent(source_of(address))) >= self._limit:
                minutes = max(1, round(self._seconds / 60))
                raise Forbidden(
                    "Too many wrong tries. Wait {minutes} minutes, then try again.",
                    code="too_many_tries",
                    minutes=minutes,
                )

    def wrong(self, address: str) -> None:
        """Count a wrong try."""
        with self._lock:
            source = source_of(address)
            self._wrong[source] = [*self._recent(source), self._clock.monotonic()]
            self._wrong.move_to_end(source)
            while len(self._wrong) > MAX_SOURCES:
                self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        """Forget the wrong tries of a source that got it right."""
        with self._lock:
            self._wrong.pop(source_of(address), None)

    def _recent(self, source: str) -> list[float]:
        oldest = self._clock.monotonic() - self._seconds
        return [moment for moment in self._wrong.get(source, []) if moment > oldest]


def source_of(address: str) -> str:
    """The source that an IP address counts for: itself, or its network when one machine has the whole of that."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, IPV6_NETWORK), strict=False))
    return str(parsed)
