"""Telling this machine's own user from its other users: an address within the machine says only which machine."""

import hmac
import logging
import socket
from collections.abc import Callable, Collection

from zordon_app.api.errors import Environ
from zordon_app.api.socket_owner import find_owner, own_names

log = logging.getLogger(__name__)

CONNECTION_OWNER = "zordon.connection_owner"
"""The name of the user at the other end, in the WSGI environment; empty when nobody is known."""

BEARER = "Bearer "


class OwnUser:
    """Whether a request over loopback comes from the person whose Zordon this is, or from one that they let in."""

    def __init__(self, key: str = "", others: Callable[[], Collection[str]] = tuple) -> None:
        """``key`` lies in a file that only this user may read; ``others`` are the names of users who are let in."""
        self._key = key
        self._others = others
        self._own = own_names()

    def is_meant(self, environ: Environ) -> bool:
        """By the connection's owner, or by the key where the system does not tell owners.

        A program that speaks for others (a proxy) is never believed by its own name.
        """
        given = str(environ.get("HTTP_AUTHORIZATION", ""))
        if self._key and hmac.compare_digest(given.encode(), f"{BEARER}{self._key}".encode()):
            return True
        if any(name == "HTTP_FORWARDED" or name.startswith("HTTP_X_FORWARDED_") for name in environ):
            return False
        owner = str(environ.get(CONNECTION_OWNER, ""))
        return bool(owner) and (owner in self._own or owner in self._others())


def owner_of(connection: socket.socket) -> str:
    """The name of the user at the other end of a connection within this machine; empty when nobody is known."""
    try:
        client, server = connection.getpeername()[:2], connection.getsockname()[:2]
        return find_owner(client, server) or ""
    except OSError as error:
        log.info("Whose connection that was is not known: %s", error)
        return ""
