"""One item that raises, in each loop that has items: the others are served, and a person is told where they look."""

import threading
from collections import deque
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.nodes import eventually
from tests.unit.farm.conftest import UNCHANGED, FarmBench, make_units
from zordon_app.client.job_cache import JobCache
from zordon_app.desktop.doorbell import Doorbell, ring, take_lock
from zordon_app.desktop.watching import Watching
from zordon_app.domain.news import Event
from zordon_app.domain.results import Checked
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.engines.builds.downloads import Downloads
from zordon_app.engines.builds.index import BuildIndex
from zordon_app.farm.completion.announcing import Announcing
from zordon_app.farm.completion.finishing import Finishing
from zordon_app.farm.intake.preparing import Preparing
from zordon_app.farm.intake.provisioning import Provisioning
from zordon_app.farm.intake.watch_folders import SETTLED_SECONDS, WatchFolders
from zordon_app.farm.parent.call_queue import CallQueue
from zordon_app.farm.scheduling.blocklist import Blocklist
from zordon_app.farm.scheduling.reconciler import Reconciler
from zordon_app.guard import Guard
from zordon_app.hooks.telling import Hooks
from zordon_app.peers.discovery.multicast import Discovery
from zordon_app.peers.links.address_probe import AddressProbe
from zordon_app.render.publisher import Finished, Publisher
from zordon_app.render.settling import Settling
from zordon_app.storage.outputs import OutputFolders


