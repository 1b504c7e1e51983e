"""F30: whoever pretends to be a member is refused, and a person is told once. Over real TLS listeners."""

import pytest

from tests.fakes.nodes import Node, eventually, join
from tests.fakes.patience import HANG_SECONDS
from tests.fakes.wire import send
from zordon_app.client.errors import Unreachable, WrongCertificate
from zordon_app.peers.discovery.nearby import NearbyMachine
from zordon_app.peers.identity.keys import Identity
from zordon_app.peers.links.link import PeerLink
from zordon_app.peers.links.sessions import login_message

pytestmark = pytest.mark.fault(30, "a device pretends to be a member, or uses what it overheard")


def challenge(node: Node, device: str, **options: str) -> str:
    return send(node.address, "POST", "/api/peer/challenge", {"device": device}, **options).json["nonce"]


def answer(node: Node, identity: Identity, nonce: str, *, server: str = "", fingerprint: str = "", **options: str):
    message = login_message(
        nonce,
        client=identity.id,
        server=server or node.id,
        fingerprint=fingerprint or node.identity.fingerprint,
    )
    ask = {"device": identity.id, "nonce": nonce, "signature": identity.sign(message)}
    return send(node.address, "POST", "/api/peer/session", ask, **options)


def sign_in(node: Node, identity: Identity, **options: str) -> str:
    reply = answer(node, identity, challenge(node, identity.id, **options), **options)
    assert reply.status == 200, reply.text
    return reply.json["token"]


@pytest.fixture
def farm(start) -> tuple[Node, Node]:
    anna, bert = start("anna", "bert")
    join(bert, anna)
    return anna, bert


def test_a_clone_that_announces_a_members_id_is_never_talked_to_and_shown_once(start, farm):
    anna, bert = farm
    (mallory,) = start("mallory")
    bert.stop()
    eventually(lambda: not anna.sees(bert))
    clone = NearbyMachine(id=bert.id, name="bert", addresses=(mallory.address,), farm="x")
    anna.peers.nearby.put("mdns:clone", clone)

    notices = eventually(lambda: anna.view.notices)
    with pytest.raises(WrongCertificate):
        anna.peers.directory.get(bert.id).link.request("GET", "/api/status")

    assert len(notices) == 1
    assert mallory.address in notices[0].text
    assert not anna.sees(bert)
    assert anna.member(bert).fingerprint == bert.identity.fingerprint, "no silent new pin"
    assert len(anna.view.notices) == 1, "told once"


def test_a_member_is_found_again_past_its_clone(start, farm, tmp_path):
    anna, bert = farm
    (mallory,) = start("mallory")
    bert.stop()
    eventually(lambda: not anna.sees(bert))
    anna.peers.nearby.put("mdns:clone", NearbyMachine(id=bert.id, name="bert", addresses=(mallory.address,), farm="x"))

    (again,) = start("bert")

    eventually(lambda: anna.sees(again))
    assert anna.member(again).address == again.address


def test_a_listener_with_the_right_certificate_address_but_another_key_gets_not_one_byte_of_the_request(start, farm):
    anna, bert = farm
    (mallory,) = start("mallory")
    heard: list[str] = []
    inner = mallory.server._server.wsgi_app
    mallory.server._server.wsgi_app = lambda environ, start_response: (
        heard.append(environ["PATH_INFO"]) or inner(environ, start_response)
    )
    said = anna.peers.members.present[bert.id]
    link = PeerLink(anna.identity, said, addresses=lambda: [mallory.address])

    with pytest.raises(WrongCertificate):
        link.request("POST", "/api/add_job", json={"name": "secret"})

    assert heard == []


def test_a_relayed_challenge_is_worth_nothing(start, farm):
    """Mallory, a member itself, passes anna's challenge on to bert and brings bert's answer back."""
    anna, bert = farm
    (mallory,) = start("mallory")
    join(mallory, anna)
    nonce = challenge(anna, bert.id)

    # What bert signs when mallory asks it with that nonce: it names the machine that bert is connected to.
    relayed = answer(anna, bert.identity, nonce, server=mallory.id, fingerprint=mallory.identity.fingerprint)

    assert relayed.status == 401
    assert "token" not in relayed.text.split("{")[-1]


