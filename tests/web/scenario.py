"""Made-up jobs in every state there is: the same ones for the same seed and moment."""

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from zordon_app.domain.ids import JobId, NodeId
from zordon_app.domain.jobs import BuildRef, Expected, Job, Unit, UnitKind, UnitSpec
from zordon_app.domain.statuses import JobStatus, UnitState

BLENDER, OLD_BLENDER, FFMPEG = (
    BuildRef(engine="blender", version="5.1.0"),
    BuildRef(engine="blender", version="4.5.3"),
    BuildRef(engine="ffmpeg", version="7.1"),
)
MACHINES = ("atlas", "borealis", "cirrus")
SHOTS = ("lighting", "fx", "comp", "layout", "anim", "lookdev", "matte")
MEMORY = "CUDA out of memory: 9.2 GB were needed, 7.8 GB are free."
FAILED_FRAMES = (37, 38, 91, 120)

# How many jobs of a list of 128 are in which state; larger lists have more that are done.
STATES: dict[str, int] = {"running": 3, "queued": 12, "failed": 2, "paused": 1, "scheduled": 2, "cancelled": 1}


class Scenario:
    """``jobs`` made-up jobs; files are named in ``output`` but not written."""

    def __init__(
        self,
        jobs: int,
        *,
        output: Path,
        now: datetime,
        seed: int = 1,
        frames: int = 240,
        machines: Sequence[str] = MACHINES,
    ) -> None:
        """``frames`` is how many the first job has, the others have fewer; ``machines`` are ids, the first is here."""
        self._random = random.Random(seed)
        self._output = output
        self._now = now
        self._frames = frames
        self._machines = machines
        states = [state for state, count in STATES.items() for _ in range(count)]
        states += ["done"] * max(0, jobs - len(states))
        self.jobs = [self._make(number, state) for number, state in enumerate(states[:jobs])]

    def _make(self, number: int, state: str) -> tuple[Job, list[Unit]]:
        is_video = number % 4 == 3
        total = self._frames if number == 0 else 12 if is_video else self._random.choice((24, 48, 96))
        if self._frames < 100:
            total = min(total, self._frames)
        job = self._job(number, state, is_video=is_video)
        units = [self._unit(job, place, is_video=is_video) for place in range(total)]
        if is_video:
            job.end_frame = total * 50 - 1
        else:
            job.end_frame = total
            job.frames = f"1-{total}"
        getattr(self, f"_{state}")(job, units)
        return job, units

    def _job(self, number: int, state: str, *, is_video: bool) -> Job:
        name = f"sq{number // 10 + 1:02d}_sh{number % 10 * 10:04d}_{SHOTS[number % len(SHOTS)]}_v{number % 3 + 1}"
        if is_video:
            name = f"edit_{number // 4 + 1:02d}_review_v{number % 3 + 1}"
        build = FFMPEG if is_video else OLD_BLENDER if number % 5 == 2 else BLENDER
        created = self._now - timedelta(minutes=6 + 11 * number)
        return Job(
            id=JobId(str(uuid.UUID(int=0x5EED << 96 | number, version=4))),
            name=name,
            engine=build.engine,
            build=build,
            project=f"/projects/film/{name}.{'mov' if is_video else 'blend'}",
            args=_arguments(is_video=is_video, number=number),
            start_frame=0 if is_video else 1,
            output_path=str(self._output / name),
            owns_output=True,
            order=float(number),
            priority=75 if number == 1 else 50,
            enable_split_jobs=False,
            created_at=created,
            fps=25.0 if is_video else 24.0,
            assemble=is_video,
            output_file=f"{name}.mp4" if is_video else "",
            facts={"width": 1920, "height": 1080},
            reason="Waits for its turn." if state == "queued" else "",
        )

    def _unit(self, job: Job, place: int, *, is_video: bool) -> Unit:
        number = place if is_video else place + 1
        first, last = (place * 50, place * 50 + 49) if is_video else (number, number)
        file = f"{job.name}_{number:04d}.{'mkv' if is_video else 'png'}"
        kind = UnitKind.SEGMENT if is_video else UnitKind.FRAME
        return Unit(
            spec=UnitSpec(number=number, kind=kind, first=first, last=last, file=file, expected=Expected(format="png"))
        )

    # What has happened to the job by now, one method for each state.

    def _running(self, job: Job, units: list[Unit]) -> None:
        job.status = JobStatus.RUNNING
        job.started_at = self._now - timedelta(minutes=24)
        done = round(len(units) * (0.62, 0.86, 0.27, 0.5)[int(job.order) % 4])
        self._render(job, units[:done])
        for unit in units[done : done + 5]:
            unit.state, unit.attempt = UnitState.LEASED, 1
            unit.node, unit.started_at = self._machine_of(unit, len(units)), self._now - timedelta(seconds=9)
        if job.order == 0:
            for unit in units:
                if unit.spec.number in FAILED_FRAMES and unit.state == UnitState.DONE:
                    _fail(unit, MEMORY)

    def _queued(self, job: Job, units: list[Unit]) -> None:
        del units
        job.status = JobStatus.NOT_STARTED

    def _failed(self, job: Job, units: list[Unit]) -> None:
        job.status, job.reason = JobStatus.ERROR, "Frames failed three times each. Read the log, then retry them."
        job.started_at, job.ended_at = self._now - timedelta(minutes=90), self._now - timedelta(minutes=35)
        self._render(job, units)
        for unit in units[5:9]:
            _fail(unit, "The image texture wood_oak.png is missing.")

    def _paused(self, job: Job, units: list[Unit]) -> None:
        job.status, job.reason = JobStatus.PAUSED, "Paused. Resume it when you are ready."
        job.started_at = self._now - timedelta(minutes=50)
        self._render(job, units[: len(units) * 54 // 100])

    def _scheduled(self, job: Job, units: list[Unit]) -> None:
        del units
        job.status, job.start_at = JobStatus.SCHEDULED, self._now + timedelta(hours=5)
        job.reason = f"Starts at {job.start_at:%Y-%m-%d %H:%M} UTC."

    def _cancelled(self, job: Job, units: list[Unit]) -> None:
        job.status, job.reason = JobStatus.CANCELLED, "Cancelled. Retry starts it again."
        job.started_at, job.ended_at = self._now - timedelta(hours=3), self._now - timedelta(hours=2)
        self._render(job, units[: len(units) // 3])

    def _done(self, job: Job, units: list[Unit]) -> None:
        job.status = JobStatus.COMPLETED
        job.started_at = job.created_at + timedelta(minutes=2)
        job.ended_at = job.started_at + timedelta(seconds=self._random.randint(300, 5400))
        self._render(job, units)
        if job.assemble:
            job.files = [job.output_file]

    def _render(self, job: Job, units: list[Unit]) -> None:
        began = job.started_at or self._now
        total = max(len(units), 1)
        for place, unit in enumerate(units):
            unit.state, unit.attempt = UnitState.DONE, 1
            unit.node = self._machine_of(unit, self._frames if job.order == 0 else total)
            unit.artifact, unit.sha256 = unit.spec.file, f"{place:064x}"
            unit.seconds = round(self._random.uniform(3, 9) * (4 if self._random.random() < 0.02 else 1), 1)
            unit.started_at = began + timedelta(seconds=5 * place)
            unit.ended_at = unit.started_at + timedelta(seconds=unit.seconds)
        job.machine_seconds = sum(unit.seconds or 0.0 for unit in units)
        job.ran_seconds = ((job.ended_at or self._now) - began).total_seconds()
        job.last_unit = units[-1].spec.number if units else None

    def _machine_of(self, unit: Unit, total: int) -> NodeId:
        count = len(self._machines)
        return NodeId(self._machines[min(count - 1, unit.spec.first * count // max(total, 1))])


def _fail(unit: Unit, error: str) -> None:
    unit.state, unit.error, unit.failures, unit.attempt = UnitState.FAILED, error, 3, 3
    unit.artifact, unit.sha256, unit.seconds = "", "", None


def _arguments(*, is_video: bool, number: int) -> dict[str, object]:
    if is_video:
        return {"container": "mp4", "video_codec": "libx264", "crf": 20}
    return {"camera": "cam_A", "samples": 256, "format": "PNG"} if number % 2 == 0 else {"format": "PNG"}
