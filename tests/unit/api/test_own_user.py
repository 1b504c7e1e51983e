"""Other users of the machine reach what strangers reach (outside.md, 1)."""

import os
import socket
import sys

import pytest

from zordon_app.api.own_user import CONNECTION_OWNER, OwnUser
from zordon_app.api.socket_owner import _ask_kernel, _read_tables, find_owner, name_of, uid_on_linux

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's kernel")


@pytest.fixture(scope="module")
def connected():
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as client:
        server, _address = listener.accept()
        with server:
            yield client, server


@pytest.mark.parametrize("ask", [_ask_kernel, _read_tables], ids=["netlink", "table"])
def test_the_kernel_says_whose_socket_it_is(connected, ask):
    client, server = connected

    assert ask(client.getsockname(), server.getsockname()) == os.geteuid()


@pytest.mark.parametrize("ask", [_ask_kernel, _read_tables], ids=["netlink", "table"])
def test_a_program_that_speaks_ipv4_through_an_ipv6_socket_is_known_too(ask):
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_INET6) as client:
        client.connect(("::ffff:127.0.0.1", listener.getsockname()[1]))
        server, address = listener.accept()
        with server:
            assert ask(address, server.getsockname()) == os.geteuid()


@pytest.mark.parametrize("ask", [_ask_kernel, _read_tables], ids=["netlink", "table"])
def test_who_sends_and_closes_is_nobody_not_root(ask):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        client.sendall(b"POST /api/jobs/clear HTTP/1.1\r\n\r\n")
        ends = client.getsockname(), listener.getsockname()
        client.close()

        assert ask(*ends) is None


def test_a_socket_that_listens_is_nobodys_request():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nowhere = ("127.0.0.1", 1)

        assert uid_on_linux(nowhere, listener.getsockname()) is None
        assert find_owner(listener.getsockname(), nowhere) is None


def environ(owner: str, **headers: str) -> dict[str, str]:
    return {CONNECTION_OWNER: owner, **headers}


def test_this_user_and_root_are_meant_others_only_by_name_and_nobody_through_a_proxy():
    me = name_of(os.geteuid())
    own = OwnUser(key="k" * 43, others=lambda: ["mia"])

    assert own.is_meant(environ(me))
    assert own.is_meant(environ("root"))
    assert own.is_meant(environ("mia"))
    assert not own.is_meant(environ("ben"))
    assert not own.is_meant(environ(""))
    assert not own.is_meant({})
    assert not own.is_meant(environ(me, HTTP_FORWARDED="for=192.0.2.1"))
    assert not own.is_meant(environ(me, HTTP_X_FORWARDED_FOR="192.0.2.1"))
    assert own.is_meant(environ("ben", HTTP_AUTHORIZATION=f"Bearer {'k' * 43}"))
    assert not own.is_meant(environ("ben", HTTP_AUTHORIZATION="Bearer "))
    assert not OwnUser().is_meant(environ("ben", HTTP_AUTHORIZATION="Bearer "))
