"""F35 for projects: an address is no project, wherever it stands in a request, and nobody calls it."""

import socket

import pytest

from zordon_app.peers.discovery.network import own_addresses

HOSTS = ["127.0.0.1", "0.0.0.0", "[::1]", "2130706433", "0177.0.0.1", "localhost"]


@pytest.fixture
def canary():
    """A listener on every address of this machine; connections wait in its queue until they are looked for."""
    with socket.create_server(("", 0)) as listener:
        listener.setblocking(False)
        yield listener


def saw_somebody(listener: socket.socket) -> bool:
    try:
        connection, _ = listener.accept()
    except BlockingIOError:
        return False
    connection.close()
    return True


def places(port: int) -> list[str]:
    own = [f"[{text}]" if ":" in text else text for text in own_addresses()]
    return [f"{scheme}://{host}:{port}/film.mp4" for host in [*HOSTS, *own] for scheme in ("http", "tcp")]


def test_no_address_is_a_project_and_none_is_called(api, canary):
    port = canary.getsockname()[1]
    for place in places(port):
        for field in ("local_path", "output_path"):
            api.post("/api/add_job", {field: place}).refused(400)
        api.post("/api/probe", {"local_path": place}).refused(400)
        api.post("/api/add_job", {"local_path": "/tmp/" + place}).refused(400)
    assert not saw_somebody(canary)


def test_the_canary_sees_who_does_call(canary):
    socket.create_connection(("127.0.0.1", canary.getsockname()[1])).close()
    assert saw_somebody(canary)
