"""Bodies that come slowly (outside.md 6): those of strangers have few places, little room and ten seconds."""

import socket
import threading

import pytest
from cheroot.makefile import MakeFile

from tests.fakes.patience import HANG_SECONDS
from zordon_app.api.bodies import MOST_OF_A_STRANGER, Bodies
from zordon_app.api.errors import CALLER, TooSlow
from zordon_app.api.framing import Incoming, LengthBody
from zordon_app.api.places import Places, PlacesBySource
from zordon_app.domain.callers import Caller, Role
from zordon_app.errors import BadRequest, TooBusy, TooLarge

STRANGER, MEMBER = (Caller(local=False, address="192.0.2.1", role=role) for role in (Role.STRANGER, Role.PEER))


@pytest.fixture
def wire():
    ours, theirs = socket.socketpair()
    ours.settimeout(HANG_SECONDS)
    yield ours, theirs
    ours.close()
    theirs.close()


def environ(wire, caller, length, kind="application/json"):
    body = LengthBody(Incoming(wire[0], MakeFile(wire[0], "rb")), length)
    return {"CONTENT_LENGTH": str(length), "CONTENT_TYPE": kind, "wsgi.input": body, CALLER: caller}


def make(tmp_path, places=1):
    return Bodies(tmp_path / "uploads", Places(places, "Busy.", patience=0))


@pytest.mark.parametrize("caller", [STRANGER, MEMBER])
def test_a_small_body_needs_no_place_among_the_uploads(wire, tmp_path, caller):
    wire[1].sendall(b'{"a": 1}')
    assert make(tmp_path, places=0).fields(environ(wire, caller, 8)) == {"a": 1}


def test_a_large_one_of_somebody_known_does(wire, tmp_path):
    with pytest.raises(TooBusy):
        make(tmp_path, places=0).fields(environ(wire, MEMBER, 100_000))


def test_a_stranger_sends_no_more_than_64_kb_and_no_form(wire, tmp_path):
    with pytest.raises(TooLarge):
        make(tmp_path).fields(environ(wire, STRANGER, MOST_OF_A_STRANGER + 1))
    with pytest.raises(BadRequest):
        make(tmp_path).fields(environ(wire, STRANGER, 9, "multipart/form-data; boundary=x"))
    assert not (tmp_path / "uploads").exists()


@pytest.mark.parametrize("rate", [0.0, 1e6])
def test_a_body_that_drips_ends_with_its_time_however_often_a_byte_comes(wire, rate):
    body = LengthBody(Incoming(wire[0], MakeFile(wire[0], "rb")), 100_000)
    body.source.within(0.2, rate=rate)
    stop = threading.Event()

    def drip():
        while not stop.wait(0.01):
            wire[1].sendall(b"a")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        with pytest.raises(TimeoutError):
            body.read(100_000)
    finally:
        stop.set()
        dripping.join(HANG_SECONDS)


def test_a_stranger_whose_time_is_over_is_told_that_it_was_too_slow(wire, tmp_path, monkeypatch):
    monkeypatch.setattr("zordon_app.api.bodies.SECONDS_OF_A_SMALL_BODY", 0.05)
    with pytest.raises(TooSlow):
        make(tmp_path).fields(environ(wire, STRANGER, 8))


def test_one_source_has_two_places_and_takes_none_of_others():
    places = PlacesBySource(2, most=40, sentence="Busy.", patience=0)
    leave = [places.take("2001:db8::1"), places.take("2001:db8::2")]
    with pytest.raises(TooBusy):
        places.take("2001:db8::3")
    places.take("2001:db8:0:1::1")()
    leave[0]()
    places.take("2001:db8::3")


def test_all_sources_together_have_a_bound():
    places = PlacesBySource(2, most=3, sentence="Busy.", patience=0)
    for place in range(3):
        places.take(f"192.0.2.{place}")
    with pytest.raises(TooBusy):
        places.take("192.0.2.9")
