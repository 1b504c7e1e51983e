"""Real FFmpegs, sources made by them, and a small farm that plays a job from its plan to the checked film."""

import hashlib
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct, field

from tests.fakes.matrix import thorough
from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.ids import new_job_id
from zordon_app.domain.jobs import Job, JobPlan, UnitSpec
from zordon_app.domain.messages import JobRequest
from zordon_app.engines.arguments import check_arguments
from zordon_app.engines.base import Build, Event, EventKind
from zordon_app.engines.ffmpeg.engine import FfmpegEngine
from zordon_app.engines.hearing import hearing
from zordon_app.render.check import check_artifact, prove_artifact
from zordon_app.render.processes import ProcessOwner
from zordon_app.render.programs import ProgramRunner


class Made(Struct, kw_only=True):
    """A finished job."""

    path: Path
    plan: JobPlan
    job: Job
    events: list[Event] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    """What was said while the parts were joined."""
    remarks: list[str] = field(default_factory=list)
    """What a person is told of the finished units."""

    @property
    def reason(self) -> str:
        return str(self.plan.facts["unsplittable"])


class Studio(Struct, kw_only=True):
    """An engine, one build, and folders to work in."""

    engine: FfmpegEngine
    build: Build
    tmp: Path

    def plan(self, project: Path, args: dict[str, Any] | None = None, **fields: Any) -> tuple[JobRequest, JobPlan]:
        checked = check_arguments(args or {}, self.engine.arguments, engine="FFmpeg", from_this_machine=True)
        request = JobRequest(args=checked, **fields)
        return request, self.engine.plan(request, self.engine.look(project), self.build, title="film")

    def make(
        self,
        project: Path,
        args: dict[str, Any] | None = None,
        *,
        build: Build | None = None,
        leave_out: Sequence[int] = (),
        threads: int = 0,
        **fields: Any,
    ) -> Made:
        """Play a whole job as the farm does; every artifact is checked."""
        request, plan = self.plan(project, args, **fields)
        job = make_job(project, request, plan, build or self.build)
        parts, out = self.tmp / f"parts-{job.id}", self.tmp / f"out-{job.id}"
        parts.mkdir()
        out.mkdir()
        made = Made(path=parts / plan.output_file, plan=plan, job=job)
        units = [unit for unit in plan.units if unit.number not in leave_out]
        for unit in units:
            events = self.run_unit(job, unit, parts, build or self.build, threads=threads)
            doubt = next((event.message for event in events if event.kind == EventKind.DOUBT), "")
            made.remarks += self.engine.review(job, unit, parts / unit.file, doubt)
            made.events += [event for event in events if event.kind == EventKind.PROGRESS]
        if plan.assemble:
            made.path = self._assemble(made, units, parts, out, build or self.build)
        if plan.expected is not None and not leave_out:
            check_artifact(made.path, plan.expected)
        return made

    def run_unit(self, job: Job, unit: UnitSpec, folder: Path, build: Build, *, threads: int = 0) -> list[Event]:
        """One unit in a folder of its own; its events."""
        attempt = folder / f"attempt-{unit.number}"
        attempt.mkdir()
        invocation = self.engine.run(job, build, unit, attempt)
        invocation = self.engine.limit(invocation, threads) if threads else invocation
        events: list[Event] = []
        run = ProgramRunner(ProcessOwner("test"), attempt)
        for step in (*invocation.before, invocation):
            run(step, timeout=HANG_SECONDS, on_line=lambda line: events.extend(self.engine.read(line)))
        prove_artifact(attempt / unit.file, unit.expected)
        (attempt / unit.file).rename(folder / unit.file)
        return events

    def _assemble(self, made: Made, units: list[UnitSpec], parts: Path, out: Path, build: Build) -> Path:
        run = hearing(self.engine, ProgramRunner(ProcessOwner("test"), out), made.warned.append)
        report: Callable[[str, float], None] = lambda _message, fraction: made.told.append(fraction)  # noqa: E731
        files = self.engine.assemble(made.job, units, parts, out, build, run, report)
        assert [path.name for path in files] == [made.job.output_file]
        return files[0]

    def ffmpeg(self, *argv: str | Path) -> str:
        """Run the build by hand; what it printed."""
        command = (*self.build.command, "-hide_banner", "-nostdin", "-y", "-loglevel", "error", *map(str, argv))
        done = subprocess.run(command, capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def frame_hashes(self, path: Path, *before: str) -> list[tuple[str, str]]:
        """Time stamp (ms from the first) and hash of every decoded frame, none repeated or left out."""
        way = ("-fps_mode", "passthrough", "-enc_time_base", "1:1000000", "-f", "framemd5", "-")
        text = self.ffmpeg(*before, "-i", f"file:{path}", "-map", "0:v:0", "-copyts", *way)
        rows = [line.split(",") for line in text.splitlines() if line and not line.startswith("#")]
        first = int(rows[0][2])
        return [(f"{(int(row[2]) - first) / 1000:.2f}", row[-1].strip()) for row in rows]

    def sound_hash(self, path: Path, *options: str) -> str:
        """Hash of all decoded sound."""
        return self.ffmpeg("-i", f"file:{path}", "-map", "0:a:0", *options, "-f", "md5", "-").strip()


def make_job(project: Path, request: JobRequest, plan: JobPlan, build: Build) -> Job:
    return Job(
        id=new_job_id(),
        name="film",
        engine="ffmpeg",
        build=build.ref,
        project=str(project),
        args=request.args,
        output_path="",
        created_at=datetime.now(UTC),
        assemble=plan.assemble,
        output_file=plan.output_file,
        expected=plan.expected,
        fps=plan.fps,
        facts=plan.facts,
    )


@pytest.fixture(scope="session")
def engine() -> FfmpegEngine:
    return FfmpegEngine()


@pytest.fixture(scope="session")
def all_builds(engine: FfmpegEngine) -> list[Build]:
    return engine.find_builds([])


@pytest.fixture(scope="session")
def embedded(all_builds: list[Build]) -> Build:
    return next(build for build in all_builds if build.origin == "embedded")


@pytest.fixture(scope="session", params=["embedded", *thorough("system")])
def build(request: pytest.FixtureRequest, all_builds: list[Build]) -> Build:
    """FFmpeg 9 as it comes with Zordon, then Debian's 5.1."""
    found = [item for item in all_builds if item.origin == request.param]
    if not found:
        pytest.skip(f"no FFmpeg as {request.param} here; build/dev.py test installs it")
    return found[0]


@pytest.fixture
def studio(engine: FfmpegEngine, build: Build, tmp_path: Path) -> Studio:
    return Studio(engine=engine, build=build, tmp=tmp_path)


@pytest.fixture
def one_studio(engine: FfmpegEngine, embedded: Build, tmp_path: Path) -> Studio:
    """For what does not depend on the version."""
    return Studio(engine=engine, build=embedded, tmp=tmp_path)


class Sources(Struct, kw_only=True):
    """Films made on demand by the embedded FFmpeg, each once."""

    folder: Path
    command: tuple[str, ...]

    def make(self, name: str, *argv: str) -> Path:
        path = self.folder / hashlib.sha256("\0".join(argv).encode()).hexdigest()[:12] / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            command = (*self.command, "-nostdin", "-y", "-loglevel", "error", *argv, f"file:{path}")
            done = subprocess.run(command, capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
            assert done.returncode == 0, done.stderr
        return path

    def film(self, name: str, *options: str, rate: str = "24", seconds: float = 25, size: str = "128x72") -> Path:
        """A moving test picture with a tone; key pictures every 100 frames, three B-frames, unless told otherwise."""
        picture = ("-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}")
        sound = ("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:d={seconds}")
        usual = (
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-g",
            "100",
            "-bf",
            "3",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
        )
        return self.make(name, *picture, *sound, *(options or usual))


@pytest.fixture(scope="session")
def sources(embedded: Build, tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return Sources(folder=tmp_path_factory.mktemp("sources"), command=embedded.command)
