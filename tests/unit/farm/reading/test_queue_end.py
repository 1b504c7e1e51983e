"""When everything is done, as a pure question."""

import pytest

from zordon_app.farm.reading.queue_end import Left, seconds_of

FOUR_FRAMES = Left(machine_seconds=40.0, eta=20.0)
QUEUED = Left(machine_seconds=600.0)
UNKNOWN = Left(machine_seconds=None)


def test_all_that_waits_counts_and_is_shared_by_the_machines_that_work():
    assert seconds_of([FOUR_FRAMES, *[QUEUED] * 14], machines=2) == (4220.0, False)


def test_of_one_job_it_is_that_jobs_own_end():
    assert seconds_of([Left(machine_seconds=40.0, eta=25.0)], machines=2) == (25.0, False)


@pytest.mark.parametrize("other", [UNKNOWN, Left(machine_seconds=10.0, begins_later=True)])
def test_what_cannot_be_counted_makes_it_the_least(other):
    seconds, at_least = seconds_of([FOUR_FRAMES, other], machines=1)
    assert seconds >= 40.0
    assert at_least


@pytest.mark.parametrize(("left", "machines"), [([], 1), ([UNKNOWN], 1), ([FOUR_FRAMES], 0)])
def test_nothing_is_said_while_nothing_is_known_or_nobody_works(left, machines):
    assert seconds_of(left, machines) == (None, False)
