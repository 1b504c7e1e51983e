from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.clock import FakeClock
from tests.unit.farm.conftest import make_job, make_units
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.farm import planner


def test_the_queue_goes_by_priority_then_place(tmp_path):
    clock = FakeClock()
    low = make_job(clock, tmp_path, name="low", priority=10, order=1)
    late = make_job(clock, tmp_path, name="late", order=3)
    early = make_job(clock, tmp_path, name="early", order=2)

    assert [job.name for job in planner.queue([low, late, early])] == ["early", "late", "low"]


def test_a_lease_aims_at_twenty_seconds_of_work():
    assert planner.lease_size(waiting=1000, seconds_per_unit=0.5, nodes=1) == 40
    assert planner.lease_size(waiting=1000, seconds_per_unit=60, nodes=1) == 1
    assert planner.lease_size(waiting=3, seconds_per_unit=0.5, nodes=1) == 3


def test_the_first_lease_is_small_while_nothing_is_known():
    assert planner.lease_size(waiting=1000, seconds_per_unit=None, nodes=1) == planner.FIRST_UNITS


@given(st.integers(1, 5000), st.floats(0.0001, 5000), st.integers(2, 50))
def test_towards_the_end_leases_shrink_so_that_no_node_waits_for_another(waiting, seconds, nodes):
    size = planner.lease_size(waiting=waiting, seconds_per_unit=seconds, nodes=nodes)

    assert 1 <= size <= max(1, waiting // (2 * nodes))


def test_units_that_failed_before_come_last():
    units = make_units(4)
    units[0].failures = 1
    units[2].state = UnitState.DONE

    assert [unit.spec.number for unit in planner.pick_units(units, 3)] == [2, 4, 1]


def test_only_active_jobs_with_waiting_units_are_worked_on(tmp_path):
    clock = FakeClock()
    job = make_job(clock, tmp_path)
    assert not planner.may_work(job, "node")

    job.counts.waiting = 1
    assert planner.may_work(job, "node")

    job.nodes = ["other"]
    assert not planner.may_work(job, "node")
    job.nodes, job.status = [], JobStatus.PAUSED
    assert not planner.may_work(job, "node")


def test_there_is_no_estimate_before_two_units_are_done():
    assert planner.eta_seconds(remaining=8, seconds_per_unit=2.0, done=1, nodes=1) is None
    assert planner.eta_seconds(remaining=8, seconds_per_unit=2.0, done=2, nodes=1) == 16.0
