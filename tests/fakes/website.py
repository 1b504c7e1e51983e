"""A site that takes news, on this machine but not on its loopback."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address

import ifaddr
import pytest


class Site(http.server.ThreadingHTTPServer):
    """Answers with ``statuses``, one after the other, and then with 200, or with ``otherwise``."""

    def __init__(self, address: str) -> None:
        self.seen: list[tuple[str, dict[str, str], dict[str, object]]] = []
        self.statuses: list[int] = []
        self.otherwise = 200
        super().__init__((address, 0), _Handler)

    @property
    def bodies(self) -> list[dict[str, object]]:
        return [body for _path, _headers, body in self.seen]


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Site

    def do_POST(self) -> None:
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.seen.append((self.path, dict(self.headers), json.loads(body)))
        self.send_response(server.statuses.pop(0) if server.statuses else server.otherwise)
        self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


def outer_address() -> str:
    """An address of this machine that is neither loopback nor link-local: stands for another machine's here."""
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            if isinstance(ip.ip, str) and not (ip_address(ip.ip).is_loopback or ip_address(ip.ip).is_link_local):
                return ip.ip
    return pytest.skip("this machine is in no network")


@contextmanager
def website() -> Iterator[Site]:
    server = Site(outer_address())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
