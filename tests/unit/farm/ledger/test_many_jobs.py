"""What a queue of many jobs costs, counted in steps of our code, not in seconds."""

import sys
from collections.abc import Callable

import pytest

from zordon_app.domain.ids import JobId
from zordon_app.farm.ledger import ledgers
from zordon_app.farm.ledger.recovery import Recovery
from zordon_app.storage.outputs import OutputFolders

FEW, MANY = 30, 120


def steps(action: Callable[[], object]) -> int:
    """Bytecode instructions of the farm that run meanwhile; a loop within one line counts too."""
    count = 0

    def trace(frame, event, _argument):
        nonlocal count
        if "zordon_app/farm" not in frame.f_code.co_filename:
            return None
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(None)
    return count


def fill(bench, jobs: int) -> None:
    while len(bench.state.jobs()) < jobs:
        bench.add(units=1)


def recover(bench) -> Callable[[], None]:
    recovery = Recovery(bench.state, bench.lifecycle, OutputFolders(), bench.folder / "jobs", "node")
    return lambda: recovery.run(set())


@pytest.mark.parametrize("work", [recover, lambda bench: lambda: bench.add(units=1)], ids=["recovery", "adding a job"])
def test_the_work_for_each_job_does_not_grow_with_the_queue(bench, work):
    per_job = {}
    for jobs in (FEW, MANY):
        fill(bench, jobs)
        bench.reopen()
        one = steps(work(bench))
        per_job[jobs] = one / (jobs if work is recover else 1)

    assert per_job[MANY] < per_job[FEW] * 1.3


def test_of_many_ledgers_those_read_last_stay_and_the_others_are_read_again(bench, monkeypatch):
    monkeypatch.setattr(ledgers, "MOST_UNITS", 100)
    read: list[JobId] = []
    kept = ledgers.Ledgers(lambda job_id: read.append(job_id) or bench.store.load_units(job_id))
    jobs = [bench.add(units=10) for _ in range(20)]

    for job_id in jobs:
        assert len(kept.of(job_id)) == 10
    kept.of(jobs[-1])
    kept.of(jobs[0])

    assert read == [*jobs, jobs[0]]


def test_a_change_to_a_job_whose_ledger_is_not_in_memory_is_whole_when_it_is_read(bench, monkeypatch):
    monkeypatch.setattr(ledgers, "MOST_UNITS", 10)
    monkeypatch.setattr(ledgers, "FEWEST_LEDGERS", 1)
    job_id = bench.add(units=9)
    bench.add(units=9)

    bench.lifecycle.grant(job_id, [3], "node", "atlas")
    bench.add(units=9)

    states = bench.states(job_id)
    assert (len(states), states[3], states[4]) == (9, "leased", "waiting")
    assert (bench.state.job(job_id).counts.leased, bench.state.job(job_id).counts.waiting) == (1, 8)
