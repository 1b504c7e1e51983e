"""Strangers crowd the listener for other machines: half handshakes, silence, heads that drip (F40)."""

import contextlib
import itertools
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from tests.fakes.api import Api
from tests.fakes.patience import HANG_SECONDS
from tests.faults.alone import Alone

CROWD = 400
"""Far more than may be at the doorway."""
BEATS = 20

CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CONTEXT.check_hostname, CONTEXT.verify_mode = False, ssl.CERT_NONE
STRANGER, MEMBER = "127.0.0.3", "127.0.0.2"

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere loopback has one address only"),
]


@pytest.fixture(scope="module")
def node(make_alone_for_all: Callable[..., Alone]) -> Alone:
    return make_alone_for_all(arguments=("--port", "0", "--no-discovery")).start()


@pytest.fixture(scope="module")
def port(node: Alone) -> int:
    """Where other machines reach it."""
    return int(urlsplit(node.api.get("/api/farm").json["urls"][0]).port or 0)


def plain(port: int, source: str = STRANGER) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=HANG_SECONDS, source_address=(source, 0))


def secure(port: int, source: str = STRANGER) -> ssl.SSLSocket:
    return CONTEXT.wrap_socket(plain(port, source))


def silent(port: int) -> socket.socket:
    return plain(port)


def half_a_handshake(port: int) -> socket.socket:
    """The first bytes of a ClientHello that says it is longer."""
    made = plain(port)
    made.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    return made


def silent_after_its_handshake(port: int) -> socket.socket:
    return secure(port)


def dripping(port: int) -> socket.socket:
    made = secure(port)
    made.sendall(b"GET /api/heartbeat HTTP/1.1\r\n")
    return made


TEN = itertools.cycle(f"127.0.1.{place}" for place in range(1, 11))


def knocking_slowly(port: int) -> socket.socket:
    """A body of a route that is open to all, that never comes; from ten addresses."""
    made = secure(port, next(TEN))
    head = f"POST /api/peer/challenge HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 60000\r\n\r\n"
    made.sendall(head.encode() + b"{")
    return made


def pouring(port: int) -> socket.socket:
    """A stranger's upload of 10 GB that says no length, and stalls."""
    made = secure(port)
    head = f"POST /api/add_job HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nTransfer-Encoding: chunked\r\n\r\n"
    made.sendall(head.encode() + b"10000\r\n" + bytes(4096))
    return made


@contextlib.contextmanager
def crowd(port: int, arrive: Callable[[int], socket.socket]) -> Iterator[None]:
    """``CROWD`` connections that each say a byte now and then; one that is cut comes again."""
    stop, full = threading.Event(), threading.Event()

    def crowd_in() -> None:
        there: list[socket.socket] = []
        while not stop.is_set():
            while len(there) < CROWD and not stop.is_set():
                with contextlib.suppress(OSError):
                    there.append(arrive(port))
            full.set()
            there = [one for one in there if says_a_byte(one)]
            stop.wait(0.02)
        for one in there:
            one.close()

    thread = threading.Thread(target=crowd_in)
    thread.start()
    try:
        assert full.wait(HANG_SECONDS), "the crowd never got in"
        yield
    finally:
        stop.set()
        thread.join()


def says_a_byte(connection: socket.socket) -> bool:
    try:
        connection.sendall(b"a")
    except OSError:
        connection.close()
        return False
    return True


def beat(port: int) -> None:
    """A new connection has its answer, as another machine's first heartbeat."""
    with secure(port, MEMBER) as asked:
        asked.sendall(f"GET /api/heartbeat HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        assert asked.recv(12) == b"HTTP/1.1 200"


def knock(port: int) -> None:
    """A small body from another address is read and understood: here as no challenge."""
    with secure(port, MEMBER) as asked:
        head = f"POST /api/peer/challenge HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        asked.sendall(f"{head}Content-Length: 2\r\n\r\n{{}}".encode())
        assert asked.recv(12) == b"HTTP/1.1 400"


@pytest.mark.fault(40, "strangers crowd in with hundreds of connections that never finish")
@pytest.mark.parametrize(
    "arrive", [silent, half_a_handshake, silent_after_its_handshake, dripping, pouring, knocking_slowly]
)
def test_f40_a_crowd_of_strangers_keeps_no_machine_and_no_person_waiting(
    node: Alone, port: int, arrive: Callable[[int], socket.socket]
) -> None:
    person = Api(node.api.address, timeout=HANG_SECONDS)
    with contextlib.closing(person), crowd(port, arrive):
        for _ in range(BEATS):
            beat(port)
            knock(port)
            assert person.get("/api/jobs").status == 200
