"""An engine whose work costs time on the wall: several nodes on one small machine behave as on machines of their own.

It is fed, read, checked and published like Blender. A project is a JSON file: ``{"seconds": 0.2}`` for each
frame, and how many ``kilobytes`` it is large.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zordon_app.domain.frames import parse_frames
from zordon_app.domain.jobs import Expected, Job, JobPlan, UnitKind, UnitSpec
from zordon_app.domain.messages import JobRequest
from zordon_app.engines.base import Build, Event, EventKind, Invocation, Probe, ProjectFiles, RunProgram
from zordon_app.errors import BadRequest, EngineFailed

PROGRAM = Path(__file__).with_name("wall_program.py")
EXPECTED = Expected(format="png", width=48, height=32)


class WallEngine:
    """``speed`` divides the seconds of a project; a node that ``fails`` fails every frame."""

    name = "wall"
    label = "Wall"
    extensions = frozenset({".wall"})
    export_formats = ("PNG",)
    arguments = ()
    warm = True

    def __init__(
        self, node: str, *, speed: float = 1.0, fails: bool = False, history: str = "", version: str = "1.0"
    ) -> None:
        self._node, self._speed, self._fails = node, speed, fails
        self._history, self._version = history, version

    def find_builds(self, folders: Sequence[Path]) -> list[Build]:
        command = (sys.executable, "-S", "-E", "-u", str(PROGRAM))
        return [Build(engine=self.name, version=self._version, command=command, origin="system")]

    def choose_build(self, builds: Sequence[Build], saved_with: str, wanted: str | None) -> Build:
        return builds[0]

    def look(self, project: Path) -> Probe:
        try:
            facts = json.loads(project.read_text())
        except (OSError, ValueError) as error:
            raise BadRequest(f"{project.name} is no wall.") from error
        return Probe(engine=self.name, project=str(project), start_frame=1, end_frame=1, fps=24.0, facts=facts)

    def probe(self, project: Path, build: Build, run: Any) -> Probe:
        return self.look(project)

    def named_files(self, project: Path) -> list[Path]:
        return []

    def files(
        self, project: Path, scratch: Path, *, build: Build | None, run: RunProgram, frames: range
    ) -> ProjectFiles:
        return ProjectFiles(main=project, files=(project,))

    def plan(self, request: JobRequest, probe: Probe, build: Build, *, title: str) -> JobPlan:
        first, last = request.start_frame or 1, request.end_frame or 1
        units = (
            UnitSpec(
                number=frame,
                kind=UnitKind.FRAME,
                first=frame,
                last=frame,
                file=f"{title}_{frame:04d}.png",
                expected=EXPECTED,
            )
            for frame in (parse_frames(request.frames) if request.frames else range(first, last + 1))
        )
        return JobPlan(units=tuple(units), expected=EXPECTED, fps=24.0, facts=probe.facts)

    def start(self, job: Job, build: Build, *, scratch: Path) -> Invocation:
        config = {
            "node": self._node,
            "seconds": float(job.facts["seconds"]) / self._speed,
            "padding": int(job.facts.get("kilobytes", 0)) * 1000,
            "startup": float(job.facts.get("startup", 0.0)),
            "fails": self._fails,
            "history": self._history,
        }
        return Invocation(argv=build.command, env={"ZORDON_WALL": json.dumps(config)})

    def feed(self, job: Job, units: Sequence[UnitSpec], folder: Path) -> str:
        names = {str(unit.number): unit.file for unit in units}
        chunk = {"frames": [unit.number for unit in units], "folder": str(folder), "names": names}
        return json.dumps(chunk) + "\n"

    def run(self, job: Job, build: Build, unit: UnitSpec, folder: Path) -> Invocation:
        raise EngineFailed("Walls are rendered in warm sessions.")

    def limit(self, invocation: Invocation, threads: int) -> Invocation:
        return invocation

    def read(self, line: str) -> list[Event]:
        if not line.startswith("@wall "):
            return []
        told = json.loads(line.removeprefix("@wall "))
        return [Event(kind=EventKind(told.pop("kind")), **told)]

    def explain(self, lines: Sequence[str], exit_status: int) -> str:
        return f"The wall fell with status {exit_status}."

    def review(self, job: Job, unit: UnitSpec, artifact: Path, doubt: str) -> list[str]:
        return []

    def assemble(
        self, job: Job, units: Any, folder: Path, out: Path, build: Build, run: Any, report: Any
    ) -> list[Path]:
        return []

    def help(self, build: Build, run: Any) -> str:
        return "It stands."
