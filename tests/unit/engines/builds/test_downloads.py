"""The queue of installations, with tasks that do as the test says."""

import threading

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.mirror import wait_until
from tests.fakes.patience import HANG_SECONDS
from zordon_app.engines.builds.available import Available
from zordon_app.engines.builds.downloads import Downloads
from zordon_app.engines.builds.errors import WrongHash
from zordon_app.engines.builds.steps import DownloadState, Steps
from zordon_app.engines.builds.store import Managed
from zordon_app.errors import BadRequest, NotFound, TooBusy

S = DownloadState


def build(version):
    return Available(
        engine="blender",
        version=version,
        channel="stable",
        system_os="linux",
        cpu="x64",
        source="blender",
        url="",
        file_name=f"blender-{version}.tar.xz",
        size=100,
        sha256="a" * 64,
    )


class Task:
    """Waits in the middle of a download until it is let go."""

    def __init__(self, version, *, error=None, waits=True):
        self.build = build(version)
        self.error = error
        self.go_on = threading.Event()
        if not waits:
            self.go_on.set()
        self.runs = self.discarded = 0

    def run(self, steps):
        self.runs += 1
        steps.state(S.DOWNLOADING)
        steps.begin(40, 100)
        while not self.go_on.wait(0.01):
            steps.check()
        if self.error:
            raise self.error
        steps.advance(60)
        return Managed(
            engine="blender",
            version=self.build.version,
            reported=self.build.version,
            channel="stable",
            system_os="linux",
            cpu="x64",
            source="blender",
            file_name="",
        )

    def discard(self):
        self.discarded += 1


@pytest.fixture
def changes():
    return []


@pytest.fixture
def downloads(changes):
    downloads = Downloads(monotonic=FakeClock().monotonic, on_change=lambda: changes.append(1))

    def work():
        while not downloads._closed:
            downloads.run_once(60)

    thread = threading.Thread(target=work, name="downloads")
    thread.start()
    yield downloads
    downloads.close()
    thread.join(HANG_SECONDS)
    assert not thread.is_alive()


def until(downloads, record, state):
    wait_until(lambda: downloads.get(record.id).state == state)


def test_an_installation_is_followed_from_the_queue_to_its_end(downloads, changes):
    task = Task("4.5.15")
    record = downloads.add(task)
    until(downloads, record, S.DOWNLOADING)
    assert downloads.get(record.id).fraction == 0.4

    task.go_on.set()
    ended = downloads.wait(record.id, 10)

    assert (ended.state, ended.reason, ended.verified) == (S.INSTALLED, "", True)
    assert changes


def test_one_runs_at_a_time_and_the_next_says_what_it_waits_for(downloads):
    first, second = Task("1.0.0"), Task("2.0.0")
    running, waiting = downloads.add(first), downloads.add(second)
    until(downloads, running, S.DOWNLOADING)

    assert downloads.get(waiting.id).state == S.QUEUED
    assert "before it" in downloads.get(waiting.id).reason

    first.go_on.set()
    second.go_on.set()
    assert downloads.wait(waiting.id, 10).state == S.INSTALLED


def test_a_paused_one_lets_the_next_go_first_and_is_gone_on_with(downloads):
    first, second = Task("1.0.0"), Task("2.0.0", waits=False)
    running, waiting = downloads.add(first), downloads.add(second)
    until(downloads, running, S.DOWNLOADING)

    assert downloads.pause(running.id).state == S.PAUSED
    until(downloads, waiting, S.INSTALLED)
    assert first.discarded == 0

    first.go_on.set()
    downloads.resume(running.id)
    assert downloads.wait(running.id, 10).state == S.INSTALLED
    assert first.runs == 2


def test_a_cancelled_one_leaves_nothing(downloads):
    task = Task("1.0.0")
    record = downloads.add(task)
    until(downloads, record, S.DOWNLOADING)

    assert downloads.cancel(record.id).state == S.CANCELLED
    assert task.discarded == 1


def test_one_that_waits_can_be_paused_and_cancelled_too(downloads):
    first, second = Task("1.0.0"), Task("2.0.0")
    running, waiting = downloads.add(first), downloads.add(second)
    until(downloads, running, S.DOWNLOADING)

    assert downloads.pause(waiting.id).state == S.PAUSED
    assert downloads.cancel(waiting.id).state == S.CANCELLED
    assert (second.runs, second.discarded) == (0, 1)


def test_a_failure_is_told_with_its_sentence_and_can_be_tried_again(downloads):
    error = WrongHash("{file} is not what was published.", code="wrong_hash", file="It")
    task = Task("1.0.0", error=error, waits=False)
    record = downloads.add(task)

    failed = downloads.wait(record.id, 10)
    assert (failed.state, failed.reason, failed.status) == (S.FAILED, "It is not what was published.", 502)
    assert failed.about == "wrong_hash?file=It"

    task.error = None
    downloads.resume(record.id)
    assert downloads.wait(record.id, 10).state == S.INSTALLED


