"""How long jobs ran: spans by the monotonic clock, kept with each change."""

import pytest

from zordon_app.domain.statuses import JobStatus
from zordon_app.farm.ledger.spans import Spans


@pytest.fixture
def job(bench):
    Spans(bench.state, bench.clock)
    return bench.add(units=3)


def publish(bench, job_id, number):
    bench.lifecycle.publish(job_id, number, sha256="ab", size=1, seconds=2.0, artifact=f"{number}.png")


def test_only_spans_in_which_a_machine_was_at_work_count(bench, job):
    bench.clock.advance(100)
    bench.lifecycle.grant(job, [1], "a", "atlas")
    bench.clock.advance(7)
    publish(bench, job, 1)
    assert (bench.state.job(job).ran_seconds, bench.state.job(job).ran_at) == (7.0, None)

    bench.lifecycle.stop(job, JobStatus.PAUSED, "Paused.")
    bench.clock.advance(3600)
    bench.lifecycle.set_job_status(job, JobStatus.NOT_STARTED, "")
    bench.lifecycle.grant(job, [2, 3], "a", "atlas")
    bench.clock.advance(5)
    publish(bench, job, 2)
    assert bench.state.job(job).ran_seconds == 12.0
    assert bench.state.job(job).ran_at is not None
    assert bench.state.job(job).machine_seconds == 4.0


def test_a_restart_loses_what_nobody_saw_and_keeps_the_rest(bench, job):
    bench.lifecycle.grant(job, [1, 2], "a", "atlas")
    bench.clock.advance(5)
    publish(bench, job, 1)
    bench.reopen()
    Spans(bench.state, bench.clock)
    bench.clock.advance(1000)
    publish(bench, job, 2)
    assert bench.state.job(job).ran_seconds == 5.0


def test_of_a_job_that_ran_before_that_was_counted_nothing_is_said(bench):
    old = bench.add(units=2, started_at=bench.clock.now(), status=JobStatus.RUNNING)
    Spans(bench.state, bench.clock)
    bench.lifecycle.grant(old, [1], "a", "atlas")
    bench.clock.advance(5)
    publish(bench, old, 1)
    assert bench.state.job(old).ran_seconds is None


def test_parts_follow_the_units_through_every_change(bench, job):
    bench.lifecycle.grant(job, [1, 2], "a", "atlas")
    bench.lifecycle.grant(job, [3], "b", "beta")
    publish(bench, job, 1)
    assert (bench.state.job(job).made, bench.state.job(job).held) == ({"a": 1}, {"a": 1, "b": 1})
    bench.lifecycle.give_back(job, [(3, 1)])
    bench.lifecycle.put_back(job, [1], "Again.")
    assert (bench.state.job(job).made, bench.state.job(job).held) == ({}, {"a": 1})
