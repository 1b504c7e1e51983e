"""Whatever is taken up again is asked first whether it still may: lists of machines, pauses and ends are not undone."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.fakes.engine import FakeEngine
from tests.unit.farm.conftest import UNCHANGED, claiming_of
from tests.unit.farm.scheduling.conftest import NODE, OTHER
from tests.unit.farm.scheduling.test_assignment import assignment
from tests.unit.farm.scheduling.test_dispatcher import checked, take
from zordon_app.domain.leases import LeaseOrder
from zordon_app.domain.sharing import ChildUpdate
from zordon_app.domain.statuses import JobStatus
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import DiskFull
from zordon_app.farm.child.local_work import LocalWork
from zordon_app.farm.completion.finishing import Finishing
from zordon_app.farm.completion.results import Results
from zordon_app.farm.parent.desk import ParentDesk
from zordon_app.farm.scheduling.blocklist import Blocklist
from zordon_app.farm.scheduling.reconciler import Reconciler
from zordon_app.storage.outputs import OutputFolders

__all__ = ["assignment"]


def lease_to_other(dispatch, job):
    return dispatch.dispatcher.next_lease(OTHER, "borealis", wait=0, may_work=lambda: True, job=job)


def renew(dispatch, lease):
    held = {unit.spec.number: unit.attempt for unit in lease.units}
    return dispatch.leases.renew(lease.job, OTHER, lease.id, held)


# Leases of machines that are let out


@pytest.mark.parametrize("chosen", [{"nodes": [NODE], "split": None}, {"nodes": [], "split": False}])
def test_a_machine_that_renews_while_it_is_let_out_does_not_get_its_lease_again(bench, dispatch, assignment, chosen):
    job = bench.add()
    theirs = lease_to_other(dispatch, job)

    assignment.choose(job, **chosen)

    assert renew(dispatch, theirs) == LeaseOrder.STOP_NOW
    assert set(bench.states(job).values()) == {"waiting"}


@pytest.mark.parametrize("chosen", [{"nodes": [NODE], "split": None}, {"nodes": [], "split": False}])
def test_a_machine_that_waits_for_work_while_it_is_let_out_gets_none(bench, dispatch, assignment, chosen):
    job = bench.add()
    assignment.choose(job, **chosen)

    assert lease_to_other(dispatch, job) is None


def test_a_machine_that_failed_what_others_do_well_does_not_get_its_lease_again(bench, dispatch):
    job = bench.add(units=8)
    theirs = lease_to_other(dispatch, job)
    dispatch.leases.take_back_from(OTHER)
    dispatch.blocklist.done(job, NODE)
    for number in (2, 3, 4):
        dispatch.blocklist.failed(job, OTHER, number)

    assert renew(dispatch, theirs) == LeaseOrder.STOP_NOW
    assert bench.state.unit(job, 1).state == "waiting"


def test_after_a_restart_nothing_is_kept_for_a_machine_that_was_let_out_just_before(bench, dispatch):
    job = bench.add()
    lease_to_other(dispatch, job)
    with bench.state.change() as change:
        change.job(job).nodes = [NODE]

    dispatch.leases._leases = type(dispatch.leases._leases)()
    dispatch.leases.expect_back(NODE)

    assert set(bench.states(job).values()) == {"waiting"}
    assert dispatch.leases.holders(job) == set()


def test_a_lease_that_is_taken_up_again_shows_that_the_job_runs(bench, dispatch):
    job = bench.add()
    theirs = lease_to_other(dispatch, job)
    dispatch.leases.take_back_from(OTHER)
    bench.lifecycle.set_job_status(job, JobStatus.NOT_STARTED, "In the queue.")

    assert renew(dispatch, theirs) == LeaseOrder.GO_ON
    assert bench.state.job(job).status == JobStatus.RUNNING


# Results of work that no longer counts


def test_a_late_result_does_not_stand_for_a_frame_that_is_to_be_rendered_again(bench, dispatch):
    job = bench.add(units=1)
    first = take(dispatch)
    assert dispatch.gathering.deliver(first.lease, first.lease.units[0], checked(bench, "as it was"))
    bench.lifecycle.put_back(job, [1], "Rendered again; in the queue.")

    assert not dispatch.gathering.deliver(first.lease, first.lease.units[0], checked(bench, "as it was"))
    assert bench.states(job) == {1: "waiting"}


@pytest.fixture
def results(bench, dispatch):
    return Results(
        bench.state, leases=dispatch.leases, gathering=dispatch.gathering, lifecycle=bench.lifecycle,
        speeds=dispatch.speeds, progress=SimpleNamespace(forget=lambda _job, _unit: None), blocklist=dispatch.blocklist,
    )  # fmt: skip


def test_a_machine_that_is_let_out_cannot_end_the_job_by_its_last_word(bench, dispatch, assignment, results):
    job = bench.add()
    ours = take(dispatch).lease
    assignment.choose(job, [OTHER], split=None)

    results.fail_job(ours, "There is no camera here.")

    assert bench.state.job(job).status == JobStatus.NOT_STARTED


def test_a_machine_that_is_paused_at_that_moment_begins_nothing(bench, dispatch, results):
    bench.add()
    node = SimpleNamespace(id=NODE, name="atlas", may_begin=False)
    work = LocalWork(
        dispatcher=dispatch.dispatcher,
        leases=dispatch.leases,
        results=results,
        progress=SimpleNamespace(),
        node=node,
        watch=UNCHANGED,
    )

    assert work.next_lease(wait=0, keep_job=None) is None


# Jobs that a person stopped at that very moment


def cancel(bench, job):
    bench.lifecycle.stop(job, JobStatus.CANCELLED, "Cancelled. Retry starts it again.")


def pause(bench, job):
    bench.lifecycle.stop(job, JobStatus.PAUSED, "Paused. Resume it when you are ready.")


STOPS = pytest.mark.parametrize(("stop", "status"), [(cancel, "cancelled"), (pause, "paused")])


def make_reconciler(bench, **parts):
    usual = {
        "registry": EngineRegistry([FakeEngine()]),
        "builds": SimpleNamespace(find=lambda _build: None),
        "disk": SimpleNamespace(shortage=lambda _folder: ""),
        "clock": bench.clock,
        "jobs_folder": bench.folder / "jobs",
        "blocklist": Blocklist(),
        "nodes": list,
    }
    leases = SimpleNamespace(take_back_expired=lambda: None)
    return Reconciler(bench.state, bench.lifecycle, leases, **(usual | parts))


@STOPS
def test_a_job_that_waits_for_room_stays_stopped_when_somebody_stops_it_meanwhile(bench, stop, status):
    job = bench.add()
    bench.lifecycle.stop(job, JobStatus.PAUSED, "Waiting for disk space.", held_for_disk=True)

    def look(_folder):
        stop(bench, job)
        return ""

    make_reconciler(bench, disk=SimpleNamespace(shortage=look)).run_once()

    assert bench.state.job(job).status == status


@STOPS
def test_a_job_that_waits_for_another_stays_stopped_when_somebody_stops_it_meanwhile(bench, stop, status):
    other = bench.add()
    job = bench.add(status=JobStatus.SCHEDULED, after=[other])

    class Clock:
        def now(self):
            stop(bench, job)
            return bench.clock.now()

    with bench.state.change() as change:
        change.job(job).start_at = bench.clock.now()
    make_reconciler(bench, clock=Clock()).run_once()

    assert bench.state.job(job).status == status


def make_finishing(bench, **parts):
    usual = {
        "registry": EngineRegistry([FakeEngine()]),
        "builds": SimpleNamespace(find=lambda _build: None),
        "outputs": OutputFolders(),
        "claiming": claiming_of(bench),
        "watch": UNCHANGED,
        "check": lambda _path, _expected: ("ab", 1),
        "make_runner": lambda _job: None,
        "threads": lambda: 1,
        "jobs_folder": bench.folder / "jobs",
        "work_folder": bench.folder / "work",
    }
    return Finishing(bench.state, bench.lifecycle, **(usual | parts))


def all_done(bench, **fields):
    job = bench.add(units=2, **fields)
    bench.lifecycle.grant(job, [1, 2], NODE, "atlas")
    for number in (1, 2):
        bench.lifecycle.publish(job, number, sha256="ab", size=1, seconds=1.0, artifact=f"shot_{number:04d}.png")
    return job


@STOPS
def test_a_job_whose_files_had_gone_stays_stopped_when_somebody_stops_it_meanwhile(bench, monkeypatch, stop, status):
    job = all_done(bench)
    finishing = make_finishing(bench)

    def look(_path):
        if not bench.state.job(job).status.is_final:
            stop(bench, job)
        return False

    monkeypatch.setattr(Path, "is_file", look)
    finishing.run_once(0)

    assert bench.state.job(job).status == status
    assert set(bench.states(job).values()) == {"done"}


@STOPS
def test_a_job_whose_parts_are_joined_stays_stopped_when_somebody_stops_it_meanwhile(bench, dispatch, stop, status):
    folder = bench.folder / "jobs"
    job = all_done(bench, assemble=True)
    (folder / job / "segments").mkdir(parents=True)
    for number in (1, 2):
        (folder / job / "segments" / f"shot_{number:04d}.png").write_text("x")

    def find(_build):
        stop(bench, job)
        return dispatch.builds.installed

    make_finishing(bench, builds=SimpleNamespace(find=find)).run_once(0)

    assert bench.state.job(job).status == status


def test_a_full_disk_at_the_end_of_a_job_does_not_let_it_go_on_that_somebody_paused(bench, dispatch):
    job = all_done(bench, assemble=True)
    for number in (1, 2):
        file = bench.folder / "jobs" / job / "segments" / f"shot_{number:04d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")

    class Joins(FakeEngine):
        def assemble(self, *_about):
            pause(bench, job)
            raise DiskFull("Waiting for disk space.")

    make_finishing(bench, builds=dispatch.builds, registry=EngineRegistry([Joins()])).run_once(0)

    assert (bench.state.job(job).status, bench.state.job(job).held_for_disk) == (JobStatus.PAUSED, False)


# Machines that were left out


def left_out(bench, dispatch, job):
    """The other machine failed what this one does well, and that is written down."""
    dispatch.blocklist.done(job, NODE)
    for number in (2, 3, 4):
        dispatch.blocklist.failed(job, OTHER, number)
    bench.lifecycle.note_child(job, {"id": "child", "node": OTHER, "status": "left out", "reason": ""})


def test_a_machine_that_was_left_out_gets_no_work_after_a_restart_either(bench, dispatch):
    job = bench.add(units=8)
    left_out(bench, dispatch, job)
    dispatch.blocklist.forget(job)  # As a restart does it.

    assert lease_to_other(dispatch, job) is None


def test_a_machine_that_was_left_out_has_another_chance_when_a_person_tries_again(bench, dispatch):
    job = bench.add(units=8)
    left_out(bench, dispatch, job)

    dispatch.leases.forgive(job)
    bench.lifecycle.put_back(job, [], "Tried again; in the queue.")

    assert lease_to_other(dispatch, job) is not None
    assert [child["status"] for child in bench.state.job(job).child_jobs] == ["ended"]


# What is known of helpers


def test_late_news_of_a_helper_do_not_undo_that_its_help_has_ended(bench, dispatch, results):
    job = bench.add()
    child = {"id": "child", "node": OTHER, "status": "running", "reason": ""}
    bench.lifecycle.note_child(job, child)

    desk = ParentDesk(
        bench.state, dispatcher=dispatch.dispatcher, leases=dispatch.leases, lifecycle=bench.lifecycle,
        results=results, progress=None,
        check=None, machines=SimpleNamespace(name_of=lambda node: node), projects=None, children=None, logs=None,
        watch=UNCHANGED,
    )  # fmt: skip
    when_it_arrived = bench.state.job(job)
    bench.lifecycle.note_child(job, {**child, "status": "ended"})

    desk._note(when_it_arrived, OTHER, ChildUpdate(id="child", status="configuring", reason="Copies the project."))

    assert bench.state.job(job).child_jobs == [{**child, "status": "ended"}]
