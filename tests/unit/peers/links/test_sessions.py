import pytest

from zordon_app.domain.peering import SessionAsk
from zordon_app.errors import NotSignedIn
from zordon_app.peers.links.sessions import CHALLENGE_SECONDS, MAX_PER_SOURCE, SECONDS, PeerSessions, login_message
from zordon_app.peers.membership.members import Members

HOME, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def members(tmp_path, identities):
    members = Members(tmp_path / "m.json", identities[0], "anna")
    members.admit(identities[1].public_key, identities[1].fingerprint, "bert")
    return members


@pytest.fixture
def sessions(identities, members, clock):
    return PeerSessions(identities[0], members, clock)


def log_in(sessions, server, client, nonce=None, address=HOME):
    nonce = nonce or sessions.challenge(client.id, address)
    message = login_message(nonce, client=client.id, server=server.id, fingerprint=server.fingerprint)
    return sessions.log_in(SessionAsk(device=client.id, nonce=nonce, signature=client.sign(message)), address)


def test_a_session_lasts_twelve_hours_from_the_address_it_was_earned_at(sessions, identities, clock):
    given = log_in(sessions, identities[0], identities[1])
    clock.advance(SECONDS - 1)

    assert (given.seconds, SECONDS) == (12 * 3600, 12 * 3600)
    assert sessions.find(given.token, HOME) == identities[1].id
    assert sessions.find(given.token, ELSEWHERE) is None
    clock.advance(1)
    assert sessions.find(given.token, HOME) is None


def test_ipv4_inside_ipv6_is_the_same_address(sessions, identities):
    given = log_in(sessions, identities[0], identities[1])

    assert sessions.find(given.token, f"::ffff:{HOME}") == identities[1].id


def test_a_challenge_lasts_half_a_minute(sessions, identities, clock):
    nonce = sessions.challenge(identities[1].id, HOME)
    clock.advance(CHALLENGE_SECONDS)

    with pytest.raises(NotSignedIn):
        log_in(sessions, identities[0], identities[1], nonce)


def test_one_that_asks_for_many_challenges_pushes_out_only_its_own(sessions, identities):
    mine = sessions.challenge(identities[1].id, HOME)
    for _ in range(MAX_PER_SOURCE * 3):
        sessions.challenge(identities[1].id, ELSEWHERE)

    assert log_in(sessions, identities[0], identities[1], mine).token
    assert len(sessions._challenges) <= MAX_PER_SOURCE


def test_a_device_that_is_removed_while_it_signs_in_gets_no_session(sessions, identities, members, monkeypatch):
    """Such a session would come alive should the device be admitted again."""

    def removed_meanwhile(*_about):
        members.remove(identities[1].id)
        sessions.end_all_but(members.present.keys())
        return True

    monkeypatch.setattr("zordon_app.peers.links.sessions.is_signed", removed_meanwhile)

    with pytest.raises(NotSignedIn):
        log_in(sessions, identities[0], identities[1])
    assert sessions._sessions == {}


def test_tokens_are_kept_only_as_hashes(sessions, identities):
    given = log_in(sessions, identities[0], identities[1])

    assert given.token not in repr(sessions._sessions)


@pytest.mark.parametrize("token", ["", "zp_", "x" * 200])
def test_what_is_no_token_finds_nobody(sessions, token):
    assert sessions.find(token, HOME) is None
