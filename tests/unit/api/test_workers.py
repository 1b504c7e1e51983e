import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest

from tests.fakes.patience import HANG_SECONDS
from zordon_app.api import server as listener
from zordon_app.api.server import HttpServer
from zordon_app.api.workers import FIRST

MOST = 30


class HeldLease:
    """An application whose answers wait until ``people`` are asking at once."""

    def __init__(self) -> None:
        self.people = threading.Barrier(1)

    def __call__(self, _environ: object, start_response: Callable[..., object]) -> list[bytes]:
        self.people.wait(timeout=HANG_SECONDS)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]


@pytest.fixture
def held() -> HeldLease:
    return HeldLease()


@pytest.fixture
def server(held: HeldLease, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    monkeypatch.setattr(listener, "THREADS", MOST)
    server = HttpServer(held, "127.0.0.1", 0)
    server.start()
    yield server
    server.stop()


def ask(server: HttpServer) -> bytes:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=HANG_SECONDS)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read()
    finally:
        connection.close()


def ask_at_once(server: HttpServer, held: HeldLease, people: int) -> list[bytes]:
    held.people = threading.Barrier(people)
    with ThreadPoolExecutor(people) as pool:
        return [future.result() for future in [pool.submit(ask, server) for _ in range(people)]]


def threads_of(server: HttpServer) -> int:
    return len(server._server.requests._threads)


def test_a_node_that_nobody_asks_has_few_threads(server, held):
    for _ in range(3 * FIRST):
        ask(server)

    assert threads_of(server) == FIRST


def test_as_many_as_ask_at_once_are_answered_at_once(server, held):
    assert ask_at_once(server, held, MOST) == [b"ok"] * MOST
    assert threads_of(server) == MOST


def test_those_who_come_when_all_threads_work_wait_for_one(server, held):
    for _ in range(2):
        ask_at_once(server, held, MOST)
    held.people = threading.Barrier(1)
    with ThreadPoolExecutor(2 * MOST) as pool:
        answers = [future.result() for future in [pool.submit(ask, server) for _ in range(2 * MOST)]]

    assert answers == [b"ok"] * 2 * MOST
    assert threads_of(server) == MOST
