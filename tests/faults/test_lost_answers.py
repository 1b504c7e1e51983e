"""Messages that are repeated, reordered, replayed, and answers that get lost: the ledger is as without (F8, F9)."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.fakes.engine import FakeEngine
from tests.unit.farm.conftest import UNCHANGED, FarmBench, claiming_of
from tests.unit.farm.scheduling.conftest import OneBuild, Room
from zordon_app.domain.ids import new_job_id
from zordon_app.domain.jobs import Expected, Job, ParentRef
from zordon_app.domain.results import Checked, CheckedFile
from zordon_app.domain.sharing import ChildOrders, ChildUpdate, Delivered, LeaseAsk, LeaseGiven
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import PeerGone
from zordon_app.farm.child.child_work import ChildWork
from zordon_app.farm.completion.gathering import Gathering
from zordon_app.farm.completion.results import Results
from zordon_app.farm.ledger.progress import LiveProgress
from zordon_app.farm.parent.desk import ParentDesk
from zordon_app.farm.parent.log_receiver import LogReceiver
from zordon_app.farm.scheduling.blocklist import Blocklist
from zordon_app.farm.scheduling.dispatcher import Dispatcher
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.farm.scheduling.speeds import Speeds
from zordon_app.storage.outputs import OutputFolders
from zordon_app.storage.parcels import ParcelFolder

UNITS = 40
CHILD = "child-node"

pytestmark = pytest.mark.faults


def hash_of(path: Path, _expected: Expected) -> Checked:
    data = path.read_bytes()
    return Checked(hashlib.sha256(data).hexdigest(), len(data))


class Names:
    """The other machines, as far as the desk asks."""

    def name_of(self, node: str) -> str:
        return node

    def is_held(self, node: str) -> bool:
        return False


class Wire:
    """Calls of a child to its parent's desk, each copied as over a network; ``fate`` says what happens to each."""

    def __init__(self, desk: ParentDesk, folder: Path, fate: Callable[[], str]) -> None:
        self._desk, self._folder, self._fate = desk, folder, fate
        self._old: list[Callable[[], object]] = []
        self.random = random.Random(0)

    def lease(self, job: str, ask: LeaseAsk) -> LeaseGiven:
        return self._send(lambda: self._desk.lease(job, CHILD, LeaseAsk(child=ask.child, wait=0)), replay=False)

    def update(self, job: str, update: ChildUpdate) -> ChildOrders:
        sent = msgspec.json.encode(update)
        return self._send(lambda: self._desk.update(job, CHILD, msgspec.json.decode(sent, type=ChildUpdate)))

    def deliver(self, job: str, number: int, *, attempt: int, lease: str, file: CheckedFile) -> Delivered:
        data = file.path.read_bytes()

        def arrive() -> Delivered:
            path = self._folder / "arrived"
            path.write_bytes(data)
            return self._desk.deliver(
                job,
                CHILD,
                number,
                attempt=attempt,
                lease=lease,
                sha256=file.sha256,
                seconds=1.0,
                program=file.program,
                path=path,
            )

        return self._send(arrive)

    def _send(self, call: Callable[[], Any], *, replay: bool = True) -> Any:
        fate = self._fate()
        if fate == "lost":
            raise PeerGone("The request got lost.")
        if replay:
            self._old.append(call)
        answer = call()
        if fate == "repeated" and replay:
            for _ in range(2):
                call()
        if fate == "replayed":
            for old in self.random.sample(self._old, min(3, len(self._old))):
                old()
        if fate == "swallowed":
            raise PeerGone("The answer got lost.")
        return answer


