"""What a child sends when its machine sleeps meanwhile: nothing before it has asked (reliability.md, R6)."""

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.fakes.nodes import eventually
from zordon_app.domain.jobs import ParentRef
from zordon_app.domain.sharing import ChildOrders, Delivered, Parcel
from zordon_app.domain.statuses import JobStatus
from zordon_app.errors import PeerGone
from zordon_app.farm.child_jobs import ChildJobs
from zordon_app.storage.parcels import ParcelFolder

PARENT = ParentRef(job="7c9e6679-7425-40de-944b-e07fc1f90ae7", node="parent")
RARELY = 1000.0
"""Scales timers so that nothing happens by itself: the parent is told only what it must be."""


class Parent:
    """Writes down what reaches it; ``on_result`` is called while a result does."""

    def __init__(self):
        self.heard = []
        self.on_result = lambda: None

    def offer(self, job):
        raise PeerGone("It gives no work; here it only takes results.")

    def update(self, job, update):
        self.heard.append("asked")
        return ChildOrders()

    def deliver(self, job, number, **about):
        self.heard.append(number)
        self.on_result()
        return Delivered(published=True)


@pytest.fixture
def parent():
    return Parent()


@pytest.fixture
def children(bench, parent, tmp_path):
    stop = threading.Event()
    made = ChildJobs(
        bench.state,
        bench.lifecycle,
        machines=SimpleNamespace(link=lambda node: parent, name_of=lambda node: node),
        parcels=ParcelFolder(tmp_path / "parcels"),
        builds=None,
        clock=bench.clock,
        node=SimpleNamespace(may_begin=True),
        jobs_folder=tmp_path / "jobs",
        read_log=lambda job, unit, start: b"",
        stop=stop,
        scale=RARELY,
    )
    yield made
    stop.set()
    made.join()


@pytest.fixture
def three_results(bench, tmp_path):
    """A child job of which three frames lie in the box."""
    job_id = bench.add(units=0, parent=PARENT, status=JobStatus.RUNNING)
    for number in (1, 2, 3):
        path = tmp_path / "frame"
        path.write_bytes(b"pixels")
        parcel = Parcel(
            child=job_id, job=PARENT.job, node=PARENT.node, unit=number, attempt=1, lease="lease", sha256="ab",
            bytes=6, seconds=1.0,
        )  # fmt: skip
        ParcelFolder(tmp_path / "parcels").put(parcel, path)


@pytest.mark.usefixtures("three_results")
def test_results_go_one_after_the_other_once_the_parent_was_asked(children, parent):
    children.run_once()

    eventually(lambda: len(parent.heard) == 4)
    assert parent.heard == ["asked", 1, 2, 3]


@pytest.mark.usefixtures("three_results")
def test_a_machine_that_slept_between_two_results_asks_before_it_sends_the_next(children, parent, bench):
    def sleep_once():
        bench.clock.sleep(timedelta(hours=8))
        parent.on_result = lambda: None

    parent.on_result = sleep_once
    children.run_once()

    eventually(lambda: len(parent.heard) == 5)
    assert parent.heard == ["asked", 1, "asked", 2, 3]
