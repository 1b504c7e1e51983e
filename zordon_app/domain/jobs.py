"""Jobs and their units, as the ledger holds them."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct, field, structs

from zordon_app.domain.ids import JobId, NodeId
from zordon_app.domain.pictures import Mark, Picture
from zordon_app.domain.statuses import JobStatus, UnitState


class MissingFiles(StrEnum):
    """What becomes of a job whose project names files that are not there."""

    WARN = "warn"
    """It is rendered without them, and says so."""
    WAIT = "wait"
    """It waits before the first frame, until a person resumes it."""


class Existing(StrEnum):
    """What to do with output files that are there before the job starts."""

    OVERWRITE = "overwrite"
    """Render every unit; a published file replaces one that Zordon made, as long as that is as it was made."""
    SKIP = "skip"
    """A file that passes the same checks as a fresh one counts; only the others are rendered."""
    REPLACE = "replace"
    """Render every unit; whatever is there is replaced, but never a file that a job reads. Given for one job."""


class ProjectPolicy(StrEnum):
    """What a job does when its project changes."""

    PIN = "pin"
    """It renders what was submitted, to the end; a change stops it with a choice."""
    FOLLOW = "follow"
    """Frames that begin after the change are of the new file; the job says which."""


class UnitKind(StrEnum):
    """What a unit of a job is."""

    FRAME = "frame"
    SEGMENT = "segment"


class BuildRef(Struct, frozen=True, kw_only=True):
    """The engine build a job is bound to: every node renders with this one or not at all."""

    engine: str
    version: str
    sha256: str = ""


class ParentRef(Struct, frozen=True, kw_only=True):
    """The job, on another node, that a child job works for."""

    job: str
    node: str


class Expected(Struct, frozen=True, kw_only=True):
    """What an artifact must be to count; ``None`` or 0 means that this is not checked.

    ``format`` is an image format in OpenImageIO's words (``png``, ``jpeg``, ``openexr``, ``tiff``, ``targa``, ``bmp``,
    ``webp``, ``hdr``, ``dpx``) for frames, or a container name in FFmpeg's words (``mp4``, ``matroska``) for films.
    ``frames`` is the exact count of video frames of a film; sizes are pixels; ``seconds`` is the length of a film, from
    which it may differ by ``leeway`` seconds, and by a frame in any case. ``joined`` says that a film is put
    together by copy from parts that were each decoded whole, so that counting its packets and decoding its end is
    enough. ``lossless`` is the pixel format in which each frame is compared with the source's, whose hashes the engine
    puts beside the file (``proof_of``).
    ``begin`` is the time stamp of the first frame, seconds. ``may_lack`` says that frames may be missing in the
    middle, where those of the source are damaged; the engine then says when.
    """

    format: str
    width: int = 0
    height: int = 0
    frames: int = 0
    seconds: float = 0.0
    leeway: float = 0.0
    audio: bool = False
    joined: bool = False
    lossless: str = ""
    begin: float | None = None
    may_lack: bool = False


def proof_of(file: Path) -> Path:
    """Where an engine puts the hashes of the source's frames: FFmpeg's framehash, MD5 of the bare pixels."""
    return file.with_name(f"{file.name}.frames")


class UnitSpec(Struct, frozen=True, kw_only=True):
    """One unit as the engine planned it.

    ``number`` is the key inside the job: the frame number of a frame, the index from 0 of a segment. ``first`` and
    ``last`` are the frames it covers, both included. ``file`` is the name of its artifact, without a folder.
    ``detail`` is the engine's own.
    """

    number: int
    kind: UnitKind
    first: int
    last: int
    file: str
    expected: Expected
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def frame_count(self) -> int:
        """Number of frames the unit covers."""
        return self.last - self.first + 1


class Unit(Struct, kw_only=True):
    """A row of the ledger."""

    spec: UnitSpec
    state: UnitState = UnitState.WAITING
    attempt: int = 0
    """Grants so far; only grows. A result counts only under the present number."""
    failures: int = 0
    """Failed attempts since the last retry by a person."""
    node: str = ""
    artifact: str = ""
    """Path of the published file relative to the job's output (or segment) folder; empty until done."""
    sha256: str = ""
    bytes: int = 0
    seconds: float | None = None
    """Engine time of the attempt that is done."""
    program: str = ""
    """SHA-256 of the program that made it; empty where it is not known."""
    picture: Picture | None = None
    """What its file shows at a glance; None where it is no picture, or was not looked at."""
    marks: list[Mark] = field(default_factory=list)
    """Why a person should look at it."""
    project: str = ""
    """SHA-256 of the version of the project that it shows; empty where it is not known, or not yet."""
    error: str = ""
    """Why the last attempt failed, a sentence."""
    started_at: datetime | None = None
    ended_at: datetime | None = None


