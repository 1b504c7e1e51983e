import pytest

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import ParentRef
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.errors import DiskFull
from zordon_app.farm.completion.announcing import Announcing


@pytest.fixture
def told(bench):
    class Told(list):
        def all(self):
            announcing.run_once(0.01)
            announcing.run_once(0.01)
            return [(news.event, news.name) for news in self]

    heard = Told()
    announcing = announce(bench, heard)
    return heard


def announce(bench, heard, *, settles=True):
    def tell(news):
        heard.append(news)
        return settles

    return Announcing(bench.state, bench.store, tell, lambda: "atlas")


def fail(bench, job_id, number):
    with bench.state.change() as change:
        change.unit(job_id, number).state = UnitState.FAILED


def move(bench, job_id, status):
    with bench.state.change() as change:
        change.job(job_id).status = status


def test_a_job_that_is_done_is_told_once(bench, told):
    job_id = bench.add()
    move(bench, job_id, JobStatus.RUNNING)
    move(bench, job_id, JobStatus.COMPLETED)
    with bench.state.change() as change:
        change.job(job_id).priority = 80

    assert told.all() == [("completed", "shot")]
    assert told[0].text == "shot is done: 0 of 4 on atlas."


def test_only_the_first_failure_is_told_and_then_the_end(bench, told):
    job_id = bench.add()
    move(bench, job_id, JobStatus.RUNNING)
    fail(bench, job_id, 1)
    fail(bench, job_id, 2)
    assert told.all() == [("first_failure", "shot")]

    move(bench, job_id, JobStatus.ERROR)
    assert told.all() == [("first_failure", "shot"), ("failed", "shot")]


def test_nobody_is_told_of_what_a_person_did(bench, told):
    job_id = bench.add()
    move(bench, job_id, JobStatus.RUNNING)
    move(bench, job_id, JobStatus.PAUSED)
    move(bench, job_id, JobStatus.CANCELLED)

    assert told.all() == []


def test_work_for_another_machine_is_told_of_there(bench, told):
    job_id = bench.add(parent=ParentRef(node="node-b", job=JobId("theirs")))
    move(bench, job_id, JobStatus.RUNNING)
    move(bench, job_id, JobStatus.COMPLETED)

    assert told.all() == []


def test_what_ended_before_the_start_is_no_news(bench):
    job_id = bench.add()
    move(bench, job_id, JobStatus.RUNNING)
    move(bench, job_id, JobStatus.COMPLETED)
    heard = []
    announcing = announce(bench, heard)
    with bench.state.change() as change:
        change.job(job_id).priority = 80
    announcing.run_once(0.01)

    assert heard == []


def end_one_job(bench):
    job_id = bench.add()
    move(bench, job_id, JobStatus.RUNNING)
    move(bench, job_id, JobStatus.COMPLETED)


def test_what_was_not_told_is_told_after_the_next_start_and_then_never_again(bench):
    early, late, later = [], [], []
    announcing = announce(bench, early, settles=False)
    end_one_job(bench)
    announcing.run_once(0.01)

    bench.reopen()
    announce(bench, late).run_once(0.01)
    bench.reopen()
    announce(bench, later).run_once(0.01)

    assert [news.event for news in (*early, *late)] == ["completed", "completed"]
    assert early == late
    assert later == []


def test_news_of_a_change_that_was_not_saved_is_none(bench, told, monkeypatch):
    job_id = bench.add()
    move(bench, job_id, JobStatus.RUNNING)
    monkeypatch.setattr(bench.store, "save", lambda **_all: (_ for _ in ()).throw(DiskFull("full")))
    with pytest.raises(DiskFull):
        move(bench, job_id, JobStatus.COMPLETED)
    monkeypatch.undo()
    assert told.all() == []

    move(bench, job_id, JobStatus.COMPLETED)
    assert told.all() == [("completed", "shot")]


def test_what_a_full_disk_keeps_from_being_forgotten_is_not_told_twice(bench, monkeypatch):
    heard = []
    announcing = announce(bench, heard)
    end_one_job(bench)
    monkeypatch.setattr(bench.store, "forget_news", lambda _up_to: (_ for _ in ()).throw(DiskFull("full")))
    with pytest.raises(DiskFull):
        announcing.run_once(0.01)
    announcing.run_once(0.01)
    assert len(heard) == 1

    monkeypatch.undo()
    end_one_job(bench)
    announcing.run_once(0.01)
    assert len(heard) == 2
    assert bench.store.next_news(0) is None
