"""Finding machines on the local network by multicast DNS, and being found. Callbacks only fill a queue."""

import logging
import queue
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from zordon_app.guard import Guard
from zordon_app.peers.discovery.nearby import NearbyMachine, NearbyMachines
from zordon_app.peers.discovery.network import join_address
from zordon_app.peers.interfaces import Clock

if TYPE_CHECKING:
    from zeroconf import ServiceBrowser, ServiceInfo, Zeroconf

LOOP = "Looking for machines"
SERVICE = "_zordon._tcp.local."
PROTOCOL = "1"
RESOLVE_MS = 2000
RETRY_SECONDS = 30.0
MAX_QUEUE = 10_000
MAX_NAME_BYTES = 200
"""A TXT entry holds 255 bytes, key included."""
SOURCE = "mdns:"

log = logging.getLogger(__name__)


class Announcement(Struct, frozen=True, kw_only=True):
    """What this machine tells the network about itself; ``farm`` is a hash, ``boot`` differs after each start."""

    id: str
    name: str
    port: int
    farm: str
    members: int
    open: bool
    boot: str
    addresses: tuple[str, ...]


class Discovery:
    """Announces and browses. ``run_once`` is called by one thread, again and again; ``close`` after it has ended."""

    def __init__(
        self,
        nearby: NearbyMachines,
        announce: Callable[[], Announcement],
        clock: Clock,
        *,
        interfaces: list[str] | None = None,
        guard: Guard | None = None,
    ) -> None:
        """``announce`` gives what to tell now; ``interfaces`` are addresses to use, all if left out."""
        self._nearby = nearby
        self._announce = announce
        self._clock = clock
        self._interfaces = interfaces
        self._guard = guard or Guard()
        # Makes the name of each announcer its own. A copied data folder has the same id, and who asks whether a name is
        # free may miss the answer on a busy machine; two of one name would also give each other their addresses.
        self._mark = secrets.token_hex(4)
        self._events: queue.Queue[tuple[str, bool]] = queue.Queue(MAX_QUEUE)
        self._zeroconf: Zeroconf | None = None
        self._browser: ServiceBrowser | None = None
        self._told: Announcement | None = None
        self._info: ServiceInfo | None = None
        self._not_before: float | None = None

    def run_once(self, wait: float) -> None:
        """Tell what changed about this machine, then take in what others told, waiting at most ``wait`` seconds."""
        if self._zeroconf is None and not self._open():
            self._next_event(wait)
            return
        with self._guard.item(LOOP, "announcing this machine"):
            self._tell(self._announce())
        event = self._next_event(wait)
        while event is not None:
            with self._guard.item(LOOP, "a machine that announced itself", key=event[0]):
                self._take(*event)
            event = self._next_event(0)

    @property
    def is_looking(self) -> bool:
        """Whether the network lets it look."""
        return self._browser is not None

    def close(self) -> None:
        """Say goodbye and stop."""
        if self._browser is not None:
            self._browser.cancel()
        if self._zeroconf is not None:
            self._zeroconf.close()
        self._zeroconf = self._browser = self._told = self._info = None
        self._nearby.clear(SOURCE)

    def _open(self) -> bool:
        from zeroconf import InterfaceChoice, IPVersion, ServiceBrowser, Zeroconf

        if self._not_before is not None and self._clock.monotonic() < self._not_before:
            return False
        interfaces = self._interfaces or InterfaceChoice.All
        for version in (IPVersion.All, IPVersion.V4Only):
            try:
                self._zeroconf = Zeroconf(interfaces=interfaces, ip_version=version, use_asyncio=False)
                self._browser = ServiceBrowser(self._zeroconf, SERVICE, handlers=[self._note])
            except OSError as error:
                log.info("Multicast DNS with %s does not work here: %s", version.name, error)
            else:
                return True
        self._not_before = self._clock.monotonic() + RETRY_SECONDS
        return False

    def _note(self, *, name: str, state_change: Any, **_others: Any) -> None:
        """Called by zeroconf's thread, which must not wait."""
        try:
            self._events.put_nowait((name, state_change.name != "Removed"))
        except queue.Full:
            log.warning("Too many announcements at once; some are left out")

    def _next_event(self, wait: float) -> tuple[str, bool] | None:
        try:
            return self._events.get(timeout=wait) if wait else self._events.get_nowait()
        except queue.Empty:
            return None

    def _tell(self, now: Announcement) -> None:
        from zeroconf import Error

        if now == self._told or self._zeroconf is None:
            return
        moved = self._told is not None and self._told.addresses != now.addresses
        try:
            if moved:
                self._zeroconf.update_interfaces()
            self._register(self._zeroconf, now)
        except (Error, OSError) as error:
            log.warning("This machine could not be announced: %r", error)
        self._told = now

    def _register(self, zeroconf: "Zeroconf", now: Announcement) -> None:
        info = _service_info(now, f"zordon-{now.id}-{self._mark}")
        if self._info is None:
            self._info = info
            zeroconf.register_service(info)
        else:
            zeroconf.update_service(info)
            self._info = info

    def _take(self, name: str, is_there: bool) -> None:  # noqa: FBT001 - the two parts of an event
        if not is_there:
            self._nearby.drop(SOURCE + name)
            return
        info = self._zeroconf.get_service_info(SERVICE, name, RESOLVE_MS) if self._zeroconf else None
        machine = (
            read_announcement(info.decoded_properties, info.parsed_scoped_addresses(), info.port or 0) if info else None
        )
        if machine is not None and machine.id != self._announce().id:
            self._nearby.put(SOURCE + name, machine)


def read_announcement(properties: Mapping[str, str | None], addresses: list[str], port: int) -> NearbyMachine | None:
    """The hint in an announcement; None when it is none of ours, or says nothing usable."""
    told = {key: value or "" for key, value in properties.items()}
    if told.get("proto") != PROTOCOL or not told.get("id") or not addresses or not 0 < port < 65_536:
        return None
    members = told.get("members", "")
    return NearbyMachine(
        id=told["id"][:40],
        name=told.get("name", "")[:100],
        addresses=tuple(join_address(address, port) for address in addresses),
        farm=told.get("farm", "")[:40],
        members=int(members) if members.isdecimal() and len(members) < 6 else 1,
        open=told.get("open") == "1",
        boot=told.get("boot", "")[:40],
    )


def _service_info(now: Announcement, host: str) -> "ServiceInfo":
    from zeroconf import ServiceInfo

    properties = {
        "id": now.id,
        "name": now.name.encode()[:MAX_NAME_BYTES].decode(errors="ignore"),
        "farm": now.farm,
        "proto": PROTOCOL,
        "members": str(now.members),
        "open": "1" if now.open else "0",
        "boot": now.boot,
    }
    return ServiceInfo(
        SERVICE,
        f"{host}.{SERVICE}",
        port=now.port,
        properties=properties,
        server=f"{host}.local.",
        parsed_addresses=list(now.addresses),
    )