@pytest.mark.parametrize("changed", ["server", "fingerprint"])
def test_an_answer_that_names_another_machine_or_certificate_is_refused(farm, changed):
    anna, bert = farm
    wrong = {changed: bert.id if changed == "server" else bert.identity.fingerprint}

    assert answer(anna, bert.identity, challenge(anna, bert.id), **wrong).status == 401


def test_a_replayed_answer_is_refused(farm):
    anna, bert = farm
    nonce = challenge(anna, bert.id)

    assert answer(anna, bert.identity, nonce).status == 200
    assert answer(anna, bert.identity, nonce).status == 401


def test_an_answer_to_the_challenge_of_another_device_or_place_is_refused(start, farm):
    anna, bert = farm
    (carl,) = start("carl")
    join(carl, anna)

    assert answer(anna, bert.identity, challenge(anna, carl.id)).status == 401
    assert answer(anna, bert.identity, challenge(anna, bert.id), source="127.0.0.2").status == 401


def test_a_stranger_with_a_key_of_its_own_gets_no_session(farm, identities):
    anna, _ = farm
    stranger = identities[0]

    assert answer(anna, stranger, challenge(anna, stranger.id)).status == 401


def test_a_session_ends_the_moment_its_device_is_removed(farm):
    anna, bert = farm
    token = sign_in(anna, bert.identity)
    assert send(anna.address, "GET", "/api/status", token=token).status == 200

    anna.peers.desk.revoke(bert.id)

    assert send(anna.address, "GET", "/api/status", token=token).status == 401
    again = answer(anna, bert.identity, challenge(anna, bert.id))
    assert again.json["token"] == "", "a removed device learns that it was removed, and gets nothing"
    assert again.json["removed"]["kind"] == "gone"


def test_an_old_session_stays_dead_when_its_device_is_admitted_anew(farm):
    anna, bert = farm
    token = sign_in(anna, bert.identity)
    anna.peers.desk.revoke(bert.id)
    eventually(lambda: len(bert.view.members) == 1)

    join(bert, anna)

    assert send(anna.address, "GET", "/api/status", token=token).status == 401


def test_a_stolen_token_is_of_no_use_from_another_machine(farm):
    anna, bert = farm
    token = sign_in(anna, bert.identity)

    assert send(anna.address, "GET", "/api/status", token=token).status == 200
    assert send(anna.address, "GET", "/api/status", token=token, source="127.0.0.2").status == 401


def test_a_token_of_one_node_is_of_no_use_at_another(farm):
    anna, bert = farm

    assert send(bert.address, "GET", "/api/status", token=sign_in(anna, bert.identity)).status == 401


def test_a_token_that_ran_out_is_refused_and_the_link_signs_in_again_by_itself(farm):
    anna, bert = farm
    link = bert.peers.directory.get(anna.id).link
    assert link.request("GET", "/api/status").status == 200

    anna.peers.sessions.end_all_but([])

    assert link.request("GET", "/api/status").status == 200


def test_a_member_whose_address_is_gone_is_unreachable_not_somebody_else(farm):
    anna, bert = farm
    bert.stop()

    with pytest.raises(Unreachable):
        anna.peers.directory.get(bert.id).link.request("GET", "/api/status")


def test_plain_http_and_old_tls_are_not_spoken_on_the_lan_listener(farm):
    import ssl

    from tests.fakes.wire import trusting_context

    anna, _ = farm
    with pytest.raises((OSError, ConnectionError)):
        send(anna.address, "GET", "/api/heartbeat", tls=False)
    host, _, port = anna.address.rpartition(":")
    old = trusting_context()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    import socket

    with socket.create_connection((host, int(port)), timeout=HANG_SECONDS) as plain, pytest.raises(ssl.SSLError):
        old.wrap_socket(plain, server_hostname=host)
