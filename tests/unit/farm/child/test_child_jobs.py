"""What a child sends when its machine sleeps meanwhile: nothing before it has asked (reliability.md, R6)."""

import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.fakes.engine import FakeEngine
from tests.fakes.nodes import eventually
from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.jobs import BuildRef, ParentRef
from zordon_app.domain.sharing import ChildOrders, Delivered, JobOffer, LeaseGiven, Parcel
from zordon_app.domain.statuses import JobStatus
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import PeerGone
from zordon_app.farm.child.child_jobs import ChildJobs
from zordon_app.farm.child.preparation import Preparation
from zordon_app.storage.parcels import ParcelFolder

PARENT = ParentRef(job="7c9e6679-7425-40de-944b-e07fc1f90ae7", node="parent")
BUILD = BuildRef(engine="fake", version="1.0")
RARELY = 1000.0
"""Scales timers so that nothing happens by itself: the parent is told only what it must be."""


class Parent:
    """Writes down what reaches it; ``on_result`` is called while a result does."""

    def __init__(self):
        self.heard = []
        self.has_work = self.reads_parts = False
        self.address = ""
        self.build = BUILD
        self.on_lease = self.on_result = lambda: None

    def offer(self, job):
        if not self.has_work:
            raise PeerGone("It gives no work; here it only takes results.")
        return JobOffer(
            job=job, name="shot", engine="fake", build=self.build, args={}, facts={},
            fps=24.0, priority=50, start_frame=1, end_frame=4, assemble=False, expected=None,
            reads_parts=self.reads_parts,
        )  # fmt: skip

    def project(self, job):
        return SimpleNamespace(missing=("//gone.png",))

    def read_in_parts(self, job, manifest):
        return self.address

    def fetch(self, job, manifest, report):
        return Path("shot.fake")

    def lease(self, job, ask):
        self.heard.append("lease")
        self.on_lease()
        return LeaseGiven()

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
def installed():
    """What this machine has, by what a job is bound to."""
    return {BUILD: BUILD}


@pytest.fixture
def members():
    return {PARENT.node}


@pytest.fixture
def children(bench, parent, installed, members, tmp_path):
    stop = threading.Event()
    machines = SimpleNamespace(
        link=lambda node: parent, name_of=lambda node: node, is_member=lambda node: node in members
    )
    made = ChildJobs(
        bench.state,
        bench.lifecycle,
        machines=machines,
        parcels=ParcelFolder(tmp_path / "parcels"),
        preparation=Preparation(
            bench.state,
            bench.lifecycle,
            machines=machines,
            registry=EngineRegistry([FakeEngine()]),
            builds=SimpleNamespace(find=installed.get),
            may_run_scripts=lambda: False,
            stop=stop,
            scale=RARELY,
        ),
        clock=bench.clock,
        node=SimpleNamespace(may_begin=True),
        jobs_folder=tmp_path / "jobs",
        read_log=lambda job, unit, start: b"",
        stop=stop,
        scale=RARELY,
    )
    yield made
    stop.set()
    parent.on_lease = lambda: None
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


def test_a_machine_that_slept_says_what_it_has_before_it_wants_more(children, parent, bench):
    """Else it is given anew what lies rendered in its box, and renders it once more."""
    enough = threading.Event()

    def sleep_the_first_time():
        if parent.heard.count("lease") == 1:
            bench.clock.sleep(timedelta(hours=8))
        else:
            enough.wait(HANG_SECONDS)

    parent.has_work, parent.on_lease = True, sleep_the_first_time
    job_id = bench.add(units=0, parent=PARENT, status=JobStatus.CONFIGURING)
    children.run_once()
    children.work(job_id).wanted.set()

    eventually(lambda: parent.heard.count("lease") == 2)
    heard = list(parent.heard)
    enough.set()
    assert heard[0] == "asked"
    assert heard[-2:] == ["asked", "lease"]


@pytest.mark.parametrize(
    ("reads_parts", "address", "project"),
    [
        (True, "http://127.0.0.1:1234/film.mov", "http://127.0.0.1:1234/film.mov"),
        (True, "", "shot.fake"),
        (False, "http://127.0.0.1:1234/film.mov", "shot.fake"),
    ],
)
def test_a_project_of_which_parts_are_enough_is_not_copied(children, parent, bench, reads_parts, address, project):
    parent.has_work, parent.reads_parts, parent.address = True, reads_parts, address
    job_id = bench.add(units=0, parent=PARENT, status=JobStatus.CONFIGURING)
    children.run_once()

    eventually(lambda: bench.state.job(job_id).status == JobStatus.NOT_STARTED)
    assert bench.state.job(job_id).project == project
    assert bench.state.job(job_id).facts["missing"] == ["//gone.png"]


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (BuildRef(engine="fake", version="2.0"), "Needs Fake 2.0."),
        (BuildRef(engine="of_a_plug_in", version="3.1"), "Needs of_a_plug_in 3.1."),
    ],
)
def test_what_a_machine_lacks_is_called_as_people_call_it(children, parent, bench, build, reason):
    parent.has_work, parent.build = True, build
    job_id = bench.add(units=0, parent=PARENT, status=JobStatus.CONFIGURING)
    children.run_once()

    eventually(lambda: bench.state.job(job_id).reason == reason)


@pytest.mark.usefixtures("three_results")
def test_help_for_a_machine_that_is_no_member_any_more_ends_and_nothing_is_kept_for_it(
    children, parent, bench, members, tmp_path
):
    def away():
        members.clear()
        raise PeerGone("That machine is no member of the farm any more.")

    parent.on_result = away
    [job] = bench.state.jobs()
    children.run_once()

    eventually(lambda: bench.state.job(job.id).status == JobStatus.COMPLETED)
    eventually(lambda: not ParcelFolder(tmp_path / "parcels").of_job(job.id))
    eventually(lambda: children.works() == [])


def test_a_child_job_that_raises_keeps_no_other_from_helping(bench, children, monkeypatch):
    bad, good = (
        bench.add(units=0, parent=ParentRef(job=name, node=PARENT.node), name=name) for name in ("bad", "good")
    )
    real = children._begin
    monkeypatch.setattr(children, "_begin", lambda job: 1 / 0 if job.id == bad else real(job))

    children.run_once()

    assert [work.job.id for work in children.works()] == [good]
    assert "something went wrong with the job bad" in bench.state.job(bad).reason


@pytest.mark.usefixtures("three_results")
@pytest.mark.parametrize("end", [JobStatus.COMPLETED, JobStatus.CANCELLED, None])
def test_a_result_that_comes_just_as_its_job_ends_is_not_kept_for_ever(children, bench, tmp_path, end):
    [job] = bench.state.jobs()
    if end is None:
        bench.lifecycle.delete([job.id])
    else:
        bench.lifecycle.set_job_status(job.id, end, "It has ended.")

    children.run_once()

    assert ParcelFolder(tmp_path / "parcels").of_job(job.id) == []


@pytest.mark.usefixtures("three_results")
def test_results_of_a_job_that_is_only_paused_are_kept(children, bench, tmp_path):
    [job] = bench.state.jobs()
    bench.lifecycle.stop(job.id, JobStatus.PAUSED, "Paused.")

    children.run_once()

    assert len(ParcelFolder(tmp_path / "parcels").of_job(job.id)) == 3
