from contextlib import ExitStack
from http.client import HTTPConnection

import pytest

from tests.fakes.patience import HANG_SECONDS
from zordon_app.api.server import HttpServer

MEMBERS = 64


def answer(_environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def test_each_member_of_a_large_farm_keeps_its_connection() -> None:
    server = HttpServer(answer, "127.0.0.1", 0)
    server.start()
    with ExitStack() as stack:
        stack.callback(server.stop)
        connections = [HTTPConnection("127.0.0.1", server.port, timeout=HANG_SECONDS) for _ in range(MEMBERS)]
        for connection in [*connections, *connections]:
            stack.callback(connection.close)
            connection.request("GET", "/")
            response = connection.getresponse()
            assert response.read() == b"ok"
            assert not response.will_close


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_listener_need_not_look_whether_it_shall_stop(host) -> None:
    server = HttpServer(answer, host, 0)
    server._server.expiration_interval = 3600
    server.start()

    server.stop()
