"""Real Blenders, small scenes made by them, and a driver that runs a session as ``render`` does."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import OpenImageIO
import pytest
from msgspec import Struct, field

from tests.fakes.matrix import thorough
from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.ids import new_job_id
from zordon_app.domain.jobs import Job, JobPlan, ParentRef, UnitSpec
from zordon_app.domain.messages import JobRequest
from zordon_app.engines.base import Build, Event, EventKind, Invocation, RunProgram
from zordon_app.engines.blender.builds import BPY_PYTHONS
from zordon_app.engines.blender.engine import BlenderEngine
from zordon_app.errors import EngineFailed

ROOT = Path(__file__).parents[3]
MODULE = os.environ.get("ZORDON_TEST_BPY", str(ROOT / ".cache" / "bpy-4.5" / "bin" / "python"))
BUILDS = ["module", *thorough("program")] if Path(MODULE).exists() else ["program"]
"""The newer Blender shows each behaviour where it is here; the other one, which nodes of other tests use, its own."""
MAKE_SCENES = ROOT / "tests" / "fixtures" / "blender" / "make_scenes.py"


def run_program(invocation: Invocation, *, timeout: float, on_line: Callable[[str], None] | None = None) -> str:
    env = {"PATH": os.environ["PATH"], **invocation.env}
    done = subprocess.run(
        invocation.argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", timeout=timeout, check=False,
    )  # fmt: skip
    if done.returncode:
        raise EngineFailed(done.stdout[-4000:])
    return done.stdout


class Result(Struct, kw_only=True):
    events: list[Event]
    lines: list[str]
    status: int
    folder: Path
    plan: JobPlan

    def of(self, kind: EventKind) -> list[Event]:
        return [event for event in self.events if event.kind is kind]

    def units(self, kind: EventKind) -> list[int | None]:
        return [event.unit for event in self.of(kind)]

    def messages(self, kind: EventKind) -> str:
        return "\n".join(event.message for event in self.of(kind))

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if path.is_file())

    def check_files(self) -> None:
        """Each artifact is there, decodes whole and is what was planned."""
        assert self.files() == sorted(unit.file for unit in self.plan.units)
        for unit in self.plan.units:
            check_image(self.folder / unit.file, unit)


class Studio(Struct, kw_only=True):
    """One build with its scenes."""

    engine: BlenderEngine
    build: Build
    scenes: Path
    tmp: Path
    args: dict[str, Any] = field(default_factory=dict)

    def plan(self, project: Path, request: JobRequest) -> JobPlan:
        return self.engine.plan(request, self.engine.look(project), self.build, title="shot")

    def render(
        self,
        project: Path,
        request: JobRequest | None = None,
        *,
        plan: JobPlan | None = None,
        chunks: int = 1,
        folder: Path | None = None,
        threads: int = 0,
        is_helper: bool = False,
    ) -> Result:
        """Render the whole job in one session, fed ``chunks`` chunks at once."""
        request = request or JobRequest()
        plan = plan or self.plan(project, request)
        folder = folder or self.tmp / "attempt"
        scratch = self.tmp / "scratch"
        folder.mkdir(exist_ok=True)
        scratch.mkdir(exist_ok=True)
        job = make_job(project, request, plan, self.build)
        job.parent = ParentRef(job=job.id, node="n" * 26) if is_helper else None
        invocation = self.engine.start(job, self.build, scratch=scratch)
        invocation = self.engine.limit(invocation, threads) if threads else invocation
        units = list(plan.units)
        size = max(1, -(-len(units) // chunks))
        given = "".join(self.engine.feed(job, units[at : at + size], folder) for at in range(0, len(units), size))
        lines, status = run_session(invocation, given, cwd=scratch)
        events = [event for line in lines for event in self.engine.read(line)]
        return Result(events=events, lines=lines, status=status, folder=folder, plan=plan)


def run_session(invocation: Invocation, given: str, cwd: Path) -> tuple[list[str], int]:
    env = {"PATH": os.environ["PATH"], **invocation.env}
    done = subprocess.run(
        invocation.argv, env=env, cwd=cwd, input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", timeout=HANG_SECONDS, check=False,
    )  # fmt: skip
    return done.stdout.splitlines(), done.returncode


def make_job(project: Path, request: JobRequest, plan: JobPlan, build: Build) -> Job:
    return Job(
        id=new_job_id(),
        name="shot",
        engine="blender",
        build=build.ref,
        project=str(project),
        args=request.args,
        output_path="",
        created_at=datetime.now(UTC),
        facts=plan.facts,
    )


def check_image(path: Path, unit: UnitSpec) -> None:
    image = OpenImageIO.ImageBuf(str(path))
    assert image.read(force=True), image.geterror()
    assert image.file_format_name == unit.expected.format
    assert (image.spec().full_width, image.spec().full_height) == (unit.expected.width, unit.expected.height)


@pytest.fixture(scope="session")
def all_builds() -> Sequence[Build]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BPY_PYTHONS, MODULE)
        return BlenderEngine().find_builds([])


@pytest.fixture(scope="session", params=BUILDS)
def build(request: pytest.FixtureRequest, all_builds: Sequence[Build]) -> Build:
    """Debian's Blender 3.4, then ``bpy`` 4.5 or newer."""
    wanted = {"program": "system", "module": "bpy"}[request.param]
    found = [item for item in all_builds if item.origin == wanted]
    if not found:
        pytest.skip(f"no Blender as a {request.param} here; build/dev.py test installs it")
    return found[0]


@pytest.fixture(scope="session")
def scenes(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(f"scenes-{build.version}")
    options = [] if build.origin == "bpy" else ["--background", "--factory-startup", "--python"]
    command = [*build.command, *options, str(MAKE_SCENES), *([] if build.origin == "bpy" else ["--"]), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
    assert (folder / "scripts.blend").is_file(), done.stdout + done.stderr
    return folder


@pytest.fixture
def studio(build: Build, scenes: Path, tmp_path: Path) -> Studio:
    """Scenes of its own copy: a test may leave things beside them."""
    own = tmp_path / "project"
    shutil.copytree(scenes, own)
    return Studio(engine=BlenderEngine(), build=build, scenes=own, tmp=tmp_path)


@pytest.fixture
def run() -> RunProgram:
    """Runs probes and the like as the render layer does."""
    return run_program
