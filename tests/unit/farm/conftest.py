import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine
from tests.fakes.wall_engine import WallEngine
from zordon_app.domain.ids import JobId, new_job_id
from zordon_app.domain.jobs import BuildRef, Expected, Job, Unit, UnitKind, UnitSpec
from zordon_app.engines.registry import EngineRegistry
from zordon_app.farm.completion.claiming import Claiming
from zordon_app.farm.intake.intake import Intake
from zordon_app.farm.intake.output_names import OutputNames
from zordon_app.farm.intake.planning import Planning
from zordon_app.farm.intake.read_files import ReadFiles
from zordon_app.farm.intake.sources import ProjectSources
from zordon_app.farm.ledger.feed import ChangeFeed
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.state import FarmState
from zordon_app.storage.database import Database
from zordon_app.storage.outputs import OutputFolders
from zordon_app.storage.store import JobStore


def make_units(count: int) -> list[Unit]:
    return [
        Unit(
            spec=UnitSpec(
                number=number,
                kind=UnitKind.FRAME,
                first=number,
                last=number,
                file=f"shot_{number:04d}.png",
                expected=Expected(format="png"),
            )
        )
        for number in range(1, count + 1)
    ]


def make_job(clock: FakeClock, output: Path, **fields: object) -> Job:
    defaults = {
        "id": new_job_id(),
        "name": "shot",
        "engine": "fake",
        "build": BuildRef(engine="fake", version="1.0"),
        "project": "/project.fake",
        "output_path": str(output),
        "created_at": clock.now(),
    }
    return Job(**(defaults | fields))


def make_intake(folder: Path, presets: Mapping[str, Any]) -> tuple[Intake, Path]:
    """An intake that knows one engine, and a project for it."""
    engine = WallEngine("one")
    registry = EngineRegistry([engine])
    builds = SimpleNamespace(of=lambda _engine: engine.find_builds([]))
    database = Database(folder / "others.db", folder / "backups")
    state = FarmState(JobStore(database), ChangeFeed("boot"))
    intake = Intake(
        planning=Planning(registry=registry, builds=builds, presets=lambda: presets),
        sources=ProjectSources(registry, lambda _archive, _folder: None, folder / "jobs"),
        outputs=OutputFolders(),
        clock=FakeClock(),
        jobs_folder=folder / "jobs",
        output_root=lambda: folder / "output",
        names=OutputNames(state, OutputFolders(), ReadFiles(state, registry)),
    )
    project = folder / "shot.wall"
    project.write_text(json.dumps({"seconds": 0.1}))
    return intake, project


class FarmBench:
    """A farm's state on a real database, with a clock that stands still."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.open()

    def open(self) -> None:
        self.database = Database(self.folder / "zordon.db", self.folder / "backups")
        self.store = JobStore(self.database)
        self.feed = ChangeFeed("boot")
        self.state = FarmState(self.store, self.feed)
        self.lifecycle = Lifecycle(self.state, self.clock)

    def reopen(self) -> None:
        self.database.close()
        self.open()

    def add(self, units: int = 4, **fields: object) -> JobId:
        job = make_job(self.clock, self.folder / "output", **fields)
        with self.state.change() as change:
            change.add(job, make_units(units))
        return job.id

    def states(self, job_id: JobId) -> dict[int, str]:
        return {number: str(unit.state) for number, unit in sorted(self.state.ledger(job_id).items())}


UNCHANGED = SimpleNamespace(may_go_on=lambda _job: True, check=lambda _job: None)
"""Stands for the watch over projects where nobody changes one."""


def claiming_of(bench: FarmBench) -> Claiming:
    """What results of the bench's jobs may replace."""
    return Claiming(bench.state, ReadFiles(bench.state, EngineRegistry([FakeEngine()])))


@pytest.fixture
def bench(tmp_path):
    made = FarmBench(tmp_path)
    yield made
    made.database.close()
