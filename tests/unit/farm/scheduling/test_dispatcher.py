import threading
from pathlib import Path

import pytest

from tests.fakes.patience import HANG_SECONDS
from tests.unit.farm.conftest import make_units
from tests.unit.farm.scheduling.conftest import NODE, OTHER
from zordon_app.domain.ids import NodeId, new_lease_id
from zordon_app.domain.jobs import BuildRef
from zordon_app.domain.leases import Lease, LeaseOrder
from zordon_app.domain.results import CheckedFile
from zordon_app.domain.statuses import JobStatus
from zordon_app.farm.scheduling.lease_keeping import UPLOAD_SECONDS
from zordon_app.farm.scheduling.speeds import Speeds


def take(dispatch, node=NODE, *, may_work=True):
    lease = dispatch.dispatcher.next_lease(node, "atlas", wait=0, may_work=lambda: may_work)
    return lease and dispatch.dispatcher.assignment(lease)


def look_for(seconds, bench, dispatch):
    """So many seconds go by, with the round of each."""
    for _ in range(seconds):
        bench.clock.advance(1)
        dispatch.leases.take_back_expired()


def checked(bench, text="pixels"):
    path = bench.folder / "work.png"
    path.write_text(text)
    return CheckedFile(path=Path(path), sha256="ab", bytes=len(text), seconds=2.0)


def test_work_is_leased_in_order_and_only_once(bench, dispatch):
    job_id = bench.add(units=6)

    first, second = take(dispatch), take(dispatch, OTHER)

    assert [unit.spec.number for unit in first.lease.units] == [1]
    assert [unit.spec.number for unit in second.lease.units] == [2]
    assert bench.state.job(job_id).counts.leased == 2


def test_the_job_of_higher_priority_goes_first(bench, dispatch):
    bench.add(units=1)
    urgent = bench.add(units=1, priority=90)

    assert take(dispatch).lease.job == urgent


def test_a_node_that_may_not_work_gets_nothing(bench, dispatch):
    bench.add()

    assert take(dispatch, may_work=False) is None


def test_a_waiting_node_wakes_when_a_job_arrives(bench, dispatch):
    got = []
    waiting = threading.Thread(
        target=lambda: got.append(dispatch.dispatcher.next_lease(NODE, "atlas", wait=20, may_work=lambda: True))
    )
    waiting.start()

    job_id = bench.add()
    waiting.join(HANG_SECONDS)

    assert got[0].job == job_id


def test_a_lease_that_is_not_renewed_is_taken_back_and_its_holder_told(bench, dispatch):
    job_id = bench.add(units=2)
    assignment = take(dispatch)
    look_for(20, bench, dispatch)
    assert dispatch.leases.order(assignment.lease) == LeaseOrder.GO_ON

    look_for(26, bench, dispatch)

    assert bench.states(job_id) == {1: "waiting", 2: "waiting"}
    assert dispatch.leases.order(assignment.lease) == LeaseOrder.STOP_NOW


def test_a_zombie_that_delivers_late_is_superseded_and_harms_nothing(bench, dispatch):
    job_id = bench.add(units=1)
    zombie = take(dispatch)
    look_for(26, bench, dispatch)
    heir = take(dispatch, OTHER)
    assert dispatch.gathering.deliver(heir.lease, heir.lease.units[0], checked(bench, "good"))

    accepted = dispatch.gathering.deliver(zombie.lease, zombie.lease.units[0], checked(bench, "late"))

    assert not accepted
    assert (bench.folder / "output" / "shot_0001.png").read_text() == "good"
    job = bench.state.job(job_id)
    assert (job.superseded, job.published) == (1, 1)
    assert len(bench.store.commits(job_id)) == 1


@pytest.mark.parametrize(
    ("status", "order"),
    [(JobStatus.CANCELLED, LeaseOrder.STOP_NOW), (JobStatus.PAUSED, LeaseOrder.STOP_NOW)],
)
def test_a_stopped_job_stops_its_leases(bench, dispatch, status, order):
    job_id = bench.add(units=2)
    assignment = take(dispatch)

    bench.lifecycle.stop(job_id, status, "Stopped.")

    assert dispatch.leases.order(assignment.lease) == order


