import pytest

from zordon_app.domain.pictures import Picture
from zordon_app.domain.statuses import JobStatus
from zordon_app.errors import DiskFull, IllegalChange
from zordon_app.farm.ledger.lifecycle import Lifecycle


def publish(bench, job_id, number):
    bench.lifecycle.publish(job_id, number, sha256="0" * 64, size=10, seconds=1.5, artifact=f"shot_{number:04d}.png")


def test_a_grant_leases_units_under_a_new_attempt_and_starts_the_job(bench):
    job_id = bench.add(units=3)

    bench.lifecycle.grant(job_id, [1, 2], "node", "atlas")

    job = bench.state.job(job_id)
    assert bench.states(job_id) == {1: "leased", 2: "leased", 3: "waiting"}
    assert [bench.state.unit(job_id, number).attempt for number in (1, 2, 3)] == [1, 1, 0]
    assert (job.status, job.reason) == (JobStatus.RUNNING, "Rendering on atlas.")
    assert (job.counts.leased, job.counts.waiting) == (2, 1)


def test_a_published_unit_is_done_and_in_the_history_once(bench):
    job_id = bench.add(units=1)
    bench.lifecycle.grant(job_id, [1], "node", "atlas")

    publish(bench, job_id, 1)

    assert bench.states(job_id) == {1: "done"}
    assert not bench.lifecycle.is_current(job_id, 1, 1)
    with pytest.raises(IllegalChange):
        publish(bench, job_id, 1)
    assert len(bench.store.commits(job_id)) == 1


def test_everything_acknowledged_is_there_after_a_restart(bench):
    job_id = bench.add(units=3)
    bench.lifecycle.grant(job_id, [1, 2], "node", "atlas")
    publish(bench, job_id, 1)

    bench.reopen()

    assert bench.states(job_id) == {1: "done", 2: "leased", 3: "waiting"}
    assert bench.state.job(job_id).counts.done == 1
    assert bench.state.unit(job_id, 1).seconds == 1.5


def test_a_unit_fails_for_good_only_when_it_is_out_of_attempts(bench):
    job_id = bench.add(units=1, max_attempts=2)
    bench.lifecycle.grant(job_id, [1], "node", "atlas")
    bench.lifecycle.fail(job_id, 1, 1, "CUDA out of memory.")
    assert bench.states(job_id) == {1: "waiting"}

    bench.lifecycle.grant(job_id, [1], "node", "atlas")
    bench.lifecycle.fail(job_id, 1, 2, "CUDA out of memory.")

    assert bench.states(job_id) == {1: "failed"}
    [group] = bench.state.job(job_id).errors
    assert (group.message, group.units, group.count, group.node) == ("CUDA out of memory.", "1", 1, "node")


def test_late_news_of_an_older_attempt_changes_nothing(bench):
    job_id = bench.add(units=1)
    bench.lifecycle.grant(job_id, [1], "node", "atlas")
    bench.lifecycle.give_back(job_id, [(1, 1)])
    bench.lifecycle.grant(job_id, [1], "node", "atlas")

    bench.lifecycle.fail(job_id, 1, 1, "too late")
    bench.lifecycle.give_back(job_id, [(1, 1)])

    assert bench.states(job_id) == {1: "leased"}
    assert bench.state.unit(job_id, 1).failures == 0
    assert not bench.lifecycle.is_current(job_id, 1, 1)
    assert bench.lifecycle.is_current(job_id, 1, 2)


def test_a_result_that_arrives_after_its_lease_was_taken_back_still_counts(bench):
    job_id = bench.add(units=1)
    bench.lifecycle.grant(job_id, [1], "node", "atlas")
    bench.lifecycle.stop(job_id, JobStatus.PAUSED, "Paused.")

    assert bench.lifecycle.is_current(job_id, 1, 1)


