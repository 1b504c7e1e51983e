"""A child job's own part: what it pulled and cannot use goes back, and what it made is said to be made."""

import hashlib
from pathlib import Path

import pytest

from tests.unit.farm.conftest import make_job, make_units
from zordon_app.domain.ids import LeaseId, NodeId, new_lease_id
from zordon_app.domain.jobs import ParentRef
from zordon_app.domain.leases import Lease, LeasedUnit
from zordon_app.domain.results import CheckedFile
from zordon_app.domain.sharing import ChildOrders, LeaseGiven, NewsKind
from zordon_app.farm.child.child_work import MOST_ROUNDS_UNUSED, ChildWork
from zordon_app.storage.parcels import ParcelFolder

PARENT = ParentRef(job="7c9e6679-7425-40de-944b-e07fc1f90ae7", node="parent")


class Parent:
    """Gives leases of three units, and keeps the updates."""

    def __init__(self):
        self.updates = []

    def lease(self, job, ask):
        units = tuple(LeasedUnit(spec=unit.spec, attempt=1) for unit in make_units(3))
        return LeaseGiven(
            lease=Lease(id=LeaseId(new_lease_id()), job=job, node=NodeId("child"), units=units, seconds=25)
        )

    def update(self, job, update):
        self.updates.append(update)
        return ChildOrders()


@pytest.fixture
def parent():
    return Parent()


@pytest.fixture
def work(bench, parent, tmp_path):
    job = make_job(bench.clock, tmp_path, parent=PARENT)
    return ChildWork(
        job,
        lambda: parent,
        ParcelFolder(tmp_path / "parcels"),
        on_lease=lambda: None,
        on_ended=lambda _: None,
        read_log=lambda unit, start: b"",
    )


def returned(parent):
    return [news.unit for update in parent.updates for news in update.news if news.kind == NewsKind.RETURNED]


def test_units_that_the_worker_does_not_take_go_back(work, parent):
    work.pull()

    for _ in range(MOST_ROUNDS_UNUSED):
        work.return_unused(now=False)
    kept = work.has_lease
    work.return_unused(now=False)
    work.tell()

    assert kept
    assert not work.has_lease
    assert returned(parent) == [1, 2, 3]
    assert work.is_idle


def test_units_pulled_ahead_of_a_lease_in_work_stay(work):
    work.pull()
    work.take()
    work.pull()

    for _ in range(3 * MOST_ROUNDS_UNUSED):
        work.return_unused(now=False)

    assert work.has_lease


def test_a_paused_machine_gives_them_back_at_once(work, parent):
    work.pull()

    work.return_unused(now=True)
    work.tell()

    assert returned(parent) == [1, 2, 3]


def test_the_parent_learns_what_is_made_and_on_its_way(work, parent, tmp_path):
    work.pull()
    lease = work.take()
    path = Path(tmp_path / "frame")
    path.write_bytes(b"pixels")
    digest = hashlib.sha256(b"pixels").hexdigest()

    work.deliver(lease, lease.units[0], CheckedFile(path=path, sha256=digest, bytes=6, seconds=1.0))
    work.tell()

    (holding,) = parent.updates[-1].holding
    assert holding.made == [1]
    assert [number for number, _ in holding.units] == [1, 2, 3]
