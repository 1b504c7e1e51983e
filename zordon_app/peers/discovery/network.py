"""This machine's own names and addresses, asked from the system at most every few seconds."""

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable

from zordon_app.peers.interfaces import Clock

FRESH_SECONDS = 5.0


class Network:
    """Names and addresses under which other machines may reach this one."""

    def __init__(
        self,
        clock: Clock,
        *,
        extra_names: Callable[[], Iterable[str]] = tuple,
        list_addresses: Callable[[], list[str]] | None = None,
    ) -> None:
        """``extra_names`` are those that the user added; ``list_addresses`` stands in for the system (tests)."""
        self._clock = clock
        self._extra_names = extra_names
        self._list_addresses = list_addresses or own_addresses
        self._lock = threading.Lock()
        self._asked: float | None = None
        self._addresses: list[str] = []

    @property
    def addresses(self) -> list[str]:
        """All IP addresses of this machine, the loopback ones too."""
        with self._lock:
            now = self._clock.monotonic()
            if self._asked is None or now - self._asked >= FRESH_SECONDS:
                self._addresses, self._asked = self._list_addresses(), now
            return list(self._addresses)

    @property
    def reachable(self) -> list[str]:
        """Those that other machines could use, IPv4 first; link-local IPv6 needs a zone and is left to mDNS."""
        found = [text for text in self.addresses if _is_reachable(text)]
        return sorted(found, key=lambda text: ":" in text)

    def host_names(self) -> set[str]:
        """All that may stand in ``Host`` on the LAN listener, without the port; IPv6 in brackets."""
        name = socket.gethostname().lower()
        names = {"localhost", name, f"{name.removesuffix('.local')}.local", *self.extra_hosts()}
        return names | {f"[{text}]" if ":" in text else text for text in self.addresses}

    def extra_hosts(self) -> set[str]:
        """What may stand in ``Host`` as it is, with a port or without: a proxy in front of us has its own."""
        return {text.lower() for text in self._extra_names()}

    def urls(self, port: int) -> list[str]:
        """Where a browser on another machine finds this one."""
        name = socket.gethostname().lower().removesuffix(".local")
        return [f"https://{name}.local:{port}", *(f"https://{join_address(text, port)}" for text in self.reachable)]


def own_addresses() -> list[str]:
    """The IP addresses of all interfaces, without zones."""
    import ifaddr

    found = [ip.ip if isinstance(ip.ip, str) else ip.ip[0] for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    return sorted({text.partition("%")[0] for text in found})


def join_address(host: str, port: int) -> str:
    """``host:port``; IPv6 in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def plain_address(text: str) -> str:
    """An IPv4 address that a dual-stack listener shows inside IPv6, as IPv4; others as they are."""
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return text
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped) if mapped is not None else text


def _is_reachable(text: str) -> bool:
    address = ipaddress.ip_address(text)
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)
