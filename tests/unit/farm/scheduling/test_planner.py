from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import FakeClock
from tests.unit.farm.conftest import make_job, make_units
from zordon_app.domain.jobs import ParentRef
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.farm.ledger.ordering import queue
from zordon_app.farm.scheduling import planner


def test_the_queue_goes_by_priority_then_place(tmp_path):
    clock = FakeClock()
    low = make_job(clock, tmp_path, name="low", priority=10, order=1)
    late = make_job(clock, tmp_path, name="late", order=3)
    early = make_job(clock, tmp_path, name="early", order=2)

    assert [job.name for job in queue([low, late, early])] == ["early", "late", "low"]


def test_a_lease_aims_at_twenty_seconds_of_work():
    assert planner.lease_size(waiting=1000, seconds_per_unit=0.5, nodes=1) == 40
    assert planner.lease_size(waiting=1000, seconds_per_unit=60, nodes=1) == 1
    assert planner.lease_size(waiting=3, seconds_per_unit=0.5, nodes=1) == 3


def test_the_first_lease_is_small_while_nothing_is_known():
    assert planner.lease_size(waiting=1000, seconds_per_unit=None, nodes=1) == planner.FIRST_UNITS


def test_the_first_lease_of_a_machine_that_is_believed_to_be_fast_is_larger():
    def first(head_start):
        return planner.lease_size(waiting=200, seconds_per_unit=None, nodes=2, head_start=head_start)

    assert (first(1), first(4), first(50)) == (1, 4, planner.MOST_FIRST_UNITS)


def test_a_fast_machine_leaves_a_short_film_for_others():
    assert planner.lease_size(waiting=4, seconds_per_unit=None, nodes=2, head_start=4) == 1


@given(st.integers(1, 5000), st.floats(0.0001, 5000), st.integers(2, 50))
def test_towards_the_end_leases_shrink_so_that_no_node_waits_for_another(waiting, seconds, nodes):
    size = planner.lease_size(waiting=waiting, seconds_per_unit=seconds, nodes=nodes)

    assert 1 <= size <= max(1, waiting // (2 * nodes))


def test_units_that_failed_before_come_last():
    units = make_units(4)
    units[0].failures = 1
    units[2].state = UnitState.DONE

    assert [unit.spec.number for unit in planner.pick_units(units, 3)] == [2, 4, 1]


def test_only_own_active_jobs_are_leased_and_only_to_the_nodes_that_may(tmp_path):
    clock = FakeClock()
    job = make_job(clock, tmp_path)
    assert planner.may_work(job, "node")

    job.nodes = ["other"]
    assert not planner.may_work(job, "node")
    job.nodes, job.status = [], JobStatus.PAUSED
    assert not planner.may_work(job, "node")
    job.status, job.parent = JobStatus.RUNNING, ParentRef(job="other", node="parent")
    assert not planner.may_work(job, "node")


def test_there_is_no_estimate_before_two_units_are_done():
    assert planner.eta_seconds(remaining=8, units_per_second=0.5, done=1) is None
    assert planner.eta_seconds(remaining=8, units_per_second=0.5, done=2) == 16.0


def test_slow_and_fast_nodes_shrink_their_leases_in_step():
    fast = planner.lease_size(waiting=60, seconds_per_unit=1.0, nodes=2, others_per_second=0.25)
    slow = planner.lease_size(waiting=60, seconds_per_unit=4.0, nodes=2, others_per_second=1.0)

    assert (fast, slow) == (20, 5)


def load(*unbegun, running=None, running_seconds=0.0, seconds=1.0):
    return planner.Load(unbegun=unbegun, running=running, running_seconds=running_seconds, seconds_per_unit=seconds)


def test_an_idle_node_takes_half_of_what_the_slowest_has_not_begun():
    loads = {"slow": load(3, 4, 5, 6, running=2, seconds=10), "quick": load(8, running=7)}

    assert planner.take_over(loads, own_seconds=1.0) == ("slow", [5, 6])


def test_what_will_soon_be_done_is_left_where_it_is():
    assert planner.take_over({"other": load(4, running=3)}, own_seconds=1.0) is None


def test_a_unit_that_is_far_overdue_is_repeated_by_an_idle_node():
    stuck = {"stuck": load(running=9, running_seconds=60.0, seconds=2.0)}

    assert planner.take_over(stuck, own_seconds=2.0) == ("stuck", [9])
