"""One farm of three for all faults of machines and cables."""

import json
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.farm.farm import Farm, Machine, eventually
from tests.farm.network import Network, can_make_namespaces
from tests.farm.oracle import nothing_lost, renders
from tests.faults.alone import Alone
from tests.unit.farm.conftest import FarmBench

REPEATS = int(os.environ.get("ZORDON_FAULT_REPEATS", "1"))
FRAMES = range(1, 61)
SECONDS = 0.25


SEEDS = [int(os.environ.get("ZORDON_FAULT_SEED", "1")) + repeat for repeat in range(REPEATS)]
"""One for each repeat: it stands in the test's name."""


def also(*values: Any) -> list[Any]:
    """Variants of a fault that only a thorough run tries: one of its kind is in every run."""
    return [pytest.param(value, marks=pytest.mark.thorough) for value in values]


class Trial:
    """One job while something goes wrong; ``note`` keeps what was seen for the table of all faults."""

    def __init__(self, farm: Farm, seed: int, note: Callable[[str, object], None]) -> None:
        self.farm, self._note = farm, note
        self.parent, self.child, self.third = farm.machines
        self.random = random.Random(seed)
        self.began = time.monotonic()
        self.job_id = ""
        farm.history.write_bytes(b"")

    def submit(self, seconds: float = SECONDS, frames: range = FRAMES, kilobytes: int = 0, **fields: Any) -> str:
        """A job of the usual size; ``kilobytes`` make each frame so much larger."""
        project = self.farm.wall(seconds=seconds, kilobytes=kilobytes)
        wanted = {"start_frame": frames.start, "end_frame": frames.stop - 1, **fields}
        self.began = time.monotonic()
        self.job_id = self.parent.submit(project, **wanted)
        return self.job_id

    def when_at_work(self, machine: Machine, frames: int = 1) -> None:
        """Wait until a machine has made so many frames, and then a random part of one more."""
        try:
            eventually(lambda: self.made_by(machine) >= frames, f"{machine.name} is at work", every=0.02)
        except AssertionError as error:
            error.add_note(f"{self.parent.job(self.job_id)}\n{machine.children()}\n{machine.log()[-5000:]}")
            raise
        time.sleep(self.random.uniform(0, SECONDS))

    def made_by(self, machine: Machine) -> int:
        return sum(node == machine.name for _, node, _ in self.farm.told("made"))

    @contextmanager
    def changed(self, machine: Machine, *, joins: bool = True, **options: Any) -> Iterator[None]:
        """Meanwhile the node of a machine runs with these options of ``tests/farm/node.py`` too.

        ``joins`` says that all see it afterwards.
        """
        usual = list(machine.command)
        machine.stop()
        machine.command = [*usual[:-1], json.dumps(json.loads(usual[-1]) | options)]
        try:
            machine.start()
            if joins:
                self.farm.wait_until_joined()
            yield
        finally:
            machine.stop()
            machine.command = usual

    def nothing_lost(self, frames: range = FRAMES) -> dict[str, Any]:
        job = nothing_lost(self.farm, self.parent, self.job_id, frames)
        made = renders(self.farm)
        self.note(
            seconds=round(time.monotonic() - self.began, 1),
            twice=sum(made.values()) - len(made),
            by=[self.made_by(machine) for machine in self.farm.machines],
        )
        return job

    def note(self, **facts: object) -> None:
        for name, value in facts.items():
            self._note(name, value)


class OneFarm:
    """The farm of all trials that follow each other: it starts with the first, and ends with the last."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._farm: Farm | None = None

    def get(self, root: Callable[[], Path]) -> Farm:
        if self._farm is None:
            with ExitStack() as stack:
                self._farm = _start_farm(stack, root())
                self._stack = stack.pop_all()
        return self._farm

    def end(self) -> None:
        self._farm = None
        self._stack.close()


ONE_FARM = OneFarm()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    if "trial" not in getattr(nextitem, "fixturenames", ()):
        ONE_FARM.end()


def pytest_sessionfinish() -> None:
    ONE_FARM.end()


@pytest.fixture
def farm(tmp_path_factory: pytest.TempPathFactory) -> Farm:
    """Three nodes with timers five times as fast; the third one's disk is a small one of its own."""
    if not can_make_namespaces():
        pytest.skip("Network namespaces need root, ip and nft.")
    return ONE_FARM.get(lambda: tmp_path_factory.mktemp("farm"))


def _start_farm(stack: ExitStack, root: Path) -> Farm:
    network = stack.enter_context(Network(3))
    farm = Farm(network, root, ZORDON_FARM_OPEN="1")
    stack.callback(_mount(farm.machines[2].home, 192))
    # Mounted before the nodes start: each has a view of its own of what is mounted.
    stack.callback(_mount(farm.root / "small", 8))
    stack.callback(farm.end)
    # More than the 16 MiB of ballast that the store gives up when it must.
    farm.machines[2].settings(disk_reserve_gib=0.03)
    farm.machines[0].settings(disk_reserve_gib=0.001)
    farm.start_walls()
    farm.join_all()
    return farm


@pytest.fixture(params=SEEDS, ids="seed {}".format)
def trial(
    farm: Farm, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> Iterator[Trial]:
    """A farm in good order; what a test broke is mended after it."""
    try:
        yield Trial(farm, request.param, record_property)
    finally:
        _mend(farm)


@pytest.fixture
def small_disk(farm: Farm) -> Path:
    """A volume of 8 MiB."""
    return farm.root / "small"


def _mend(farm: Farm) -> None:
    for machine in farm.machines:
        machine.turn_clock(0)
        farm.network.mend(machine.number)
        if machine.process is None:
            machine.start()
    farm.wait_until_joined()


def _mount(folder: Path, mebibytes: int) -> Callable[[], None]:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)], check=True)

    def unmount() -> None:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)

    return unmount


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[FarmBench]:
    """A farm's state on a real database, with a clock that stands still."""
    made = FarmBench(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def make_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Alone]]:
    """Makes nodes that know no others, not started yet; none outlives the test."""
    with _alone(tmp_path_factory) as make:
        yield make


@pytest.fixture(scope="module")
def make_alone_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Alone]]:
    """The same for nodes that all tests of a module share."""
    with _alone(tmp_path_factory) as make:
        yield make


@contextmanager
def _alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Alone]]:
    with ExitStack() as stack:

        def make(**options: Any) -> Alone:
            made = Alone(tmp_path_factory.mktemp("alone"), **options)
            stack.callback(made.kill)
            return made

        yield make