@pytest.fixture
def bench(tmp_path):
    made = FarmBench(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def told():
    return []


@pytest.fixture
def guard(told):
    guard = Guard()
    guard.tell_through(lambda about, text: told.append(text))
    return guard


@pytest.fixture
def two(bench: FarmBench):
    """Two jobs, of which the first raises."""

    def add(**fields):
        return SimpleNamespace(bad=bench.add(name="bad", **fields), good=bench.add(name="good", **fields))

    return add


def for_good(bad, then):
    """Raises for what ``bad`` picks, else gives ``then``."""

    def call(one, *_rest, **_more):
        if bad(one):
            raise KeyError("of this one")
        return then

    return call


def says_so(bench, job_id) -> bool:
    job = bench.state.job(job_id)
    return "something went wrong with the job bad" in " ".join([job.reason, *job.warnings])


def test_starting_what_is_due(bench, two, monkeypatch):
    jobs = two(status=JobStatus.SCHEDULED)
    reconciler = Reconciler(
        bench.state, bench.lifecycle, SimpleNamespace(take_back_expired=lambda: 1 / 0),
        registry=None, builds=None, disk=None, clock=bench.clock, jobs_folder=bench.folder,
        blocklist=Blocklist(), nodes=list,
    )  # fmt: skip
    monkeypatch.setattr(reconciler, "reason_to_wait", for_good(lambda job: job.id == jobs.bad, ""))
    reconciler.run_once()
    assert bench.state.job(jobs.good).status == JobStatus.NOT_STARTED
    assert says_so(bench, jobs.bad)


def test_bringing_builds(bench, two):
    jobs = two(status=JobStatus.CONFIGURING)
    with bench.state.change() as change:
        change.job(jobs.bad).engine = "gone"
    label = SimpleNamespace(label="Fake", choose_build=lambda *_: SimpleNamespace(version="1.0"))
    provisioning = Provisioning(
        bench.state, bench.lifecycle,
        registry=SimpleNamespace(get={"fake": label}.__getitem__), builds=SimpleNamespace(find=lambda _build: None),
        downloads=SimpleNamespace(arrived=lambda *_: None, fetching=lambda *_: None, offers=lambda _engine: []),
        allowed=lambda: "ask", clock=bench.clock,
    )  # fmt: skip
    provisioning.run_once()
    assert "is not installed here" in bench.state.job(jobs.good).reason
    assert says_so(bench, jobs.bad)


def test_preparing_and_finishing_end_the_job_that_raises(bench, two, monkeypatch):
    ready, done = two(status=JobStatus.CONFIGURING), two(status=JobStatus.RUNNING)
    with bench.state.change() as change:
        for job_id in (done.bad, done.good):
            for number in range(1, 5):
                change.unit(job_id, number).state = UnitState.DONE
    builds = SimpleNamespace(find=lambda _build: True)
    preparing = Preparing(
        bench.state,
        bench.lifecycle,
        builds=builds,
        outputs=OutputFolders(),
        check=None,
        jobs_folder=bench.folder,
        recheck=set(),
    )
    finishing = Finishing(
        bench.state, bench.lifecycle, registry=None, builds=builds, outputs=None, claiming=None, watch=UNCHANGED,
        check=None, make_runner=None, threads=None, jobs_folder=bench.folder, work_folder=bench.folder,
    )  # fmt: skip
    real = preparing._prepare
    monkeypatch.setattr(preparing, "_prepare", lambda job: 1 / 0 if job.id == ready.bad else real(job))
    monkeypatch.setattr(finishing, "_missing", for_good(lambda job: job.id == done.bad, []))
    for loop in (preparing, finishing):
        while loop.run_once(0.01):
            pass
    assert bench.state.job(ready.good).status == JobStatus.NOT_STARTED
    assert bench.state.job(done.good).status == JobStatus.COMPLETED
    for job_id in (ready.bad, done.bad):
        assert bench.state.job(job_id).status == JobStatus.ERROR
        assert says_so(bench, job_id)


def test_news_that_cannot_be_told_hold_up_no_others(bench, two):
    jobs = two(status=JobStatus.RUNNING)
    heard = []
    announcing = Announcing(bench.state, bench.store, lambda news: heard.append(news) or 1 / (news.name != "bad"), str)
    for job_id in (jobs.bad, jobs.good):
        bench.lifecycle.set_job_status(job_id, JobStatus.COMPLETED, "")
    for _ in range(4):
        announcing.run_once(0.01)
    assert [(news.event, news.name) for news in heard] == [(Event.COMPLETED, "bad"), (Event.COMPLETED, "good")]


def test_a_program_that_cannot_even_be_tried_does_not_keep_the_web_address_from_being_told(monkeypatch):
    posted = []
    monkeypatch.setattr("zordon_app.hooks.telling.run_command", lambda *_: 1 / 0)
    settings = SimpleNamespace(notify_command="tell", webhook="https://example.org/")
    hooks = Hooks(lambda: settings, lambda: "atlas", list, threading.Event())
    monkeypatch.setattr(hooks._webhook, "post", lambda url, _news: posted.append(url))
    assert hooks.try_out() == ["Something went wrong in Zordon; the log file has the details."]
    assert posted == ["https://example.org/"]


def test_a_file_or_folder_that_raises_stops_no_watched_folder(tmp_path, clock, monkeypatch):
    taken, told = [], []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    folders = dict.fromkeys([str(tmp_path / "bad\0name"), str(tmp_path / "one"), str(tmp_path / "two")], "")

    def submit(request):
        if "bad" in request.local_path:
            raise KeyError("codec_context")
        taken.append(Path(request.local_path).name)

    memory = SimpleNamespace(load=lambda default: default, save=lambda _known: None)
    watching = WatchFolders(
        lambda: folders, {".mov"}, submit, memory, clock, notice=lambda _about, text: told.append(text)
    )
    watching.run_once()
    for path in ("one/bad.mov", "one/good.mov", "two/other.mov"):
        (tmp_path / path).write_text("film")
    for _ in range(3):
        watching.run_once()
        clock.advance(SETTLED_SECONDS)
    assert sorted(taken) == ["good.mov", "other.mov"]
    assert len([text for text in told if "bad.mov" in text]) == 1


def test_a_call_that_raises_does_not_keep_a_machine_from_hearing_the_next(guard):
    heard = []
    calls = CallQueue(guard)
    calls.begin("swift", [lambda: 1 / 0, lambda: heard.append("next")])
    eventually(lambda: heard)
    calls.close()


def test_an_address_that_raises_is_told_and_the_others_are_looked_at(guard, told, monkeypatch):
    put = []
    monkeypatch.setattr("zordon_app.peers.links.address_probe.ask_hello", for_good(lambda text: text == "[::", "hello"))
    nearby = SimpleNamespace(put=lambda source, _machine: put.append(source), drop=lambda _source: None)
    with guard.pool("peers ask", 1) as pool:
        AddressProbe(
            nearby, lambda: ["[::", "atlas"], pool, SimpleNamespace(monotonic=lambda: 0.0), seconds=9, guard=guard
        ).run_once()
    assert put == ["manual:atlas"]
    assert "[::" in told[0]


def test_an_announcement_that_raises_is_one_of_many(guard, told, monkeypatch):
    taken = []
    discovery = Discovery(None, lambda: 1 / 0, None, guard=guard)
    discovery._zeroconf = object()
    monkeypatch.setattr(discovery, "_take", lambda name, _there: taken.append(1 / (name != "bad")))
    for name in ("bad", "good"):
        discovery._note(name=name, state_change=SimpleNamespace(name="Added"))
    discovery.run_once(1)
    assert taken == [1.0]
    assert len(told) == 2


def test_a_list_of_builds_that_raises_loses_no_other(tmp_path, clock):
    build = SimpleNamespace(offers=lambda _pages: [], name="good", label="good.org", engine="fake")
    bad = SimpleNamespace(offers=lambda _pages: 1 / 0, name="bad", label="bad.org", engine="fake")
    index = BuildIndex([bad, build], lambda _source: None, tmp_path, clock.now)
    assert [(one.label, one.problem) for one in index.refresh()] == [
        ("bad.org", "The list of bad.org is empty or cannot be read."),
        ("good.org", "The list of good.org is empty or cannot be read."),
    ]


def test_a_download_that_raises_ends_and_the_next_begins(guard):
    def task(version, run):
        build = SimpleNamespace(engine="fake", version=version, system_os="linux", cpu="x64", source="s", file_name="f",
                                size=1, is_verified=True)  # fmt: skip
        return SimpleNamespace(build=build, run=run)

    downloads = Downloads(monotonic=lambda: 0.0, on_change=lambda: None, keep=lambda _open: 1 / 0, guard=guard)
    downloads.add(task("1", lambda _steps: 1 / 0))
    downloads.add(task("2", lambda _steps: SimpleNamespace(version="2")))
    while downloads.run_once(0.01):
        pass
    assert [str(record.state) for record in downloads.all()] == ["failed", "installed"]


class Source:
    """Whoever the publisher delivers to."""

    def __init__(self):
        self.delivered, self.failed = [], []

    def deliver(self, _lease, unit, _file):
        self.delivered.append(unit.spec.number)

    def fail(self, _lease, unit, message):
        self.failed.append((unit.spec.number, message))
        if unit.spec.number == 2:
            raise RuntimeError("not even that")


def test_the_publisher_delivers_whatever_any_other_result_does(guard, told):
    source = Source()
    units = [SimpleNamespace(spec=unit.spec) for unit in make_units(3)]
    lease = SimpleNamespace(id="lease", job="job")
    checks = deque([False, False, True])

    def check(_path, _expected):
        return Checked("ab", 1) if checks.popleft() else 1 / 0

    publisher = Publisher(source, check, lambda _expected: 1 / 0, guard)
    settling = Settling(publisher, guard)
    publisher.expect(units[0].spec.expected)
    for unit in units:
        publisher.put(Finished(lease=lease, unit=unit, path=Path("x"), seconds=1.0, program=""))
    settling.begin("lease", Path("nothing"), lambda: None, 0.1)
    settling.finish()
    publisher.stop()
    assert source.delivered == [3]
    assert [number for number, _ in source.failed] == [1, 2]
    assert source.failed[0][1].startswith("Checking results: something went wrong with shot_0001.png")
    assert any("png" in text for text in told)


def test_a_poll_that_raises_is_told_to_whoever_asks_and_done_again(monkeypatch):
    transport = SimpleNamespace(
        address=SimpleNamespace(host="atlas"), connections=lambda _n: SimpleNamespace(close=int)
    )
    monkeypatch.setattr("zordon_app.client.job_cache.PAUSES", (0.01,))
    answers = deque([ValueError("odd")])

    def send(*_args, **_options):
        if answers:
            raise answers.popleft()
        return SimpleNamespace(status=200)

    transport.send = send
    monkeypatch.setattr("zordon_app.client.job_cache.json_of", lambda _answer: {"token": "t", "jobs": []})
    cache = JobCache(transport)
    cache._start()
    eventually(lambda: cache._seen.revision > 1)
    cache.close()


def test_files_that_cannot_be_taken_leave_the_doorbell_working(tmp_path):
    rung = []

    def on_ring(files):
        rung.append(files)
        if len(rung) == 1:
            raise RuntimeError("no page")

    with Doorbell(take_lock(tmp_path / "lock"), tmp_path / "note", on_ring):
        assert not ring(tmp_path / "note", [tmp_path / "a"])
        assert ring(tmp_path / "note", [tmp_path / "b"])


def test_the_watch_over_sleep_outlives_a_look_that_raises(monkeypatch):
    monkeypatch.setattr("zordon_app.desktop.watching.SECONDS", 0.01)
    monkeypatch.setattr("zordon_app.guard._PAUSE_SECONDS", 0.01)
    looks = []

    def get_nodes():
        looks.append(1)
        return 1 / 0 if len(looks) == 1 else []

    watching = Watching(SimpleNamespace(keep=lambda **_: None), lambda: None)
    watching.start(SimpleNamespace(get_nodes=get_nodes))
    eventually(lambda: len(looks) > 1)
    watching.stop()
