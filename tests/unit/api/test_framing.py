"""Odd framing of requests (outside.md 7, 13): a 400 with a sentence, the connection ends, and the log stays empty."""

import logging
import socket
import threading
import tracemalloc

import pytest
from cheroot.makefile import MakeFile

from tests.fakes.patience import HANG_SECONDS
from zordon_app.api.bodies import Bodies
from zordon_app.api.errors import ErrorBoundary
from zordon_app.api.framing import CHUNK_LINE, EXTENSION, BadFraming, ChunkedBody, Incoming
from zordon_app.api.places import Places
from zordon_app.api.server import HttpServer

MB = 1_000_000


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """A listener that answers with how many bytes came, and reads JSON under ``/json``."""
    bodies = Bodies(tmp_path_factory.mktemp("uploads"), Places(4, "Busy."))

    def answer(environ, start_response):
        if environ["PATH_INFO"] == "/json":
            said = str(len(bodies.fields(environ)))
        elif environ["PATH_INFO"] == "/unread":
            said = "unread"
        else:
            path = bodies.store(environ)
            said = str(path.stat().st_size)
        start_response("200 OK", [("Content-Length", str(len(said)))])
        return [said.encode()]

    server = HttpServer(ErrorBoundary(answer), "127.0.0.1", 0)
    server.start()
    yield server.port
    server.stop()


def raw(port, *pieces: bytes) -> bytes:
    """All that comes back until the server closes; what is sent after that is lost."""
    with socket.create_connection(("127.0.0.1", port), timeout=HANG_SECONDS) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:
            pass
        return b"".join(iter(lambda: connection.recv(65536), b""))


def post(*lines: str, path: str = "/", host: str = "Host: x") -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", host, *lines, "", ""]).encode()


CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    "data",
    [
        *[
            post(f"Content-Length: {length}") + b"abcde"
            for length in ("+5", " +5", "1_0", "-9", "5, 5", "5,6", "0x5", "5.0", "", "9" * 20)
        ],
        post("Content-Length: 5", "Content-Length: 5") + b"abcde",
        post("Content-Length: 5", "Content-Length: 6") + b"abcde",
        post("Content-Length: 5", CHUNKED) + b"0\r\n\r\n",
        post(CHUNKED, "Content-Length: 5") + b"0\r\n\r\n",
        post(CHUNKED, CHUNKED) + b"0\r\n\r\n",
        post("Transfer-Encoding: chunked, chunked") + b"0\r\n\r\n",
        post("Transfer-Encoding: \x0bchunked") + b"0\r\n\r\n",
        post("Content-Length: 5", host="Host: x\r\nHost: x") + b"abcde",
        post("Content-Length: 5", host="Host: x\r\nHost: y") + b"abcde",
        post("Content-Length : 5") + b"abcde",
        post("X-A: 1", " Content-Length: 5") + b"abcde",
        post("Content-Length: 5", "X A: 1") + b"abcde",
        post(CHUNKED).replace(b"HTTP/1.1", b"HTTP/1.0") + b"0\r\n\r\n",
        b"GET //[ HTTP/1.1\r\nHost: x\r\n\r\n",
        *[
            post(CHUNKED) + start + b"ab\r\n0\r\n\r\n"
            for start in (b"0x2\r\n", b"-1\r\n", b"+2\r\n", b"2_\r\n", b" 2\r\n", b"\r\n", b"2\n", b"g\r\n")
        ],
        post(CHUNKED) + b"f" * (CHUNK_LINE + 1) + b"\r\nab\r\n0\r\n\r\n",
        post(CHUNKED) + b"2;" + b"e" * (EXTENSION + 1) + b"\r\nab\r\n0\r\n\r\n",
        post(CHUNKED) + b"2\r\nabc\r\n0\r\n\r\n",
        post(CHUNKED) + b"2\r\nab\r\n0\r\n" + b"X-Trailer: 1\r\n" * 2000 + b"\r\n",
    ],
)
def test_odd_framing_is_a_400_that_closes_and_writes_nothing(port, caplog, data):
    with caplog.at_level(logging.INFO):
        answer = raw(port, data + b"GET /second HTTP/1.1\r\nHost: x\r\n\r\n")
    head, _, sentence = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 "), answer
    assert b" " in sentence.strip(), "a sentence"
    assert answer.count(b"HTTP/1.1 ") == 1, "no second request got through"
    assert caplog.records == []


@pytest.mark.parametrize(
    ("data", "bytes_"),
    [
        (post("Content-Length: 5") + b"abcde", 5),
        (post(CHUNKED) + b"2\r\nab\r\n3;name=value\r\ncde\r\n0\r\n\r\n", 5),
        (post("Transfer-Encoding: Chunked") + b"A\r\n0123456789\r\n000\r\nX-Trailer: 1\r\n\r\n", 10),
        (post(CHUNKED) + b"".join(b"1\r\na\r\n" for _ in range(5000)) + b"0\r\n\r\n", 5000),
    ],
)
def test_what_is_right_is_taken_and_the_connection_goes_on(port, data, bytes_):
    answer = raw(port, data + b"GET /unread HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 2, answer
    assert f"\r\n\r\n{bytes_}HTTP".encode() in answer


def test_what_nobody_read_of_a_body_in_chunks_is_no_request(port):
    hidden = b"GET /unread HTTP/1.1\r\nHost: x\r\n\r\n"
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(hidden), hidden)
    answer = raw(port, post(CHUNKED, path="/unread") + body + post("Connection: close", path="/unread"))
    assert answer.count(b"HTTP/1.1 200 ") == 2, answer


def test_one_that_sends_on_and_on_still_sees_why_it_was_refused(port):
    """No request is cut off without a status."""
    answer = raw(port, post("Content-Length: 5", "Content-Length: 5"), bytes(3 * MB))
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_chunk_of_any_size_is_held_in_pieces():
    ours, theirs = socket.socketpair()
    ours.settimeout(HANG_SECONDS)

    def send():
        theirs.sendall(b"10000000\r\n")
        for _ in range(512):
            theirs.sendall(bytes(64 * 1024))
        theirs.close()

    sender = threading.Thread(target=send)
    body = ChunkedBody(Incoming(ours, MakeFile(ours, "rb")))
    tracemalloc.start()
    sender.start()
    pieces = (len(body.read(128 * 1024)) for _ in range(256))
    assert sum(pieces) == 512 * 64 * 1024
    with pytest.raises(BadFraming):
        body.read(1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    sender.join(HANG_SECONDS)
    ours.close()
    assert peak < MB
