import threading

import pytest

from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.ids import JobId
from zordon_app.errors import TooBusy
from zordon_app.farm.ledger.feed import REMEMBERED, ChangeFeed

A, B = JobId("a"), JobId("b")


def test_a_poll_gets_what_changed_since_its_token_and_nothing_else():
    feed = ChangeFeed("boot")
    feed.touch([A, B])
    token = feed.token()

    feed.touch([B])

    since = feed.since(token)
    assert (since.full, since.changed, since.removed) == (False, [B], [])


def test_a_removed_job_is_told_once_and_is_gone():
    feed = ChangeFeed("boot")
    feed.touch([A])
    token = feed.token()

    feed.touch([], [A])

    assert feed.since(token).removed == [A]
    assert feed.since(feed.token()).removed == []


@pytest.mark.parametrize(
    "token", [None, "", "other.1", "boot.x", "boot.-1", "boot.99999", "boot.9999999999999999999999"]
)
def test_an_unknown_token_gets_everything(token):
    feed = ChangeFeed("boot")
    feed.touch([A])

    since = feed.since(token)

    assert since.full
    assert since.changed == [A]


def test_a_poller_that_is_too_far_behind_gets_everything():
    feed = ChangeFeed("boot")
    feed.touch([A])
    token = feed.token()

    for number in range(REMEMBERED + 1):
        feed.touch([], [JobId(str(number))])

    assert feed.since(token).full


def test_a_waiting_poll_wakes_at_a_change():
    feed = ChangeFeed("boot")
    token = feed.token()
    threading.Timer(0.05, lambda: feed.touch([A])).start()

    assert feed.wait(token, 10)


def test_a_poll_without_a_change_ends_after_its_time():
    feed = ChangeFeed("boot")

    assert not feed.wait(feed.token(), 0.02)


def test_too_many_polls_are_turned_away():
    feed = ChangeFeed("boot", max_waiting=1)
    waiting = threading.Thread(target=feed.wait, args=(feed.token(), 10))
    waiting.start()
    while feed._waiting == 0:
        pass

    with pytest.raises(TooBusy):
        feed.wait(feed.token(), 10)

    feed.close()
    waiting.join(HANG_SECONDS)
    assert not waiting.is_alive()


def test_progress_of_a_removed_job_does_not_bring_it_back():
    feed = ChangeFeed("boot")
    feed.touch([A])
    feed.touch([], [A])

    feed.nudge(A)

    assert feed.since(None).changed == []
