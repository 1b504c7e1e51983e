"""The one interface of an engine: data and pure functions, and a probe.

An engine never runs a lease itself. It says which command to start, what to write to it, what its output lines mean
and what a good artifact is; ``zordon_app.render`` does the running, checking and publishing.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct, field

from zordon_app.domain.jobs import BuildRef, Job, JobPlan, UnitSpec
from zordon_app.domain.messages import JobRequest


class Build(Struct, frozen=True, kw_only=True):
    """One installed version of an engine on this machine.

    ``command`` is the argv that starts it (one executable, or a Python with the ``bpy`` module and our script).
    ``origin`` is ``system``, ``embedded``, ``managed`` or ``bpy``. ``sha256`` is that of the executable (or module).
    """

    engine: str
    version: str
    command: tuple[str, ...]
    origin: str
    sha256: str = ""
    path: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def ref(self) -> BuildRef:
        """What a job remembers of the build."""
        return BuildRef(engine=self.engine, version=self.version, sha256=self.sha256)


class ArgumentKind(StrEnum):
    """The type of an engine argument."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    LIST = "list"


class Argument(Struct, frozen=True, kw_only=True):
    """One allowed argument of an engine: drives validation, ``GET …/args`` and the form in the window."""

    name: str
    kind: ArgumentKind
    label: str
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    default: Any = None
    unit: str = ""
    local_only: bool = False
    """Taken only from callers on this machine (``raw``, ``allow_scripts`` stays free)."""


class Probe(Struct, kw_only=True):
    """What a look into a project file found. ``facts`` is the engine's own, shown in the window as it is.

    For Blender ``facts`` has ``scenes`` (each: name, cameras, view_layers, camera, start, end, step, fps, width,
    height, percentage, render_engine, samples, format), ``active_scene``, ``missing_files``; for FFmpeg ``streams``,
    ``duration`` (s), ``container``.
    """

    engine: str
    project: str
    saved_with: str = ""
    """Version of the program that saved the file, ``major.minor``; empty where that means nothing."""
    start_frame: int | None = None
    end_frame: int | None = None
    frame_step: int = 1
    fps: float = 0.0
    width: int = 0
    height: int = 0
    missing_files: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    coming: list[str] = field(default_factory=list)
    """Names of files beside the project that are not there yet: jobs that a new one comes after make them."""
    facts: dict[str, Any] = field(default_factory=dict)


class ProjectFiles(Struct, frozen=True, kw_only=True):
    """What has to travel with a project, so that it can be rendered elsewhere.

    ``main`` is what a job would name there (a pattern for an image sequence); ``files`` are all of them, absolute, all
    below one folder; ``missing`` are the names of those that the project wants and that are not there. ``copies`` says
    which file travels in the stead of one of them, and ``stays`` names what is there and cannot travel.
    """

    main: Path
    files: tuple[Path, ...]
    missing: tuple[str, ...] = ()
    copies: dict[Path, Path] = field(default_factory=dict)
    stays: tuple[str, ...] = ()


class Invocation(Struct, frozen=True, kw_only=True):
    """A command to run. ``env`` is added to the stripped environment that every engine gets."""

    argv: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    before: tuple["Invocation", ...] = ()
    """Of ``Engine.run``: commands that must end well first, one after the other, in the same folder (the first of two
    passes). Their own ``before`` is empty."""


class EventKind(StrEnum):
    """What a line of an engine's output tells."""

    READY = "ready"
    """A warm session has opened its project and takes chunks."""
    UNIT_STARTED = "unit_started"
    PROGRESS = "progress"
    ARTIFACT = "artifact"
    """The engine says that it wrote the unit's file (a hint: only checking decides)."""
    UNIT_FAILED = "unit_failed"
    CHUNK_ENDED = "chunk_ended"
    WARNING = "warning"
    DOUBT = "doubt"
    """Something may be wrong with the unit: ``Engine.review`` is asked what."""
    SESSION_FAILED = "session_failed"
    """The session cannot go on at all (project cannot be opened, no camera)."""


class Event(Struct, frozen=True, kw_only=True):
    """One thing that happened in an engine: ``fraction`` is 0–1 inside the unit, ``file`` a name in its folder.

    Where a line tells only how many seconds of film are done, ``facts["seconds"]`` has them in place of ``fraction``.
    """

    kind: EventKind
    unit: int | None = None
    fraction: float = 0.0
    file: str = ""
    message: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


