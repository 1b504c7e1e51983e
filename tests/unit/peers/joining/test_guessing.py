"""F31: codes, tokens and digits cannot be guessed. Over a real TLS listener where a network is involved."""

import pytest

from tests.fakes.nodes import LOCAL
from tests.fakes.wire import send
from zordon_app.domain.peering import JoinAsk
from zordon_app.errors import Forbidden
from zordon_app.peers.browsers.codes import LENGTH, SignInCodes
from zordon_app.peers.identity.keys import new_nonce
from zordon_app.peers.joining.tokens import JoinTokens
from zordon_app.peers.wrong_tries import WrongTries, source_of

pytestmark = pytest.mark.fault(31, "codes, tokens and digits are guessed")


def try_code(node, code: str, source: str = "127.0.0.1"):
    return send(node.address, "POST", "/api/sign_in", {"code": code}, source=source)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**LENGTH:0{LENGTH}d}"


def test_a_browser_signs_in_with_the_code_and_may_then_look(start):
    (anna,) = start("anna")
    code = anna.peers.desk.make_code("view").code
    reply = try_code(anna, f"{code[:4]} {code[4:]}")

    assert (reply.status, reply.json) == (200, {"role": "view"})
    cookie = reply.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Secure", "Path=/", "__Host-"))
    assert send(anna.address, "GET", "/api/farm", cookie=cookie.partition(";")[0]).json["you"]["role"] == "view"


def test_a_code_is_good_once(start):
    (anna,) = start("anna")
    code = anna.peers.desk.make_code("control").code

    assert try_code(anna, code).status == 200
    assert try_code(anna, code).status == 403


def test_five_wrong_codes_close_the_code_wherever_they_come_from(start):
    (anna,) = start("anna")
    code = anna.peers.desk.make_code("control").code
    for number in range(5):
        assert try_code(anna, other_than(code), source=f"127.0.0.{10 + number}").status == 403

    assert try_code(anna, code, source="127.0.0.99").status == 403


def test_a_source_that_guessed_five_times_is_shut_out_even_of_the_next_code(start):
    (anna,) = start("anna")
    code = anna.peers.desk.make_code("view").code
    for _ in range(5):
        try_code(anna, other_than(code))
    fresh = anna.peers.desk.make_code("view").code

    assert "Too many" in try_code(anna, fresh).text
    assert try_code(anna, fresh, source="127.0.0.2").status == 200


def test_without_a_code_that_was_asked_for_no_code_works(start):
    (anna,) = start("anna")

    assert try_code(anna, "00000000").status == 403


def test_a_code_ends_after_ten_minutes(clock):
    codes = SignInCodes(clock)
    code = codes.make("view")
    clock.advance(600)

    with pytest.raises(Forbidden):
        codes.use(code.text, "192.0.2.9")


def test_a_new_code_makes_the_old_one_void(clock):
    codes = SignInCodes(clock)
    old, new = codes.make("view"), codes.make("control")

    with pytest.raises(Forbidden):
        codes.use(old.text, "192.0.2.9")
    assert codes.use(new.text, "192.0.2.9") == "control"


def test_wrong_join_tokens_shut_their_source_out(start):
    anna, bert = start("anna", "bert")
    token = anna.peers.desk.make_token()
    ask = JoinAsk(
        device=bert.identity.public_key,
        fingerprint=bert.identity.fingerprint,
        name="bert",
        commitment=new_nonce(),
        protocol_min=1,
        protocol_max=1,
        port=1234,
        secret="0" * 32,
    )
    replies = [send(anna.address, "POST", "/api/peer/join", ask) for _ in range(6)]

    assert [reply.status for reply in replies] == [403] * 6
    assert "not good" in replies[4].text
    assert "Too many" in replies[5].text
    assert token.token


def test_a_join_token_ends_after_its_time_and_with_its_use(clock):
    tokens = JoinTokens(clock, seconds=60)
    used, old = tokens.make(["h:1"], "0" * 64), tokens.make(["h:1"], "0" * 64)
    tokens.use(used.secret)
    clock.advance(61)

    for secret in (used.secret, old.secret, ""):
        with pytest.raises(Forbidden):
            tokens.use(secret)


def test_tries_are_forgotten_with_time_and_after_success(clock):
    tries = WrongTries(clock, limit=2, seconds=10)
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        tries.wrong(address)
    with pytest.raises(Forbidden):
        tries.check("192.0.2.1")
    tries.check("192.0.2.2")

    clock.advance(11)
    tries.check("192.0.2.1")
    tries.wrong("192.0.2.2")
    tries.right("192.0.2.2")
    tries.wrong("192.0.2.2")
    tries.check("192.0.2.2")


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8::1", "2001:db8::ffff:1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::2%eth0")],
)
def test_one_machine_cannot_be_many_sources(one, other):
    assert source_of(one) == source_of(other)


def test_different_machines_are_different_sources():
    assert (
        len({source_of("192.0.2.1"), source_of("192.0.2.2"), source_of("2001:db8:0:1::1"), source_of("nonsense")}) == 4
    )


def test_only_the_machine_itself_can_make_codes_and_tokens(start):
    (anna,) = start("anna")
    code = anna.peers.desk.make_code("control").code
    cookie = try_code(anna, code).headers["Set-Cookie"].partition(";")[0]

    for path in ("/api/farm/code", "/api/farm/token", "/api/farm/door", "/api/farm/join"):
        assert send(anna.address, "POST", path, {}, cookie=cookie).status == 403
    assert anna.peers.desk.view(LOCAL).door.mode == "ask"
