import ssl
from collections.abc import Callable

import pytest

from tests.fakes.nodes import Node
from zordon_app.client.address import parse_address
from zordon_app.client.transport import Transport


def test_a_pinned_machine_is_reached_without_the_authorities_of_the_system(
    start: Callable[..., list[Node]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Reading them takes longer than all else of a connection together.
    def refuse(*_: object) -> None:
        raise AssertionError("They decide nothing here.")

    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", refuse)
    [node] = start("atlas")
    transport = Transport(parse_address(f"https://{node.address}"), fingerprint=node.identity.fingerprint)
    assert transport.send("GET", "/api/peer/hello").status == 200
    transport.close()
