"""Looking at addresses that a person wrote down, for networks without multicast."""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from zordon_app.client.address import Address, parse_address
from zordon_app.client.errors import BadAnswer, ServerError
from zordon_app.client.transport import Transport, shown_fingerprint
from zordon_app.domain.peering import Hello
from zordon_app.guard import Guard
from zordon_app.peers.discovery.nearby import NearbyMachine, NearbyMachines
from zordon_app.peers.discovery.network import join_address
from zordon_app.peers.interfaces import Clock
from zordon_app.peers.links.link import read_answer

SOURCE = "manual:"
HELLO_SECONDS = 4.0

log = logging.getLogger(__name__)


class AddressProbe:
    """Turns addresses into nearby machines. ``run_once`` is called by one thread, again and again."""

    def __init__(
        self,
        nearby: NearbyMachines,
        addresses: Callable[[], Iterable[str]],
        executor: ThreadPoolExecutor,
        clock: Clock,
        *,
        seconds: float,
        guard: Guard | None = None,
    ) -> None:
        """Each address is looked at every ``seconds``."""
        self._nearby = nearby
        self._addresses = addresses
        self._executor = executor
        self._clock = clock
        self._seconds = seconds
        self._guard = guard or Guard()
        self._lock = threading.Lock()
        self._looked: dict[str, float] = {}
        self._in_flight: set[str] = set()

    def run_once(self) -> None:
        """Look at those whose time has come."""
        wanted = set(self._addresses())
        with self._lock:
            for text in [text for text in self._looked if text not in wanted]:
                del self._looked[text]
                self._nearby.drop(SOURCE + text)
        for text in wanted:
            if self._begin(text):
                self._executor.submit(self._look, text)

    def _begin(self, text: str) -> bool:
        now = self._clock.monotonic()
        with self._lock:
            looked = self._looked.get(text)
            if text in self._in_flight or (looked is not None and now - looked < self._seconds):
                return False
            self._looked[text] = now
            self._in_flight.add(text)
            return True

    def _look(self, text: str) -> None:
        try:
            with self._guard.item("Looking at addresses", text):
                self._look_at(text)
        finally:
            with self._lock:
                self._in_flight.discard(text)

    def _look_at(self, text: str) -> None:
        try:
            self._nearby.put(SOURCE + text, ask_hello(text))
        except ServerError as error:
            log.debug("Nothing at %s: %s", text, error)
            self._nearby.drop(SOURCE + text)


def ask_hello(text: str) -> NearbyMachine:
    """What answers at ``text``; nothing of it is proven.

    Raises:
        ServerError: nothing that is a Zordon.
    """
    address = parse_address(f"https://{text}")
    hello = _hello(address)
    return NearbyMachine(
        id=hello.id,
        name=address.host,
        addresses=(join_address(address.host, address.port),),
        farm=hello.farm,
        members=hello.members,
        open=hello.open,
    )


def _hello(address: Address) -> Hello:
    seen = shown_fingerprint(address)
    if not seen:
        raise BadAnswer("Nothing speaks TLS there.")
    transport = Transport(address, fingerprint=seen)
    try:
        return read_answer(
            transport.send("GET", "/api/peer/hello", read_seconds=HELLO_SECONDS, repeatable=False), Hello
        )
    finally:
        transport.close()
