"""What discovery says about other machines. Anyone can say such things: a hint is a place to look, no proof."""

import threading
from collections.abc import Callable

from msgspec import Struct

from zordon_app.domain.peering import HintView
from zordon_app.peers.interfaces import Clock
from zordon_app.peers.membership.members import clean_name

MAX_MACHINES = 1000


class NearbyMachine(Struct, frozen=True, kw_only=True):
    """One machine: where it says to be (``host:port``, best first) and what it says of itself."""

    id: str
    name: str
    addresses: tuple[str, ...]
    farm: str
    """Hash of its farm id."""
    members: int = 1
    open: bool = False
    boot: str = ""


class NearbyMachines:
    """All hints by what they came from: the same device may be announced by several sources, true and false ones."""

    def __init__(self, clock: Clock, on_change: Callable[[], None] = lambda: None) -> None:
        """``on_change`` is called after each change, from the thread that made it."""
        self._clock = clock
        self._on_change = on_change
        self._lock = threading.Lock()
        self._by_source: dict[str, NearbyMachine] = {}

    def put(self, source: str, machine: NearbyMachine) -> None:
        """Remember what ``source`` says now: it replaces another that spoke of the same device at the same place."""
        with self._lock:
            changed = self._by_source.get(source) != machine
            for other, known in list(self._by_source.items()):
                if other != source and (known.id, known.addresses) == (machine.id, machine.addresses):
                    del self._by_source[other]
            if source not in self._by_source and len(self._by_source) >= MAX_MACHINES:
                return
            self._by_source[source] = machine
        if changed:
            self._on_change()

    def drop(self, source: str) -> None:
        """``source`` is gone."""
        with self._lock:
            changed = self._by_source.pop(source, None) is not None
        if changed:
            self._on_change()

    def clear(self, prefix: str) -> None:
        """Forget all sources whose name begins so."""
        with self._lock:
            self._by_source = {
                source: machine for source, machine in self._by_source.items() if not source.startswith(prefix)
            }

    def all(self) -> list[NearbyMachine]:
        """Every machine."""
        with self._lock:
            return list(self._by_source.values())

    def addresses_of(self, device: str) -> list[str]:
        """Where a device may be."""
        return [address for machine in self.all() if machine.id == device for address in machine.addresses]

    def views(self, without: set[str]) -> list[HintView]:
        """For the API: one line per device that is not in ``without``."""
        found: dict[str, HintView] = {}
        for machine in self.all():
            if machine.id not in without and machine.id not in found:
                found[machine.id] = HintView(
                    id=machine.id,
                    name=clean_name(machine.name),
                    address=machine.addresses[0] if machine.addresses else "",
                    farm=machine.farm,
                    open=machine.open,
                )
        return list(found.values())
