"""What the API shows of jobs, units and nodes: plain records, ready to be encoded."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field

from zordon_app.domain.jobs import ErrorGroup, ParentRef, UnitCounts
from zordon_app.domain.statuses import JobStatus, UnitState


class MadeBy(Struct, kw_only=True):
    """A machine's part in a job: units of its that are done, and those that it has in hand."""

    node: str
    name: str
    done: int
    in_hand: int = 0


class JobView(Struct, kw_only=True):
    """One job as the API shows it; ``progress`` is 0–1, ``eta_seconds`` None until two units are done.

    ``machines`` are those that made units of it or have some in hand. ``ran_seconds`` is how long any machine was at
    work on it, counted up to ``ran_at`` while it is; ``machine_seconds`` the time of all machines together. Both are
    None for what was done before that was counted.
    """

    id: str
    name: str
    engine: str
    renderer: str
    engine_version: str
    status: JobStatus
    reason: str
    progress: float
    units: UnitCounts
    start_frame: int | None
    end_frame: int | None
    frames: str
    args: dict[str, Any]
    priority: int
    order: float
    parent: ParentRef | None
    child_jobs: list[dict[str, Any]]
    enable_split_jobs: bool
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    eta_seconds: float | None
    errors: list[ErrorGroup]
    held_for_files: bool
    """Waits for a person, since files that its project names are missing: to be resumed, with them or without."""
    warnings: list[str]
    marks: dict[str, str]
    """Finished units to be looked at, by mark (black, transparent, nan, same): a frame range text; also in warnings."""
    output_path: str
    owns_output: bool
    """Whether Zordon made the output folder for this job alone."""
    file_count: int
    node: str
    nodes: list[str]
    machines: list[MadeBy]
    ran_seconds: float | None
    ran_at: datetime | None
    machine_seconds: float | None
    max_attempts: int
    after: list[str]
    start_at: datetime | None
    existing: str
    preset: str
    project: str
    project_policy: str
    project_sha256: str | None
    """Of all files of the project's version that is rendered; null until they are hashed."""
    project_hashed: float
    project_changed: list[str]
    """Names of files that changed since the job was added, while a person is to choose."""
    project_kept: bool
    fps: float
    width: int
    height: int
    last_unit: int | None
    """Number of the unit published last: what a thumbnail shows."""
    rev: int


class PlanView(Struct, kw_only=True):
    """What a job would come to: ``units`` frames or segments between two frames, by that version of its engine.

    ``unsplittable`` says in a sentence why it would be one piece, for one machine; empty when several can share it.
    """

    engine: str
    engine_version: str
    units: int
    start_frame: int
    end_frame: int
    unsplittable: str
    warnings: list[str]


class OutputView(Struct, kw_only=True):
    """A job's output folder, and how many files and bytes of the job are in it now.

    ``owned`` tells whether Zordon made the folder for this job alone: then all that is in it counts, and goes with the
    job unless it is kept. What lies in a folder that a person named always stays.
    """

    path: str
    owned: bool
    files: int
    bytes: int


class ReadsView(Struct, kw_only=True):
    """The project of a job on this machine, and the files that it reads, as far as is known: whole paths."""

    path: str
    reads: list[str]


class UnitView(Struct, kw_only=True):
    """One unit as the API shows it; ``progress`` is 0–1 inside the unit, ``seconds`` engine time."""

    unit: int
    first: int
    last: int
    state: UnitState
    attempt: int
    failures: int
    node: str
    file: str
    sha256: str
    project_sha256: str
    """The version of the project that it shows; empty where that is not known."""
    bytes: int
    seconds: float | None
    progress: float
    marks: list[str]
    """Why a person should look at it: black, transparent, nan, same."""
    error: str
    started_at: datetime | None
    ended_at: datetime | None


class NodeWork(Struct, kw_only=True):
    """What a machine has in hand of one job: ``frames`` of ``units`` frames or segments, as in ``3-5,9``.

    ``job`` is the job where it was submitted, at ``node``; ``child`` the job of the machine that helps there, empty at
    home.
    """

    job: str
    name: str
    node: str
    node_name: str
    frames: str
    units: int
    child: str = ""


class QueueView(Struct, kw_only=True):
    """When all that waits and runs will be done, as far as that can be told: ``seconds`` None: it cannot.

    ``at_least`` says that more is to be done than could be counted. ``ends_at`` is by the clock of the machine asked.
    """

    jobs: int = 0
    seconds: float | None = None
    at_least: bool = False
    ends_at: datetime | None = None


NEEDS_UPDATE = "Needs another version of Zordon: it gets no work until both machines have the same."
"""The reason of a machine that answers and is given no work all the same."""


class NodeView(Struct, kw_only=True):
    """One machine of the farm: ``state`` is ready, rendering, paused, offline or full (disk).

    ``work`` is what it has in hand, for whomever; ``units_running`` and ``jobs`` (ids on that machine) follow from it.

    ``speeds`` are the last results of the engines' benchmarks: larger is faster, the same work on every machine.
    ``builds`` says of each engine's versions whether they are ``installed`` or ``downloading`` there.
    """

    id: str
    name: str
    state: str
    reason: str = ""
    this: bool = False
    units_running: int = 0
    jobs: list[str] = field(default_factory=list)
    work: list[NodeWork] = field(default_factory=list)
    cpu_percent: float | None = None
    memory_percent: float | None = None
    cores: int = 0
    system: str = ""
    version: str = ""
    speeds: dict[str, float] = field(default_factory=dict)
    builds: dict[str, dict[str, str]] = field(default_factory=dict)
