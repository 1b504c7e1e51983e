"""Plain HTTPS to a node's LAN listener, as anyone on the network could send it: no pinning, any source address."""

import http.client
import json
import ssl
from typing import Any

from msgspec import to_builtins


class Reply:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send(
    address: str,
    method: str,
    path: str,
    body: object = None,
    *,
    source: str = "127.0.0.1",
    host: str = "",
    token: str = "",
    cookie: str = "",
    headers: dict[str, str] | None = None,
    tls: bool = True,
) -> Reply:
    """One request to ``address`` (host:port); ``body`` goes as JSON; ``host`` replaces the Host header."""
    name, _, port = address.rpartition(":")
    options: dict[str, Any] = {"timeout": 20, "source_address": (source, 0)}
    if tls:
        connection: Any = http.client.HTTPSConnection(name, int(port), context=trusting_context(), **options)
    else:
        connection = http.client.HTTPConnection(name, int(port), **options)
    sent = {"Host": host or address, **(headers or {})}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    if cookie:
        sent["Cookie"] = cookie
    data = None
    if body is not None:
        data = body if isinstance(body, bytes) else json.dumps(to_builtins(body)).encode()
        sent.setdefault("Content-Type", "application/json")
    try:
        connection.request(method, path, body=data, headers=sent)
        return Reply(connection.getresponse())
    finally:
        connection.close()


def trusting_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
