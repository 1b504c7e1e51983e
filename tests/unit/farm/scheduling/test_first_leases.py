import pytest

from tests.unit.farm.scheduling.conftest import NODE, OTHER
from tests.unit.farm.scheduling.test_dispatcher import take


def sizes(dispatch, *nodes):
    """How many units each node gets, asked in this order."""
    return [len(take(dispatch, node).lease.units) for node in nodes]


def test_first_leases_follow_the_benchmarks(bench, dispatch):
    bench.add(units=200)
    dispatch.benchmarks = {(NODE, "fake"): 25.0, (OTHER, "fake"): 100.0}

    assert sizes(dispatch, NODE, OTHER) == [1, 4]


def test_a_machine_that_joins_late_gets_as_much_as_its_benchmark_promises(bench, dispatch):
    job_id = bench.add(units=200)
    dispatch.benchmarks = {(NODE, "fake"): 25.0, (OTHER, "fake"): 100.0}
    dispatch.speeds.measured(job_id, 4.0, NODE)
    take(dispatch)

    assert dispatch.speeds.seconds_per_unit(job_id, OTHER) == 1.0
    assert sizes(dispatch, OTHER) == [20]


@pytest.mark.parametrize("known", [{}, {(NODE, "fake"): 25.0}, {(NODE, "fake"): 25.0, (OTHER, "else"): 100.0}])
def test_without_a_benchmark_of_both_all_machines_count_alike(bench, dispatch, known):
    job_id = bench.add(units=200)
    dispatch.benchmarks = known

    assert sizes(dispatch, NODE, OTHER) == [1, 1]
    dispatch.speeds.measured(job_id, 4.0, NODE)
    assert dispatch.speeds.seconds_per_unit(job_id, OTHER) == 4.0


def test_what_was_measured_counts_more_than_any_benchmark(bench, dispatch):
    job_id = bench.add(units=200)
    dispatch.benchmarks = {(NODE, "fake"): 25.0, (OTHER, "fake"): 100.0}
    dispatch.speeds.measured(job_id, 4.0, NODE)
    dispatch.speeds.measured(job_id, 8.0, OTHER)

    assert dispatch.speeds.seconds_per_unit(job_id, OTHER) == 8.0


def test_no_benchmark_makes_a_machine_endlessly_fast(bench, dispatch):
    job_id = bench.add(units=200)
    dispatch.benchmarks = {(NODE, "fake"): 1e-9, (OTHER, "fake"): 1e9}
    dispatch.speeds.measured(job_id, 4.0, NODE)

    assert dispatch.speeds.seconds_per_unit(job_id, OTHER) == 4.0 / 20