class Report(Protocol):
    """Called with a sentence and a fraction (0–1) while something long goes on."""

    def __call__(self, message: str, fraction: float) -> None:
        """Tell how far it is."""


class RunProgram(Protocol):
    """How an engine runs a short helper command (probing, joining): injected, owned and ended by the caller.

    Returns the completed output. Raises ``EngineFailed`` with the last lines when the exit status is not 0, or after
    ``timeout`` seconds.
    """

    def __call__(self, invocation: Invocation, *, timeout: float, on_line: Callable[[str], None] | None = None) -> str:
        """Run to the end; stdout and stderr together, as text."""


class Engine(Protocol):
    """One program that renders."""

    name: str
    label: str
    extensions: frozenset[str]
    """Lower case with the dot: ``.blend``."""
    export_formats: tuple[str, ...]
    arguments: tuple[Argument, ...]
    warm: bool
    """True: one process per job is fed chunks on stdin (``start``, ``feed``). False: one process per unit (``run``)."""

    def find_builds(self, folders: Sequence[Path]) -> list[Build]:
        """The builds installed on this machine, newest first; ``folders`` hold managed builds. Slow: run apart."""

    def choose_build(self, builds: Sequence[Build], saved_with: str, wanted: str | None) -> Build:
        """The build to render with: ``wanted`` (a version or its beginning) or the best for a file of ``saved_with``.

        Raises:
            BuildNotFound: none fits; the sentence names what is needed and what is here.
        """

    def look(self, project: Path) -> Probe:
        """What the file itself tells, fast (tens of ms) and without starting the program.

        Raises:
            BadRequest: not a file of this engine, truncated, unreadable; the sentence says which.
        """

    def probe(self, project: Path, build: Build, run: RunProgram) -> Probe:
        """The full look, with the program's help where the file alone does not tell all."""

    def named_files(self, project: Path) -> list[Path]:
        """The files that a project names, itself left out, as far as it tells by itself: fast, and never complete."""

    def files(
        self, project: Path, scratch: Path, *, build: Build | None, run: RunProgram, frames: range
    ) -> ProjectFiles:
        """Everything the project reads while ``frames`` are rendered.

        ``build`` may be asked, where this machine has it; ``scratch`` is a folder for copies with paths made relative.
        """

    def plan(self, request: JobRequest, probe: Probe, build: Build, *, title: str) -> JobPlan:
        """Units, expected artifacts and facts of a job; ``title`` is a safe file name stem, arguments are checked.

        Raises:
            BadRequest: the request contradicts the project (no camera, unknown scene, frames outside …).
        """

    def start(self, job: Job, build: Build, *, scratch: Path) -> Invocation:
        """The command of a warm session. ``scratch`` is an empty private folder for its own settings."""

    def feed(self, job: Job, units: Sequence[UnitSpec], folder: Path) -> str:
        """The text that makes a warm session render ``units`` as one chunk into ``folder``."""

    def run(self, job: Job, build: Build, unit: UnitSpec, folder: Path) -> Invocation:
        """The command that renders one unit into ``folder`` (engines that are not warm)."""

    def limit(self, invocation: Invocation, threads: int) -> Invocation:
        """A command of ``start`` or ``run`` that works on at most ``threads`` (1 or more) threads of the processor."""

    def read(self, line: str) -> list[Event]:
        """What one output line means; most mean nothing. ``unit`` may be None: the unit in hand."""

    def explain(self, lines: Sequence[str], exit_status: int) -> str:
        """One sentence why a process ended badly, from its last lines."""

    def review(self, job: Job, unit: UnitSpec, artifact: Path, doubt: str) -> list[str]:
        """What a person should know of a unit whose file passed its check, in sentences; most often nothing.

        ``doubt`` is the message of the unit's first ``DOUBT``, or empty. May look into the project: it is called
        beside the engine, before the result is handed in.

        Raises:
            EngineFailed: the job does not take such a result; the unit fails with this sentence.
        """

    def assemble(
        self,
        job: Job,
        units: Sequence[UnitSpec],
        folder: Path,
        out: Path,
        build: Build,
        run: RunProgram,
        report: Report,
    ) -> list[Path]:
        """Make the job's final file or files in ``out`` (a private folder) from the units' artifacts in ``folder``.

        The caller checks them against ``job.expected`` and publishes them. Returns the paths written.
        """

    def help(self, build: Build, run: RunProgram) -> str:
        """The program's own help text."""
