from types import SimpleNamespace

import pytest

from tests.unit.farm.test_dispatcher import NODE, OTHER, dispatch, take
from zordon_app.domain.leases import LeaseOrder
from zordon_app.errors import BadRequest, IllegalChange
from zordon_app.farm.node_desk import NodeDesk
from zordon_app.farm.partaking import Partaking

__all__ = ["dispatch"]


class ThisOne:
    id = NODE

    def view(self, *_facts, **_more):
        return SimpleNamespace(id=NODE)


@pytest.fixture
def partaking(bench, dispatch):
    quiet = SimpleNamespace(load=lambda: (None, None), engine_speeds=dict)
    desk = NodeDesk(
        ThisOne(),
        dispatch.dispatcher,
        dispatch.room,
        data_folder=bench.folder,
        machine=quiet,
        others=lambda: [SimpleNamespace(id=OTHER)],
        machines=None,
        builds=dict,
    )
    return Partaking(bench.state, bench.lifecycle, dispatch.dispatcher, desk, NODE)


def test_what_a_machine_that_is_out_holds_goes_to_the_others(bench, dispatch, partaking):
    job, beside = bench.add(priority=60), bench.add()
    theirs = dispatch.dispatcher.next_lease(OTHER, "borealis", wait=0, may_work=lambda: True, job=job)
    elsewhere = dispatch.dispatcher.next_lease(OTHER, "borealis", wait=0, may_work=lambda: True, job=beside)
    ours = take(dispatch).lease

    partaking.choose(job, [NODE], split=None)

    assert dispatch.dispatcher.order(theirs) == LeaseOrder.STOP_NOW
    assert dispatch.dispatcher.order(ours) == dispatch.dispatcher.order(elsewhere) == LeaseOrder.GO_ON
    assert bench.states(job) == {1: "waiting", 2: "leased", 3: "waiting", 4: "waiting"}
    assert dispatch.dispatcher.next_lease(OTHER, "borealis", wait=60, may_work=lambda: True, job=job) is None
    assert bench.state.unit(job, 1).failures == 0


def test_a_job_whose_only_machine_is_out_is_back_in_the_queue(bench, dispatch, partaking):
    job = bench.add()
    lease = take(dispatch).lease

    partaking.choose(job, [OTHER], split=None)

    assert dispatch.dispatcher.order(lease) == LeaseOrder.STOP_NOW
    assert (bench.state.job(job).status, bench.state.job(job).reason) == ("not_started", "In the queue.")
    assert take(dispatch) is None
    partaking.choose(job, [], split=None)
    assert take(dispatch).lease.units[0].attempt == 2


def test_without_splitting_only_this_machine_goes_on(bench, dispatch, partaking):
    job = bench.add()
    theirs = dispatch.dispatcher.next_lease(OTHER, "borealis", wait=0, may_work=lambda: True, job=job)
    ours = take(dispatch).lease

    partaking.choose(job, [], split=False)

    assert dispatch.dispatcher.order(theirs) == LeaseOrder.STOP_NOW
    assert dispatch.dispatcher.order(ours) == LeaseOrder.GO_ON


def test_a_job_is_never_left_without_any_machine(bench, partaking):
    job = bench.add(enable_split_jobs=False)
    for nodes, split in (([OTHER], None), ([OTHER], False), (["nobody"], True)):
        with pytest.raises(BadRequest):
            partaking.choose(job, nodes, split=split)
    assert bench.state.job(job).nodes == []


def test_this_is_the_machine_that_has_the_job_and_nobody_is_named_twice(bench, partaking):
    job = bench.add()
    partaking.choose(job, ["this", OTHER, NODE], split=None)
    assert bench.state.job(job).nodes == [NODE, OTHER]


def test_help_for_another_machine_is_not_ours_to_divide(bench, partaking):
    job = bench.add(parent={"job": "x", "node": "y"})
    with pytest.raises(IllegalChange):
        partaking.choose(job, [NODE], split=None)
