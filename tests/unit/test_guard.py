"""What the one guard does with an item that raises."""

import logging
import threading

import pytest

from zordon_app.errors import BadRequest, PeerGone
from zordon_app.guard import Guard


@pytest.fixture
def told():
    return []


@pytest.fixture
def guard(told):
    guard = Guard()
    guard.tell_through(lambda about, text: told.append(text))
    return guard


def fail(guard, item, error, **options):
    with guard.item("Watched folders", item, **options):
        raise error


def test_an_item_that_raises_keeps_no_other_from_its_turn(guard):
    done = []
    for item in range(4):
        with guard.item("numbers", str(item)):
            done.append(10 // (item - 1))
    assert done == [-10, 10, 5]


def test_a_person_is_told_of_each_item_once_in_words_and_of_what_is_known(guard, told):
    for _ in range(3):
        fail(guard, "a.mp4", KeyError("x"))
    fail(guard, "b.mp4", BadRequest("Its film is empty."))

    assert told == [
        "Watched folders: something went wrong with a.mp4, and everything else goes on: the log file has the details.",
        "Watched folders: something went wrong with b.mp4, and everything else goes on: Its film is empty.",
    ]


def test_each_kind_is_counted_and_logged_once_and_again_at_each_power_of_ten(guard, caplog):
    with caplog.at_level(logging.ERROR):
        for number in range(100):
            fail(guard, f"{number}.mp4", KeyError("x"))

    assert list(guard.met.values()) == [100]
    assert [record.exc_info is not None for record in caplog.records] == [True, False, False]


def test_an_item_with_a_place_of_its_own_says_it_there_each_time(guard, told):
    said = []
    for _ in range(2):
        fail(guard, "the job shot", KeyError("x"), failed=said.append)
    assert len(said) == 2
    assert not told


def test_who_cannot_be_told_now_is_told_when_it_happens_next_and_nothing_else_stops(guard):
    fail(guard, "the job shot", KeyError("x"), failed=lambda _sentence: 1 / 0)
    assert len(guard.met) == 2


def test_what_is_to_pass_passes(guard, told):
    with pytest.raises(PeerGone):
        fail(guard, "a call", PeerGone("It is gone."), passing=(PeerGone,))
    assert not told


def test_a_loop_goes_on_after_a_round_that_raises(guard, monkeypatch):
    monkeypatch.setattr("zordon_app.guard._PAUSE_SECONDS", 0)
    stop, rounds = threading.Event(), []

    def step():
        rounds.append(1)
        if len(rounds) == 3:
            stop.set()
        raise OSError("gone")

    guard.repeat("rounds", step, stop)
    assert len(rounds) == 3


def test_a_thread_that_raises_is_told_and_named_after_its_loop(guard, told):
    thread = guard.thread("preview", lambda: 1 / 0, about="7")
    thread.start()
    thread.join()
    assert thread.name == "preview 7"
    assert len(told) == 1


def test_a_call_whose_result_nobody_asks_for_is_met_and_who_asks_has_the_error(guard):
    with guard.pool("asking", 1) as pool:
        pool.submit(lambda: 1 / 0)
        asked = pool.submit(lambda: 1 / 0)
        refused = pool.submit(refuse)
    assert isinstance(asked.exception(), ZeroDivisionError)
    assert isinstance(refused.exception(), BadRequest)
    assert [times for (loop, _, _), times in guard.met.items() if loop == "asking"] == [1, 1]


def refuse():
    raise BadRequest("No.")