class Wind:
    """A parent and a child in one process, without threads: each step is taken by hand, in any order."""

    def __init__(self, bench: FarmBench, folder: Path, fate: Callable[[], str]) -> None:
        self.bench, self.folder = bench, folder
        blocklist, speeds = Blocklist(), Speeds(bench.state)
        self.leases = LeaseKeeper(bench.state, bench.lifecycle, blocklist, bench.clock)
        self.dispatcher = Dispatcher(
            bench.state, bench.lifecycle, speeds, self.leases, registry=EngineRegistry([FakeEngine()]),
            builds=OneBuild(), disk=Room(), clock=bench.clock, jobs_folder=folder / "jobs", blocklist=blocklist,
        )  # fmt: skip
        gathering = Gathering(bench.state, bench.lifecycle, OutputFolders(), claiming_of(bench), folder / "jobs")
        progress = LiveProgress(bench.feed, bench.clock)
        results = Results(
            bench.state, leases=self.leases, gathering=gathering, lifecycle=bench.lifecycle, speeds=speeds,
            progress=progress, blocklist=blocklist,
        )  # fmt: skip
        self.desk = ParentDesk(
            bench.state, dispatcher=self.dispatcher, leases=self.leases, lifecycle=bench.lifecycle, results=results,
            progress=progress,
            check=hash_of, machines=Names(), projects=None, children=None,
            logs=LogReceiver(lambda _job, _unit, _lines: None, lambda _job: True), watch=UNCHANGED,
        )  # fmt: skip
        self.job_id = bench.add(units=UNITS)
        Path(bench.state.job(self.job_id).output_path).mkdir()
        self.wire = Wire(self.desk, folder, fate)
        self.parcels = ParcelFolder(folder / "parcels")
        self.work = self.make_child()
        self.made: Counter[int] = Counter()

    def make_child(self) -> ChildWork:
        job = msgspec.structs.replace(
            self.bench.state.job(self.job_id), id=new_job_id(), parent=ParentRef(job=self.job_id, node="parent")
        )
        assert isinstance(job, Job)
        return ChildWork(
            job, lambda: self.wire, self.parcels, on_lease=lambda: None, on_ended=lambda _reason: None,
            read_log=lambda _unit, _start: b"",
        )  # fmt: skip

    def render(self, chance: random.Random) -> None:
        """What the worker does with a lease: most units turn out well, some fail, some go back."""
        lease = self.work.take()
        for unit in lease.units if lease is not None else ():
            self.work.unit_started(lease, unit)
            turn = chance.random()
            if turn < 0.05 and unit.attempt == 1:
                self.work.fail(lease, unit, "It went wrong.")
            elif turn < 0.1:
                self.work.give_back(lease, [unit], "Not now.")
            else:
                path = self.folder / "rendered"
                path.write_bytes(f"frame {unit.spec.number}".encode())
                sha256, size, _ = hash_of(path, unit.spec.expected)
                self.work.deliver(lease, unit, CheckedFile(path=path, sha256=sha256, bytes=size, seconds=1.0))
                self.made[unit.spec.number] += 1

    def step(self, chance: random.Random) -> None:
        self.bench.clock.advance(1.0)
        self.leases.take_back_expired()
        for act in (self.work.pull, self.work.tell, self.work.send):
            try:
                if act != self.work.pull or not self.work.has_lease:
                    act()
            except PeerGone:
                pass
            self.render(chance)

    @property
    def is_done(self) -> bool:
        return self.bench.state.job(self.job_id).counts.done == UNITS


@pytest.mark.fault(8, "messages get lost, come twice, late and out of order")
@pytest.mark.parametrize("fate", ["", "repeated", "replayed", "swallowed", "lost", "all"])
@pytest.mark.parametrize("seed", range(3))
def test_the_ledger_is_as_if_nothing_had_happened(bench: FarmBench, tmp_path: Path, fate: str, seed: int) -> None:
    chance = random.Random(seed)
    fates = ["repeated", "replayed", "swallowed", "lost"] if fate == "all" else [fate]
    wind = Wind(bench, tmp_path, lambda: chance.choice([*fates, ""]))
    for _ in range(600):
        wind.step(chance)
        if wind.is_done:
            break
    assert bench.states(wind.job_id) == dict.fromkeys(range(1, UNITS + 1), "done")
    folder = Path(bench.state.job(wind.job_id).output_path)
    for unit in bench.state.ledger(wind.job_id).values():
        assert (folder / unit.spec.file).read_bytes() == f"frame {unit.spec.number}".encode()
        assert hashlib.sha256((folder / unit.spec.file).read_bytes()).hexdigest() == unit.sha256
    assert bench.state.job(wind.job_id).published == UNITS
    assert len(list(folder.glob("shot_*"))) == UNITS
    assert not list(folder.rglob("*.part"))


def test_a_peer_cannot_speak_for_another_one_or_of_units_there_are_not(bench: FarmBench, tmp_path: Path) -> None:
    wind = Wind(bench, tmp_path, lambda: "")
    given = wind.desk.lease(wind.job_id, CHILD, LeaseAsk(child="c", wait=0)).lease
    assert given is not None
    unit = given.units[0]
    path = tmp_path / "theirs"
    path.write_bytes(b"something else")
    sha256, *_ = hash_of(path, unit.spec.expected)
    wanted = {"lease": given.id, "sha256": sha256, "seconds": 1.0, "program": "", "path": path}

    other = wind.desk.deliver(wind.job_id, "other-node", unit.spec.number, attempt=unit.attempt, **wanted)
    late = wind.desk.deliver(wind.job_id, CHILD, unit.spec.number, attempt=unit.attempt + 7, **wanted)
    with pytest.raises(Exception, match="999"):
        wind.desk.deliver(wind.job_id, CHILD, 999, attempt=1, **wanted)

    assert not other.published
    assert not late.published
    assert bench.states(wind.job_id)[unit.spec.number] == "leased"
    assert wind.leases.holders(wind.job_id) == {CHILD}
