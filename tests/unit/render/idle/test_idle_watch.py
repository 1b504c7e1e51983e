"""How long nobody has touched a machine: what systems answer, and what is made of it with a clock that is told."""

import pytest

from tests.fakes.clock import FakeClock
from zordon_app.render.idle.elsewhere import ioreg_answer, ticks_between
from zordon_app.render.idle.logind import gnome_answer, logind_answer
from zordon_app.render.idle.watch import IdleWatch


class System:
    def __init__(self):
        self.told = None
        self.asked = 0

    def __call__(self):
        self.asked += 1
        return self.told


@pytest.fixture
def watch():
    class Parts:
        clock = FakeClock()
        best, other = System(), System()
        wanted = True

    Parts.watch = IdleWatch(lambda: Parts.wanted, Parts.clock.monotonic, [Parts.best, Parts.other])
    return Parts


def test_before_the_first_look_nothing_is_known(watch):
    assert watch.watch.seconds() is None


def test_time_goes_on_between_two_looks(watch):
    watch.best.told = 30.0
    watch.watch.look()
    watch.clock.advance(5)

    assert watch.watch.seconds() == 35.0


def test_a_touch_is_seen_at_the_next_look(watch):
    watch.best.told = 30.0
    watch.watch.look()
    watch.best.told = 0.0
    watch.watch.look()

    assert watch.watch.seconds() == 0.0


def test_the_first_that_can_tell_is_believed_and_no_other_asked(watch):
    watch.best.told, watch.other.told = 3.0, 9000.0
    watch.watch.look()

    assert (watch.watch.seconds(), watch.other.asked) == (3.0, 0)


def test_where_the_best_cannot_tell_the_next_is_asked(watch):
    watch.other.told = 90.0
    watch.watch.look()

    assert watch.watch.seconds() == 90.0


def test_what_was_known_is_forgotten_when_nobody_can_tell_any_more(watch):
    watch.best.told = 90.0
    watch.watch.look()
    watch.best.told = None
    watch.watch.look()

    assert watch.watch.seconds() is None


def test_nobody_is_asked_while_nobody_wants_to_know(watch):
    watch.wanted = False
    watch.watch.look()

    assert (watch.best.asked, watch.watch.seconds()) == (0, None)


@pytest.mark.parametrize(
    ("answers", "seconds"),
    [
        ([True, 400_000_000], 600.0),
        ([True, 0], 1000.0),
        ([True, 2_000_000_000], 0.0),
        ([False, 400_000_000], 0.0),
        ([], None),
        (["true", 1], None),
        ([True], None),
    ],
)
def test_what_the_log_in_service_tells(answers, seconds):
    assert logind_answer(answers, now=1000.0) == seconds


@pytest.mark.parametrize(("answers", "seconds"), [([[61_500]], 61.5), ([], None), ([["soon"]], None), ([[1, 2]], None)])
def test_what_gnome_tells(answers, seconds):
    assert gnome_answer(answers) == seconds


def test_what_a_mac_tells():
    text = '  | |   "HIDIdleTime" = 1500000000\n  | |   "HIDPointerAcceleration" = 45056\n'

    assert ioreg_answer(text) == 1.5
    assert ioreg_answer("nothing of the kind") is None


def test_the_clock_of_windows_may_have_started_again_in_between():
    assert ticks_between(1000, 3500) == 2.5
    assert ticks_between(2**32 - 500, 1500) == 2.0