def test_pausing_after_the_current_unit_lets_it_end(bench, dispatch):
    job_id = bench.add(units=2)
    assignment = take(dispatch)

    bench.lifecycle.set_job_status(job_id, JobStatus.PAUSED, "After this one.")

    assert dispatch.leases.order(assignment.lease) == LeaseOrder.STOP_AFTER_UNIT


def test_a_full_disk_holds_the_job_without_blame(bench, dispatch):
    job_id = bench.add(units=2)
    dispatch.room.sentence = "The disk of /out is nearly full."

    assert take(dispatch) is None

    job = bench.state.job(job_id)
    assert (job.status, job.reason, job.held_for_disk) == (JobStatus.PAUSED, "The disk of /out is nearly full.", True)


def test_a_job_whose_build_is_gone_says_what_it_needs(bench, dispatch):
    job_id = bench.add(units=2)
    dispatch.builds.installed = None

    assert take(dispatch) is None

    job = bench.state.job(job_id)
    assert (job.status, job.reason) == (
        JobStatus.CONFIGURING,
        "No machine has Fake 1.0. Install it, or change the job's version.",
    )


@pytest.mark.parametrize("status", [JobStatus.RUNNING, JobStatus.WAITING_FOR_SUBJOBS])
def test_a_job_that_runs_when_its_build_goes_holds_up_no_other(bench, dispatch, status):
    job_id = bench.add(units=2, status=status, priority=80)
    other = bench.add(units=1, build=BuildRef(engine="fake", version="2.0"))
    here = dispatch.builds.installed
    dispatch.builds.find = lambda wanted: here if wanted.version == "2.0" else None

    assert take(dispatch).job.id == other
    assert bench.state.job(job_id).status == JobStatus.CONFIGURING


def test_speeds_are_known_again_after_a_restart(bench, dispatch):
    job_id = bench.add(units=2)
    assignment = take(dispatch)
    dispatch.gathering.deliver(assignment.lease, assignment.lease.units[0], checked(bench))

    bench.reopen()

    assert Speeds(bench.state).seconds_per_unit(job_id) == 2.0


def test_units_keep_their_order():
    assert [unit.spec.number for unit in make_units(3)] == [1, 2, 3]


def test_the_last_units_are_left_to_machines_that_have_none(bench, dispatch):
    bench.add(units=3, child_jobs=({"node": OTHER, "status": "running"}, {"node": "c", "status": "running"}))

    first = take(dispatch)

    assert take(dispatch) is None, "two wait, and two machines have nothing"
    assert [unit.spec.number for unit in take(dispatch, OTHER).lease.units] == [2]
    dispatch.leases.settle(first.lease, 1)
    assert [unit.spec.number for unit in take(dispatch).lease.units] == [3]


@pytest.fixture
def peer_lease(bench, dispatch):
    """A peer holds units 2–21; each takes ten seconds, so that an idle node would take some over."""
    job_id = bench.add(units=21)
    dispatch.speeds.measured(job_id, 10.0, OTHER)
    dispatch.speeds.measured(job_id, 0.1, NODE)
    units = bench.lifecycle.grant(job_id, range(2, 22), OTHER, "other")
    held = dispatch.leases.hold(new_lease_id(), job_id, OTHER, units)
    bench.lifecycle.skip(job_id, [1])
    return job_id, held.lease.id, dict(held.owed)


def renew(dispatch, peer_lease, made=()):
    job_id, lease_id, owed = peer_lease
    return dispatch.leases.renew(job_id, OTHER, lease_id, owed, made)


def test_an_idle_node_takes_over_from_a_slow_one_but_not_what_is_made(dispatch, peer_lease):
    renew(dispatch, peer_lease, made=range(2, 16))

    taken = take(dispatch)

    assert {unit.spec.number for unit in taken.lease.units} <= set(range(16, 22))


