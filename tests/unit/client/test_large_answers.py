"""An answer costs its reader a bounded amount of memory, whatever is sent (outside.md, 8)."""

import gzip
import json

import pytest

from tests.fakes.scripted_server import ScriptedServer, answer
from zordon_app.client.address import parse_address
from zordon_app.client.errors import BadAnswer
from zordon_app.client.transport import MIB, Transport, json_of


@pytest.fixture
def asked():
    """The answer to a GET of a server that sends ``sent``."""

    def ask(sent: bytes, most: int = MIB):
        with ScriptedServer(lambda _: sent) as server:
            transport = Transport(parse_address(server.url), most_bytes=most)
            try:
                return transport.send("GET", "/api/peer/hello")
            finally:
                transport.close()

    return ask


def chunked(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return head + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize("sent", [answer(b"x" * (MIB + 1)), chunked(b"x" * (MIB + 1))], ids=["announced", "chunked"])
def test_an_answer_that_is_too_large_is_not_read_to_its_end(asked, sent):
    with pytest.raises(BadAnswer, match="more than 1 MiB"):
        asked(sent)


def test_an_announced_length_is_enough_to_refuse(asked):
    with pytest.raises(BadAnswer, match="more than 1 MiB"):
        asked(answer(b"", length=10**12))


def test_what_comes_packed_is_not_unpacked(asked):
    packed = gzip.compress(json.dumps({"name": "x" * 50 * MIB}).encode())

    given = asked(answer(packed, Content_Encoding="gzip"))

    assert given.data == packed
    with pytest.raises(BadAnswer):
        json_of(given)


@pytest.mark.parametrize("body", [b"", b"{}", b"x" * MIB], ids=["empty", "small", "the most"])
def test_what_is_small_enough_comes_whole(asked, body):
    assert asked(answer(body)).data == body
    assert asked(chunked(body)).data == body if body else True