def test_something_unforeseen_ends_one_download_and_no_other(downloads, caplog):
    bad = downloads.add(Task("1.0.0", error=RuntimeError("secret detail"), waits=False))
    good = downloads.add(Task("2.0.0", waits=False))

    assert downloads.wait(good.id, 10).state == S.INSTALLED
    assert downloads.get(bad.id).state == S.FAILED
    assert "secret" not in downloads.get(bad.id).reason
    assert "secret detail" in caplog.text


def test_the_same_build_is_not_fetched_twice(downloads):
    task = Task("1.0.0")
    record = downloads.add(task)
    until(downloads, record, S.DOWNLOADING)

    assert downloads.add(Task("1.0.0")).id == record.id

    downloads.pause(record.id)
    task.go_on.set()
    assert downloads.add(Task("1.0.0")).id == record.id
    assert downloads.wait(record.id, 10).state == S.INSTALLED
    assert downloads.add(Task("1.0.0", waits=False)).id != record.id


@pytest.mark.parametrize("action", ["pause", "resume", "cancel"])
def test_what_has_ended_or_never_was_cannot_be_acted_on(downloads, action):
    record = downloads.add(Task("1.0.0", waits=False))
    downloads.wait(record.id, 10)

    with pytest.raises(BadRequest, match="installed"):
        getattr(downloads, action)(record.id)
    with pytest.raises(NotFound):
        getattr(downloads, action)("../../etc")


def test_only_so_many_wait(downloads):
    tasks = [Task(f"1.0.{number}") for number in range(51)]
    first = downloads.add(tasks[0])
    until(downloads, first, S.DOWNLOADING)
    for task in tasks[1:]:
        downloads.add(task)

    with pytest.raises(TooBusy):
        downloads.add(Task("2.0.0"))


def test_old_records_are_forgotten(downloads):
    for number in range(60):
        downloads.wait(downloads.add(Task(f"1.0.{number}", waits=False)).id, 10)

    assert len(downloads.all()) <= 51
    assert downloads.all()[-1].version == "1.0.59"


def test_closing_lets_everybody_go_and_keeps_what_is_there():
    downloads = Downloads(monotonic=FakeClock().monotonic, on_change=lambda: None)
    task = Task("1.0.0")
    record = downloads.add(task)
    worker = threading.Thread(target=downloads.run_once, args=(60,))
    worker.start()
    until(downloads, record, S.DOWNLOADING)
    waiter = threading.Thread(target=downloads.wait, args=(record.id, 600))
    waiter.start()

    downloads.close()
    worker.join(HANG_SECONDS)
    waiter.join(HANG_SECONDS)

    assert not worker.is_alive()
    assert not waiter.is_alive()
    assert (downloads.get(record.id).state, task.discarded) == (S.PAUSED, 0)


def test_speed_is_smoothed_and_tells_the_time_to_go():
    clock, told = FakeClock(), []
    steps = Steps(lambda _state: None, told.append, clock.monotonic)
    steps.begin(0, 10_000)
    for _ in range(4):
        clock.advance(1)
        steps.advance(1000)
    assert (told[-1].speed, told[-1].eta_seconds) == (1000, 6)

    clock.advance(1)
    steps.advance(3000)

    assert told[-1].speed == 1400
    assert told[-1].eta_seconds == pytest.approx(3000 / 1400)


def test_progress_is_told_twice_a_second_and_not_for_every_block():
    clock, told = FakeClock(), []
    steps = Steps(lambda _state: None, told.append, clock.monotonic)
    steps.begin(0, 0)
    for _ in range(100):
        clock.advance(0.02)
        steps.advance(10)

    assert len(told) <= 6
    assert told[-1].eta_seconds is None


def test_those_that_have_not_ended_are_kept_and_stay_so_when_all_is_closed():
    kept = []
    downloads = Downloads(monotonic=FakeClock().monotonic, on_change=lambda: None, keep=kept.append)
    thread = threading.Thread(target=downloads.run_once, args=(60,), name="downloads")
    thread.start()
    task, held = Task("4.5.1"), Task("3.6.5")
    record = downloads.add(task)
    wait_until(lambda: downloads.get(record.id).state == S.DOWNLOADING)
    downloads.add(held, paused=True)
    downloads.close()
    thread.join(HANG_SECONDS)

    assert downloads.get(record.id).state == S.PAUSED
    assert [(left.build.version, left.paused) for left in kept[-1]] == [("4.5.1", False), ("3.6.5", True)]
    assert held.runs == 0


def test_those_that_have_ended_are_not_kept():
    kept = []
    downloads = Downloads(monotonic=FakeClock().monotonic, on_change=lambda: None, keep=kept.append)
    downloads.add(Task("4.5.1", waits=False))
    downloads.add(Task("3.6.5", waits=False, error=WrongHash("It differs.")))
    downloads.run_once(0)
    downloads.run_once(0)

    assert kept[-1] == []