def test_what_is_said_to_be_made_and_never_comes_is_given_to_another(bench, dispatch, peer_lease):
    """A member delays a job by an upload's time, however often and under how many names it says so (outside.md 4)."""
    job_id, _, owed = peer_lease
    for number in range(int(UPLOAD_SECONDS / 5) + 1):
        dispatch.leases.renew(job_id, OTHER, f"lease {number}", owed, range(2, 22))
        assert take(dispatch) is None
        bench.clock.advance(5)
        dispatch.leases.renew(job_id, OTHER, f"lease {number}", owed)
    dispatch.leases.renew(job_id, OTHER, "another", owed, range(2, 22))

    assert {unit.spec.number for unit in take(dispatch).lease.units} <= set(range(2, 22))


def test_a_holder_that_is_silent_for_a_moment_is_not_robbed(bench, dispatch, peer_lease):
    bench.clock.advance(10)

    assert take(dispatch) is None


def test_nobody_is_robbed_for_what_could_not_be_heard_while_this_machine_slept(bench, dispatch, peer_lease):
    job_id, _, _ = peer_lease
    look_for(2, bench, dispatch)
    bench.clock.advance(8 * 3600)
    look_for(1, bench, dispatch)
    kept = bench.state.job(job_id).counts.leased
    taken = take(dispatch)
    renew(dispatch, peer_lease, made=range(2, 16))
    after_it_called = take(dispatch)

    assert kept == 20
    assert taken is None
    assert {unit.spec.number for unit in after_it_called.lease.units} <= set(range(16, 22))


def test_who_does_not_call_after_this_machine_woke_loses_its_lease(bench, dispatch, peer_lease):
    job_id, _, _ = peer_lease
    bench.clock.advance(8 * 3600)
    look_for(27, bench, dispatch)

    assert bench.state.job(job_id).counts.leased == 0


def test_a_node_that_only_fails_loses_its_lease(bench, dispatch, peer_lease):
    job_id, _, _ = peer_lease
    dispatch.blocklist.done(job_id, NODE)
    for number in (2, 3, 4):
        dispatch.blocklist.failed(job_id, OTHER, number)

    assert renew(dispatch, peer_lease) == LeaseOrder.STOP_NOW
    assert bench.state.job(job_id).counts.leased == 0


def test_nobody_settles_the_units_of_another_node(dispatch, peer_lease):
    job_id, lease_id, owed = peer_lease
    forged = Lease(id=lease_id, job=job_id, node=NodeId("node-c"), units=(), seconds=0.0)

    dispatch.leases.settle(forged, 2)

    assert dispatch.leases.numbers_in_hand(OTHER) == {job_id: list(owed)}


def test_a_job_of_which_nothing_can_be_given_out_keeps_no_other_waiting_and_says_so(bench, dispatch, monkeypatch):
    bad, good = bench.add(name="bad", priority=90), bench.add(name="good")
    real = bench.lifecycle.grant

    def grant(job_id, *rest):
        return 1 / 0 if job_id == bad else real(job_id, *rest)

    monkeypatch.setattr(bench.lifecycle, "grant", grant)
    lease = dispatch.dispatcher.next_lease(NODE, "a", wait=0, may_work=lambda: True)

    assert lease.job == good
    assert "Giving out frames: something went wrong with the job bad" in bench.state.job(bad).reason
    assert bench.state.job(bad).warnings == [bench.state.job(bad).reason]


def test_a_unit_wanted_from_elsewhere_waits_for_another_machine_but_not_for_ever(bench, dispatch):
    job_id = bench.add(units=1)
    dispatch.leases.avoid(job_id, {1: NODE})

    assert take(dispatch) is None
    assert take(dispatch, OTHER) is not None

    other = bench.add(units=1)
    dispatch.leases.avoid(other, {1: NODE})
    bench.clock.advance(61)
    assert take(dispatch).lease.job == other
