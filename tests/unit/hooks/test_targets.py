import socket
import threading

import pytest

from zordon_app.errors import BadRequest
from zordon_app.hooks.targets import find_target
from zordon_app.hooks.webhook import NotDelivered, Webhook
from zordon_app.peers.discovery.network import own_addresses

HOME = "192.168.7.20"
FORBIDDEN = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://0.0.0.0/",
    "http://0.1.2.3/",
    "http://[::1]/",
    "http://[::]/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://0x7f000001/",
    "http://localhost/",
    "http://169.254.169.254/latest/meta-data",
    "http://100.100.100.200/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://224.0.0.1/",
    f"http://{HOME}/",
    f"http://[::ffff:{HOME}]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "https://127.0.0.1:8586/api/jobs",
]
NO_ADDRESS = [
    "",
    "ftp://example.org/",
    "file:///etc/passwd",
    "//example.org",
    "http://",
    "http://user:secret@example.org/",
    "http://token@example.org/",
    "http://example.org:99999/",
    "http://example.org/\r\nHost: evil",
    "gopher://127.0.0.1/",
    f"http://{'a' * 70}.example/",
    "http://.example.org/",
    "http://a..b/",
    "http://a\u2028b/",
]


@pytest.mark.parametrize("url", FORBIDDEN)
def test_addresses_of_this_machine_and_its_link_are_refused(url):
    with pytest.raises(BadRequest, match="this machine"):
        find_target(url, [HOME])


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_what_is_no_plain_web_address_is_refused(url):
    with pytest.raises(BadRequest):
        find_target(url, [HOME])


def test_a_name_is_resolved_once_and_its_address_is_the_one_that_counts():
    answers = iter([["192.168.7.21"], ["127.0.0.1"]])

    target = find_target("http://chat.studio:8065/hooks/x?y=1", [HOME], lambda _host, _port: next(answers))

    assert (target.ip, target.port, target.path, target.host_header) == (
        "192.168.7.21",
        8065,
        "/hooks/x?y=1",
        "chat.studio:8065",
    )
    assert next(answers) == ["127.0.0.1"], "it was not asked again"


def test_a_name_in_any_script_goes_over_the_wire_as_name_servers_have_it():
    target = find_target("http://日本.example:8065/", [HOME], lambda _host, _port: ["192.168.7.21"])

    assert target.host_header == "xn--wgv71a.example:8065"


def test_one_forbidden_address_among_others_refuses_the_name():
    with pytest.raises(BadRequest, match=r"evil\.example is this machine"):
        find_target("http://evil.example/", [HOME], lambda _host, _port: ["93.184.216.34", "127.0.0.1"])


@pytest.fixture
def canary():
    """A listener on every address of this machine, and the connections that it saw."""
    seen: list[object] = []
    with socket.create_server(("", 0)) as listener:
        listener.settimeout(0.1)
        stop = threading.Event()

        def accept():
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                seen.append(connection.getpeername())
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1], seen
        stop.set()
        thread.join()


def test_a_canary_on_this_machine_sees_no_connection(canary, news):
    port, seen = canary
    webhook = Webhook(own_addresses, threading.Event(), scale=0.0)
    own = [f"[{text}]" if ":" in text else text for text in own_addresses()]
    for host in ["127.0.0.1", "0.0.0.0", "[::1]", "2130706433", "0177.0.0.1", "localhost", *own]:
        with pytest.raises((BadRequest, NotDelivered)):
            webhook.tell(f"http://{host}:{port}/", news)
    assert seen == []


def test_a_name_that_leads_home_at_the_second_try_is_not_called_there(canary, news):
    port, seen = canary
    answers = iter([OSError("no name server"), ["127.0.0.1"]])

    def resolve(_host, _port):
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    with pytest.raises(BadRequest, match="this machine"):
        Webhook(list, threading.Event(), resolve=resolve, scale=0.0).tell(f"http://chat.studio:{port}/", news)
    assert next(answers, None) is None
    assert seen == []


def test_a_canary_would_have_seen_one(canary):
    port, seen = canary
    with socket.create_connection(("127.0.0.1", port)) as connection:
        assert connection.recv(1) == b""
    assert len(seen) == 1
