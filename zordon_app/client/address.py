"""Where a Zordon is."""

import ipaddress
from urllib.parse import urlsplit

from msgspec import Struct

from zordon_app.client.errors import Unreachable

DEFAULT_PORT = 8585
"""Of the loopback listener; peers are asked at the next one."""


class Address(Struct, frozen=True):
    """Scheme, host (IPv6 without brackets) and port of a server."""

    scheme: str
    host: str
    port: int

    @property
    def is_local(self) -> bool:
        """Whether it is this machine's own listener, which takes paths of this machine; plain http is for that only."""
        return self.scheme == "http"

    @property
    def url(self) -> str:
        """The beginning of every URL of that server, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def parse_address(text: str) -> Address:
    """The address in ``text``: a URL, ``host:port`` or a host; another machine is asked over https.

    Raises:
        Unreachable: that is no address, or one that must not be asked in plain http.
    """
    scheme, found, rest = text.strip().rpartition("://")
    try:
        parts = urlsplit(f"//{rest}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _no_address(text) from None
    local = is_this_machine(host)
    scheme = scheme.lower() if found else ("http" if local else "https")
    if not host or scheme not in ("http", "https") or parts.path.strip("/") or parts.query or parts.username:
        raise _no_address(text)
    if scheme == "http" and not local:
        raise Unreachable(f"Other machines are asked over https only; write https://{host}:{port or DEFAULT_PORT + 1}.")
    return Address(scheme, host, port or (DEFAULT_PORT if scheme == "http" else DEFAULT_PORT + 1))


def is_this_machine(host: str) -> bool:
    """Whether ``host`` names the loopback interface."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _no_address(text: str) -> Unreachable:
    examples = f"http://127.0.0.1:{DEFAULT_PORT} or https://atlas.local:{DEFAULT_PORT + 1}"
    return Unreachable(f"{text[:100]!r} is not the address of a Zordon. Write it like {examples}.")
