"""The worker with real processes of the fake engine, and leases from a list."""

import sys
import threading
from collections import deque
from pathlib import Path

import pytest

from tests.fakes.engine import PROGRAM, FakeEngine, write_project
from zordon_app.domain.ids import LeaseId, NodeId
from zordon_app.domain.jobs import Expected, UnitKind, UnitSpec
from zordon_app.domain.leases import Lease, LeasedUnit, LeaseOrder
from zordon_app.engines.assignments import Assignment
from zordon_app.engines.base import Build
from zordon_app.render.check import check_artifact, load_decoder
from zordon_app.render.folders import NodeFolders
from zordon_app.render.joblog import JobLogs
from zordon_app.render.processes import ProcessOwner
from zordon_app.render.settings import RenderSettings
from zordon_app.render.worker import Worker


class LimitedEngine(FakeEngine):
    """Remembers the limit of each process that was started."""

    def __init__(self):
        super().__init__()
        self.limits = []

    def limit(self, invocation, threads):
        self.limits.append(threads)
        return invocation


class Source:
    """Hands out one lease after the other, then ends the worker."""

    def __init__(self, stop, before_each):
        self.leases = deque()
        self.delivered = []
        self.failed = []
        self.stop = stop
        self.before_each = before_each

    def next_lease(self, *, wait, keep_job):
        if not self.leases:
            self.stop.set()
            return None
        self.before_each(len(self.leases))
        return self.leases.popleft()

    def lost(self, lease):
        return frozenset()

    def deliver(self, lease, unit, file):
        self.delivered.append(unit.spec.number)
        return LeaseOrder.GO_ON

    def unit_started(self, *_):
        return LeaseOrder.GO_ON

    renew = unit_started

    def fail(self, _lease, unit, message):
        self.failed.append((unit.spec.number, message))
        return LeaseOrder.GO_ON

    def progress(self, *_):
        pass

    give_back = fail_job = warn = progress


def lease_of(job, number):
    spec = UnitSpec(
        number=number,
        kind=UnitKind.FRAME,
        first=number,
        last=number,
        file=f"shot_{number:04d}.png",
        expected=Expected(format="png", width=64, height=36),
    )
    units = (LeasedUnit(spec=spec, attempt=1),)
    return Lease(id=LeaseId(f"lease-{number}"), job=job.id, node=NodeId("here"), units=units, seconds=25.0)


@pytest.fixture
def work(tmp_path: Path, make_job):
    """Renders three leases of one job; ``threads`` has the limit in force at each."""

    def render(threads, engine=None):
        engine, stop = engine or LimitedEngine(), threading.Event()
        limits = deque(threads)
        now = [0]
        source = Source(stop, lambda _left: now.__setitem__(0, limits.popleft()))
        job = make_job(project=str(write_project(tmp_path / "shot.fake")), engine="fake")
        build = Build(engine="fake", version="1.0", command=(sys.executable, "-I", str(PROGRAM)), origin="system")
        for number in range(1, len(threads) + 1):
            source.leases.append(Assignment(lease=lease_of(job, number), job=job, engine=engine, build=build))
        folders = NodeFolders(jobs=tmp_path / "jobs", work=tmp_path / "work")
        Worker(
            source,
            folders=folders,
            processes=ProcessOwner("test-worker"),
            logs=JobLogs(folders.logs),
            check=check_artifact,
            prepare=load_decoder,
            settings=lambda: RenderSettings(threads=now[0]),
            monotonic=lambda: 0.0,
            stop=stop,
        ).run()
        engine.source = source
        assert sorted(source.delivered + [number for number, _ in source.failed]) == list(range(1, len(threads) + 1))
        return engine.limits

    return render


def test_a_warm_engine_is_limited_once_and_begins_anew_when_the_limit_changes(work):
    assert work([2, 2, 1]) == [2, 1]


def test_without_a_limit_an_engine_starts_as_it_is(work):
    assert work([0, 0]) == []


def test_a_limit_that_is_lifted_holds_no_longer(work):
    assert work([2, 0, 3]) == [2, 3]


def test_an_engine_that_cannot_say_how_it_is_started_fails_that_frame_and_the_next_is_rendered(work):
    class Stumbles(LimitedEngine):
        def start(self, *args, **options):
            self.start = super().start
            raise KeyError("scene")

    engine = Stumbles()
    work([0, 0], engine)
    assert engine.source.delivered == [2]
    assert [number for number, message in engine.source.failed if "Rendering: something went wrong" in message] == [1]
