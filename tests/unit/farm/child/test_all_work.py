"""Own work and that of other nodes, asked for in one place: whether this machine may begin anything."""

import pytest

from tests.unit.farm.conftest import make_units
from zordon_app.domain.ids import LeaseId, NodeId
from zordon_app.domain.jobs import ParentRef
from zordon_app.domain.leases import Lease, LeasedUnit, LeaseOrder
from zordon_app.engines.base import Build
from zordon_app.farm.child.all_work import AllWork
from zordon_app.farm.scheduling.availability import Rules
from zordon_app.farm.scheduling.this_node import Surroundings, ThisNode

HERE = NodeId("here")
BUILD = Build(engine="fake", version="1.0", command=("fake",), origin="system")


class Machine:
    """What surrounds the node, as a test says."""

    def __init__(self):
        self.rules = Rules()
        self.free = 8.0
        around = Surroundings(rules=lambda: self.rules, free_gib=lambda: self.free)
        self.node = ThisNode("here", lambda: "here", system="Linux", cores=2, version="1", surroundings=around)


class OwnWork:
    """Has a lease of this node's own whenever it is asked, unless it is told to have none."""

    def __init__(self):
        self.lease = None

    def best_rank(self):
        return None if self.lease is None else 50

    def next_lease(self, *, wait, keep_job):
        return self.lease

    def renew(self, lease):
        return LeaseOrder.GO_ON


class PeersWork:
    """One child job with a lease in hand."""

    def __init__(self, job):
        self.job = job
        units = tuple(LeasedUnit(spec=unit.spec, attempt=1) for unit in make_units(2))
        self.lease = Lease(id=LeaseId("theirs"), job=job.id, node=HERE, units=units, seconds=25.0)
        self.has_lease = True

    def take(self):
        return self.lease

    def renew(self, lease):
        return LeaseOrder.GO_ON

    unit_started = deliver = lambda self, *_: LeaseOrder.GO_ON


class Children:
    def __init__(self):
        self.all = []

    def works(self):
        return self.all

    def work(self, job_id):
        return next((work for work in self.all if work.job.id == job_id), None)

    def listen(self, on_lease):
        pass


class Known:
    def get(self, name):
        return "the engine"

    def find(self, wanted):
        return BUILD


@pytest.fixture
def farm(bench):
    class Parts:
        machine = Machine()
        own = OwnWork()
        children = Children()

    Parts.work = AllWork(
        bench.state,
        local=Parts.own,
        children=Parts.children,
        registry=Known(),
        builds=Known(),
        node=Parts.machine.node,
        shortage=lambda: "",
        monotonic=bench.clock.monotonic,
    )
    return Parts


@pytest.fixture
def theirs(bench, farm):
    job_id = bench.add(units=2, parent=ParentRef(job="parent", node="atlas"))
    farm.children.all.append(PeersWork(bench.state.job(job_id)))
    return farm.children.all[0]


def test_with_memory_to_spare_the_work_of_peers_is_begun(farm, theirs):
    farm.machine.rules = Rules(memory_floor_gib=4)

    assert farm.work.next_lease(wait=0, keep_job=None).lease is theirs.lease


def test_below_the_memory_floor_neither_own_work_nor_that_of_peers_is_begun(farm, theirs):
    farm.own.lease = "a lease of its own"
    farm.machine.rules = Rules(memory_floor_gib=4)
    farm.machine.free = 3.9

    assert farm.work.next_lease(wait=0, keep_job=None) is None


def test_what_is_in_hand_goes_on_below_the_memory_floor(farm, theirs):
    farm.machine.rules = Rules(memory_floor_gib=4)
    farm.machine.free = 3.9

    assert farm.work.renew(theirs.lease) == LeaseOrder.GO_ON


@pytest.mark.parametrize("report", ["renew", "unit_started", "deliver"])
def test_a_machine_taken_out_of_the_work_ends_what_it_has_of_peers(farm, theirs, report):
    farm.machine.node.pause(paused=True)
    rest = () if report == "renew" else (theirs.lease.units[0],) if report == "unit_started" else (None, None)

    assert getattr(farm.work, report)(theirs.lease, *rest) == LeaseOrder.STOP_AFTER_UNIT
