"""Which addresses of the network a person's address may lead to: none of this machine's own (reliability.md, T7)."""

import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from msgspec import Struct

from zordon_app.domain.addresses import check_web_address
from zordon_app.errors import BadRequest

Resolve = Callable[[str, int], list[str]]
"""IP addresses of a host; raises OSError when there are none."""

_NAT64 = ip_network("64:ff9b::/96")


class Target(Struct, frozen=True):
    """Where to connect to, decided once: a name that is resolved again may lead elsewhere."""

    ip: str
    port: int
    host: str
    """As the address names it: for the Host header and the certificate."""
    is_secure: bool
    path: str

    @property
    def host_header(self) -> str:
        """``Host``, with the port where it is not the usual one."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.is_secure else 80) else f"{name}:{self.port}"


def resolve(host: str, port: int) -> list[str]:
    """Addresses as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def find_target(url: str, own: Iterable[str], resolve: Resolve = resolve) -> Target:
    """Where ``url`` leads, if it may; ``own`` are the IP addresses of this machine.

    A host that has one forbidden address among others is refused as a whole.

    Raises:
        BadRequest: it leads to this machine or its link, or is no web address.
        OSError: the host is not known.
    """
    parts = check_web_address(url)
    # As name servers, certificates and the Host header have it.
    host = (parts.hostname or "").encode("idna").decode()
    is_secure = parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    addresses = resolve(host, port)
    ours = {ip_address(text) for text in own}
    if any(_is_forbidden(ip_address(text), ours) for text in addresses):
        raise BadRequest(
            "{host} is this machine, or reaches only its own link; such addresses are not called.",
            code="address_inside",
            host=host,
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(ip=addresses[0], port=port, host=host, is_secure=is_secure, path=path)


def _is_forbidden(address: IPv4Address | IPv6Address, own: set[IPv4Address | IPv6Address]) -> bool:
    return any(_leads_home(one, own) for one in (address, *_embedded(address)))


def _leads_home(address: IPv4Address | IPv6Address, own: set[IPv4Address | IPv6Address]) -> bool:
    special = address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
    # "This network", 0.0.0.0/8: Linux connects such addresses to itself.
    return special or address in own or (address.version == 4 and address.packed[0] == 0) or str(address) in _METADATA


_METADATA = frozenset({"100.100.100.200", "fd00:ec2::254"})
"""Where clouds keep a machine's secrets, besides the link-local address that most use."""


def _embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        found.append(IPv4Address(address.packed[-4:]))
    return [one for one in found if one is not None]
