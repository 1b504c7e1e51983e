import json

import pytest

from zordon_app.domain.views import QueueView
from zordon_app.farm.ledger.progress import LiveProgress
from zordon_app.farm.reading.deltas import SHARED_SECONDS, Deltas
from zordon_app.farm.reading.views import JobViews
from zordon_app.farm.scheduling.speeds import Speeds


@pytest.fixture
def asked():
    """One entry for each answer that was made."""
    return []


@pytest.fixture
def deltas(bench, asked):
    views = JobViews(
        bench.state, bench.feed, LiveProgress(bench.feed, bench.clock), Speeds(bench.state), lambda: "anna"
    )
    return Deltas(
        bench.state,
        bench.feed,
        views,
        bench.clock,
        nodes=lambda: asked.append(1) or [],
        queue=QueueView,
        live_engines=list,
    )


def test_all_who_ask_from_one_token_at_one_moment_get_one_answer(bench, deltas, asked):
    token = bench.feed.token()
    job_id = bench.add()

    first, second = deltas.since(token), deltas.since(token)

    assert first is second
    assert len(asked) == 1
    answer = json.loads(first)
    assert [job["id"] for job in answer["jobs"]] == [job_id]
    assert (answer["full"], answer["token"]) == (False, bench.feed.token())


def test_another_token_a_new_change_and_a_later_moment_get_their_own(bench, deltas):
    token = bench.feed.token()
    first = bench.add()
    deltas.since(token)

    assert json.loads(deltas.since(None))["full"]
    second = bench.add()
    assert {job["id"] for job in json.loads(deltas.since(token))["jobs"]} == {first, second}
    before = deltas.since(token)
    bench.clock.advance(10 * SHARED_SECONDS)
    assert json.loads(deltas.since(token))["time"] > json.loads(before)["time"]
