import pytest

from zordon_app.domain.callers import Role
from zordon_app.errors import NotFound
from zordon_app.peers.browsers.browsers import MAX_BROWSERS, Browsers

DAY = 86_400


@pytest.fixture
def file(tmp_path):
    return tmp_path / "browsers.json"


@pytest.fixture
def browsers(file, clock):
    return Browsers(file, clock)


def test_a_browser_stays_signed_in_for_thirty_days_and_over_restarts(browsers, file, clock):
    secret = browsers.sign_in("control", "192.0.2.1", "Firefox")
    clock.advance(30 * DAY - 1)

    assert Browsers(file, clock).find(secret).role == "control"
    clock.advance(1)
    assert Browsers(file, clock).find(secret) is None
    assert browsers.views() == []


def test_the_file_holds_no_secret_that_would_open_the_door(browsers, file):
    secret = browsers.sign_in("view", "192.0.2.1", "Firefox")

    assert secret not in file.read_text()
    assert browsers.find(file.read_text()) is None


def test_a_revoked_browser_is_out_at_once_and_the_others_stay(browsers):
    out, stays = browsers.sign_in("view", "192.0.2.1", "a"), browsers.sign_in("view", "192.0.2.2", "b")
    browsers.revoke(browsers.find(out).id)

    assert browsers.find(out) is None
    assert browsers.find(stays)
    with pytest.raises(NotFound):
        browsers.revoke("nobody")


def test_the_list_says_who_where_and_when_without_control_characters(browsers, clock):
    browsers.sign_in("view", "192.0.2.1", "Fire\x1bfox" + "x" * 500)
    view = browsers.views()[0]

    assert (view.role, view.address, view.agent[:8]) == (Role.VIEW, "192.0.2.1", "Firefoxx")
    assert len(view.agent) <= 200
    assert (view.expires_at - view.signed_in_at).days == 30


def test_when_it_was_seen_last_is_kept_by_the_hour(browsers, file, clock):
    secret = browsers.sign_in("view", "192.0.2.1", "a")
    clock.advance(7200)
    browsers.find(secret)

    seen = Browsers(file, clock).views()[0]
    assert (seen.seen_at - seen.signed_in_at).total_seconds() == 7200


def test_there_are_never_more_than_so_many(browsers):
    first = browsers.sign_in("view", "192.0.2.1", "first")
    for _ in range(MAX_BROWSERS):
        browsers.sign_in("view", "192.0.2.1", "more")

    assert len(browsers.views()) == MAX_BROWSERS
    assert browsers.find(first) is None


def test_a_broken_list_is_set_aside_and_everybody_signs_in_again(browsers, file, clock):
    secret = browsers.sign_in("view", "192.0.2.1", "a")
    file.write_bytes(b"[broken")

    assert Browsers(file, clock).find(secret) is None
    assert file.with_name("browsers.json.broken").exists()
