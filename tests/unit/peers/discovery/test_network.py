import socket

import pytest

from zordon_app.peers.discovery.network import Network, join_address, own_addresses, plain_address


def test_this_machines_own_addresses_are_found():
    found = own_addresses()

    assert "127.0.0.1" in found
    assert not any("%" in text for text in found)


def test_the_names_are_the_hosts_its_addresses_and_those_the_user_added(clock):
    network = Network(
        clock, extra_names=lambda: ["Farm.Example"], list_addresses=lambda: ["192.0.2.1", "2001:db8::1", "127.0.0.1"]
    )
    host = socket.gethostname().lower().removesuffix(".local")

    assert {host, f"{host}.local", "farm.example", "192.0.2.1", "[2001:db8::1]"} <= network.host_names()
    assert "evil.example" not in network.host_names()
    assert network.extra_hosts() == {"farm.example"}


def test_an_address_that_comes_or_goes_is_noticed_within_seconds(clock):
    addresses = ["192.0.2.1"]
    network = Network(clock, list_addresses=lambda: list(addresses))
    assert network.reachable == ["192.0.2.1"]
    addresses[:] = ["192.0.2.7"]

    assert network.reachable == ["192.0.2.1"], "the system is not asked at every request"
    clock.advance(5)
    assert network.reachable == ["192.0.2.7"]


def test_what_others_can_reach_is_no_loopback_and_no_link_local_and_ipv4_comes_first(clock):
    network = Network(
        clock, list_addresses=lambda: ["2001:db8::1", "::1", "127.0.0.1", "169.254.1.1", "fe80::1", "192.0.2.1"]
    )

    assert network.reachable == ["192.0.2.1", "2001:db8::1"]
    assert network.urls(8586)[1:] == ["https://192.0.2.1:8586", "https://[2001:db8::1]:8586"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [("::ffff:192.0.2.1", "192.0.2.1"), ("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::1"), ("x", "x")],
)
def test_ipv4_inside_ipv6_is_shown_as_ipv4(text, plain):
    assert plain_address(text) == plain


def test_an_address_with_its_port_can_be_read_back():
    assert join_address("192.0.2.1", 1) == "192.0.2.1:1"
    assert join_address("2001:db8::1", 1) == "[2001:db8::1]:1"