class UnitCounts(Struct, kw_only=True):
    """Units of a job per state."""

    waiting: int = 0
    leased: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def total(self) -> int:
        """All units."""
        return self.waiting + self.leased + self.done + self.failed + self.skipped


class ErrorGroup(Struct, kw_only=True):
    """Units of a job that failed alike. ``units`` is a frame range text such as ``3-5,9``."""

    message: str
    units: str
    count: int
    node: str = ""


class JobPlan(Struct, frozen=True, kw_only=True):
    """What an engine made of a request: everything needed to render it without asking again.

    ``assemble`` says whether units become one file at the end; ``output_file`` is that file's name. ``facts`` is the
    engine's own (source time stamps, scene name, image settings …) and travels with the job. ``reads_parts`` says that
    each unit reads only a part of the project's one file, so that it need not travel whole.
    """

    units: tuple[UnitSpec, ...]
    assemble: bool = False
    output_file: str = ""
    reads_parts: bool = False
    expected: Expected | None = None
    fps: float = 0.0
    warnings: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


class Job(Struct, kw_only=True):
    """What a person asked for, and where it stands."""

    id: JobId
    name: str
    engine: str
    build: BuildRef
    project: str
    """Absolute path of the project file on this node."""
    project_policy: ProjectPolicy = ProjectPolicy.PIN
    project_sha256: str = ""
    """Of all files of the version that is rendered; empty until they are hashed."""
    project_hashed: float = 0.0
    """0–1."""
    project_changed: list[str] = field(default_factory=list)
    """Names of files that changed since, while a person is to choose."""
    project_kept: bool = False
    """Whether Zordon has what was submitted, so that it can go on with it."""
    project_version: int = 1
    """Rises when the job goes on with another version, or from another place."""
    reads_from: str = ""
    """The project file that engines here open, where that is a copy of ``project``."""
    owns_project: bool = False
    """Whether the project was uploaded, so that deleting the job deletes it."""
    args: dict[str, Any] = field(default_factory=dict)
    frames: str = ""
    start_frame: int | None = None
    end_frame: int | None = None
    output_path: str
    owns_output: bool = False
    """Whether Zordon made the output folder for this job alone, so that deleting the job may remove it."""
    existing: Existing = Existing.OVERWRITE
    priority: int = 50
    order: float = 0.0
    """Place in the queue among jobs of one priority; lower comes first."""
    status: JobStatus = JobStatus.NOT_STARTED
    reason: str = ""
    enable_split_jobs: bool = True
    parent: ParentRef | None = None
    child_jobs: list[dict[str, Any]] = field(default_factory=list)
    after: list[JobId] = field(default_factory=list)
    start_at: datetime | None = None
    nodes: list[NodeId] = field(default_factory=list)
    """The nodes that may work on it; empty: all."""
    max_attempts: int = 3
    preset: str = ""
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    warnings: list[str] = field(default_factory=list)
    error: str = ""
    """Why the job as a whole failed (assembly, preparation); unit errors are in the ledger."""
    errors: list[ErrorGroup] = field(default_factory=list)
    """The failed units, grouped."""
    marks: dict[str, str] = field(default_factory=dict)
    """The units that a person should look at, by mark: a frame range text such as ``3-5,9``."""
    last_unit: int | None = None
    """Number of the unit published last."""
    missing_files: MissingFiles = MissingFiles.WARN
    held_for_files: bool = False
    """Waits, in ``configuring``, for a person: files that its project names are missing."""
    held_for_disk: bool = False
    """Paused by the program until its volume has room."""
    resume_to: str = ""
    """The status a paused job goes back to."""
    files: list[str] = field(default_factory=list)
    """Assembled files, relative to ``output_path``."""
    hashes: dict[str, str] = field(default_factory=dict)
    """SHA-256 of the assembled files; those of units are in the ledger."""
    counts: UnitCounts = field(default_factory=UnitCounts)
    made: dict[str, int] = field(default_factory=dict)
    """How many units that are done each node made."""
    held: dict[str, int] = field(default_factory=dict)
    """How many units each node has in hand."""
    ran_seconds: float | None = None
    """How long any node was at work on it, by the monotonic clock, up to ``ran_at``; None: never counted."""
    ran_at: datetime | None = None
    """When ``ran_seconds`` was counted last; None while nobody is at work on it."""
    machine_seconds: float | None = None
    """Engine time of all units that were published, together; None: never counted."""
    superseded: int = 0
    """Late or repeated results that were set aside."""
    published: int = 0
    """Results that were published; with ``superseded`` it tells how much work was done twice."""
    assemble: bool = False
    reads_parts: bool = False
    output_file: str = ""
    expected: Expected | None = None
    fps: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)


def as_read(job: Job) -> Job:
    """A job as its engine here is told of it: with the project file that is opened."""
    return structs.replace(job, project=job.reads_from) if job.reads_from else job