def test_no_result_counts_for_a_cancelled_or_deleted_job(bench):
    job_id = bench.add(units=1)
    bench.lifecycle.grant(job_id, [1], "node", "atlas")
    bench.lifecycle.stop(job_id, JobStatus.CANCELLED, "Cancelled.")
    assert not bench.lifecycle.is_current(job_id, 1, 1)

    bench.lifecycle.delete([job_id])

    assert not bench.lifecycle.is_current(job_id, 1, 1)
    assert bench.store.load_jobs() == []


def test_a_cancelled_job_runs_again_only_through_the_queue(bench):
    job_id = bench.add(units=1)
    bench.lifecycle.stop(job_id, JobStatus.CANCELLED, "Cancelled.")

    with pytest.raises(IllegalChange, match="cancelled"):
        bench.lifecycle.set_job_status(job_id, JobStatus.RUNNING, "")
    bench.lifecycle.put_back(job_id, [], "Tried again.")

    assert bench.state.job(job_id).status == JobStatus.NOT_STARTED
    assert bench.state.job(job_id).ended_at is None


def test_a_change_that_cannot_be_written_changes_nothing_in_memory(bench):
    job_id = bench.add(units=2)
    token = bench.feed.token()

    class FullStore:
        def __getattr__(self, name):
            return getattr(bench.store, name)

        def save(self, **_changes):
            raise DiskFull("The disk is full.")

    bench.state._store = FullStore()
    with pytest.raises(DiskFull):
        Lifecycle(bench.state, bench.clock).grant(job_id, [1], "node", "atlas")

    assert bench.states(job_id) == {1: "waiting", 2: "waiting"}
    assert bench.state.job(job_id).status == JobStatus.NOT_STARTED
    assert bench.feed.token() == token


def test_only_jobs_with_something_left_to_do_are_looked_at_again_and_again(bench):
    open_job, ended, told, gone = (bench.add() for _ in range(4))
    with bench.state.change() as change:
        change.job(ended).status = JobStatus.COMPLETED
        change.job(told).status = JobStatus.COMPLETED
        change.job(told).child_jobs = [{"node": "b", "status": "running"}]
        change.delete(gone)
    assert {job.id for job in bench.state.unsettled()} == {open_job, told}

    with bench.state.change() as change:
        change.job(told).child_jobs = [{"node": "b", "status": "ended"}]
        change.job(ended).status = JobStatus.RUNNING
    assert {job.id for job in bench.state.unsettled()} == {open_job, ended}
    bench.reopen()
    assert {job.id for job in bench.state.unsettled()} == {open_job, ended}


def show(bench, job_id, text):
    """Publish a picture for each sign from frame 1: B is black, other signs are what they show; - is left out."""
    for number, sign in enumerate(text, 1):
        if sign != "-":
            bench.lifecycle.grant(job_id, [number], "n", "Node")
            picture = Picture(digest=sign, black=sign == "B")
            bench.lifecycle.publish(
                job_id, number, sha256="0" * 64, size=1, seconds=1.0, artifact=f"{number}.png", picture=picture
            )


def test_a_black_frame_is_marked_as_soon_as_its_neighbours_are_there(bench):
    job_id = bench.add(units=5)
    show(bench, job_id, "aB")
    assert bench.state.job(job_id).marks == {"black": "2"}
    show(bench, job_id, "--Bcd")

    assert bench.state.job(job_id).marks == {}


def test_marks_outlive_a_restart_and_go_with_the_frame_that_is_rendered_again(bench):
    job_id = bench.add(units=5)
    show(bench, job_id, "abBdd")
    bench.lifecycle.complete(job_id, {})
    assert bench.state.job(job_id).marks == {"black": "3", "same": "4-5"}
    assert [unit.marks for unit in bench.store.load_units(job_id)] == [[], [], ["black"], ["same"], ["same"]]

    bench.lifecycle.put_back(job_id, [3, 5], "Again.")
    assert bench.state.job(job_id).marks == {}
