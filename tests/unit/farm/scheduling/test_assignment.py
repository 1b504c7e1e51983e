from types import SimpleNamespace

import pytest

from tests.unit.farm.scheduling.conftest import NODE, OTHER
from tests.unit.farm.scheduling.test_dispatcher import take
from zordon_app.domain.leases import LeaseOrder
from zordon_app.errors import BadRequest, IllegalChange
from zordon_app.farm.scheduling.assignment import MachineAssignment
from zordon_app.farm.scheduling.nodes import NodeDesk


class ThisOne:
    id = NODE

    def view(self, *_facts, **_more):
        return SimpleNamespace(id=NODE)


@pytest.fixture
def assignment(bench, dispatch):
    quiet = SimpleNamespace(load=lambda: (None, None), engine_speeds=dict)
    desk = NodeDesk(
        ThisOne(),
        dispatch.leases,
        dispatch.room,
        bench.feed,
        data_folder=bench.folder,
        machine=quiet,
        others=lambda: [SimpleNamespace(id=OTHER)],
        machines=None,
        builds=dict,
        at_work=SimpleNamespace(here=list, seen=lambda view: view),
    )
    return MachineAssignment(bench.state, bench.lifecycle, dispatch.leases, desk, NODE)


def test_what_a_machine_that_is_out_holds_goes_to_the_others(bench, dispatch, assignment):
    job, beside = bench.add(priority=60), bench.add()
    theirs = dispatch.dispatcher.next_lease(OTHER, "borealis", wait=0, may_work=lambda: True, job=job)
    elsewhere = dispatch.dispatcher.next_lease(OTHER, "borealis", wait=0, may_work=lambda: True, job=beside)
    ours = take(dispatch).lease

    assignment.choose(job, [NODE], split=None)

    assert dispatch.leases.order(theirs) == LeaseOrder.STOP_NOW
    assert dispatch.leases.order(ours) == dispatch.leases.order(elsewhere) == LeaseOrder.GO_ON
    assert bench.states(job) == {1: "waiting", 2: "leased", 3: "waiting", 4: "waiting"}
    assert dispatch.dispatcher.next_lease(OTHER, "borealis", wait=60, may_work=lambda: True, job=job) is None
    assert bench.state.unit(job, 1).failures == 0


def test_a_job_whose_only_machine_is_out_is_back_in_the_queue(bench, dispatch, assignment):
    job = bench.add()
    lease = take(dispatch).lease

    assignment.choose(job, [OTHER], split=None)

    assert dispatch.leases.order(lease) == LeaseOrder.STOP_NOW
    assert (bench.state.job(job).status, bench.state.job(job).reason) == ("not_started", "In the queue.")
    assert take(dispatch) is None
    assignment.choose(job, [], split=None)
    assert take(dispatch).lease.units[0].attempt == 2


def test_without_splitting_only_this_machine_goes_on(bench, dispatch, assignment):
    job = bench.add()
    theirs = dispatch.dispatcher.next_lease(OTHER, "borealis", wait=0, may_work=lambda: True, job=job)
    ours = take(dispatch).lease

    assignment.choose(job, [], split=False)

    assert dispatch.leases.order(theirs) == LeaseOrder.STOP_NOW
    assert dispatch.leases.order(ours) == LeaseOrder.GO_ON


def test_a_job_is_never_left_without_any_machine(bench, assignment):
    job = bench.add(enable_split_jobs=False)
    for nodes, split in (([OTHER], None), ([OTHER], False), (["nobody"], True)):
        with pytest.raises(BadRequest):
            assignment.choose(job, nodes, split=split)
    assert bench.state.job(job).nodes == []


def test_this_is_the_machine_that_has_the_job_and_nobody_is_named_twice(bench, assignment):
    job = bench.add()
    assignment.choose(job, ["this", OTHER, NODE], split=None)
    assert bench.state.job(job).nodes == [NODE, OTHER]


def test_help_for_another_machine_is_not_ours_to_divide(bench, assignment):
    job = bench.add(parent={"job": "x", "node": "y"})
    with pytest.raises(IllegalChange):
        assignment.choose(job, [NODE], split=None)
