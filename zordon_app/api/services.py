"""What the routes need from the farm: Protocols, met by the classes that ``app.py`` hands in."""

from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from zordon_app.api.peering import FarmDesk, PeerMessages
from zordon_app.api.work import SharedWork
from zordon_app.domain.callers import Caller, Upload
from zordon_app.domain.jobs import Job
from zordon_app.domain.messages import ArchiveOrder, JobRequest, ManagedBuild
from zordon_app.domain.receipts import SignedReceipt
from zordon_app.domain.views import JobView, NodeView, OutputView, PlanView, UnitView
from zordon_app.engines.preset_reading import Problem
from zordon_app.engines.presets import PresetsFile
from zordon_app.farm.interfaces import BuildDownloads


class JobReading(Protocol):
    """Jobs to be read. Unknown ids raise ``JobNotFound`` (400) everywhere; sentences come with every error."""

    def jobs_json(self) -> bytes:
        """``{"jobs": […], "token": "…"}``, encoded; built from parts that are cached per job."""

    def token(self) -> str:
        """The present revision as ``<boot id>.<revision>``."""

    def wait(self, token: str | None, timeout: float) -> bool:
        """Block until the token differs from ``token`` (True) or ``timeout`` seconds pass (False).

        Raises:
            TooBusy: the queue of pollers is full.
        """

    def delta_json(self, token: str | None) -> bytes:
        """``{"token","full","jobs","removed","nodes","engines","time"}`` since ``token``, encoded."""

    def jobs_in_status(self, status: str) -> list[JobView]:
        """Raises BadRequest for an unknown status or when no job is in it."""

    def job(self, job_id: str) -> JobView:
        """One job."""

    def record(self, job_id: str) -> Job:
        """The stored job, for those who need its folders."""

    def units(self, job_id: str) -> list[UnitView]:
        """The ledger of one job."""

    def files(self, job_id: str) -> list[str]:
        """Names of published output files, relative to the output folder, natural order."""

    def output(self, job_id: str) -> OutputView:
        """The output folder, and how much of the job is in it."""

    def file_path(self, job_id: str, name: str) -> Path:
        """The file called ``name`` (case does not matter); never through a link. Raises NotFound."""

    def sha256(self, job_id: str, name: str) -> str:
        """The hash of a published file in hex, as the ledger has it; empty when it is not known."""

    def counts(self) -> dict[str, int]:
        """Jobs per status."""


class Submission(Protocol):
    """New jobs."""

    def submit(self, requests: list[JobRequest], *, caller: Caller, upload: Upload | None) -> list[JobView]:
        """Check everything, then create all jobs in one transaction, or none. Idempotent by ``idempotency_key``."""

    def probe(self, path: Path, *, engine: str | None, engine_version: str | None) -> dict[str, Any]:
        """A full look into a project before submission (``POST /api/probe``)."""

    def plan(self, request: JobRequest, path: Path, *, caller: Caller) -> PlanView:
        """What a job of the project at ``path`` would come to (``POST /api/plan``); refused as ``submit`` would."""

    def project_path(self, job_id: str) -> Path:
        """The project of a job, where it is on this machine. Raises BadRequest: it is not here."""


class JobActions(Protocol):
    """What people do with jobs. Unknown ids raise ``JobNotFound`` (400)."""

    def cancel(self, job_id: str) -> JobView:
        """Stop it; the process tree is gone within 10 s."""

    def delete(self, job_id: str, *, keep_output: bool = False) -> None:
        """Stop it first, then remove it with its previews, owned upload and (not with ``keep_output``) owned output."""

    def pause(self, job_id: str, *, after_current: bool = False) -> JobView:
        """Hold it; units in hand are given back, or finished first with ``after_current``."""

    def resume(self, job_id: str) -> JobView:
        """Go on."""

    def retry(self, job_id: str, frames: str | None) -> JobView:
        """Failed units (all, or those among ``frames``) get fresh attempts; a cancelled job starts again."""

    def skip(self, job_id: str, frames: str) -> JobView:
        """Leave out units that are not done."""

    def rerender(self, job_id: str, frames: str | None) -> JobView:
        """Done units wait again; their files are replaced when the new ones are checked."""

    def move(self, job_id: str, where: str, other: str | None) -> JobView:
        """``where`` is top, up, down, bottom, before or after (``other``: a job id)."""

    def set_priority(self, job_id: str, priority: int) -> JobView:
        """0–100."""

    def set_nodes(self, job_id: str, nodes: list[str], *, split: bool | None) -> JobView:
        """The machines (ids; none: all) that render it from now on, and whether others than this one may (``split``).

        What is in the hands of a machine that is out waits again. Raises BadRequest: there is no such machine.
        """

    def subjob_update(self, job_id: str, update: dict[str, Any]) -> None:
        """A child job tells that its state changed."""

    def clear_history(self) -> int:
        """Remove all jobs that have ended, without their outputs; how many."""


class Nodes(Protocol):
    """The machines of the farm."""

    def views(self) -> list[NodeView]:
        """The machines of the farm; this one first."""

    def history(self, node_id: str, seconds: float) -> dict[str, Any]:
        """Load of a machine over the last ``seconds``, as columns. Raises NotFound, PeerGone."""

    def benchmarks(self, node_id: str) -> list[dict[str, Any]]:
        """What was measured of a machine, oldest first. Raises NotFound, PeerGone."""

    def pause(self, node_id: str, *, paused: bool, after_current: bool, until: datetime | None = None) -> NodeView:
        """Take a machine out of the work, for good or ``until`` a moment; or back."""


class Engines(Protocol):
    """Engines and their builds on this machine."""

    def overview(self, *, full: bool) -> dict[str, Any]:
        """Data of all engines by name."""

    def names(self) -> list[str]:
        """Names of engines with at least one build."""

    def for_filename(self, filename: str) -> str:
        """Engine name for a file name. Raises BadRequest."""

    def one(self, name: str, *, full: bool) -> dict[str, Any]:
        """Data of one engine. Raises EngineNotFound."""

    def availability(self, name: str) -> dict[str, Any]:
        """``engine``, ``available``, ``reason``, ``cpu_count``, ``versions``, ``hostname``."""

    def arguments(self, name: str) -> list[dict[str, Any]]:
        """The allow-list."""

    def help(self, name: str) -> str:
        """The program's help text."""

    def benchmark(self, name: str, version: str | None) -> dict[str, Any]:
        """How fast a build does a standard job: ``kind``, ``value``, ``at``, ``version``. Takes up to some minutes.

        Raises EngineNotFound, BuildNotFound, EngineFailed; BadRequest: there is no standard job for it.
        """

    def download_available(self, wanted: ManagedBuild) -> dict[str, Any]:
        """``available``, and what is known of that download, or the ``reason`` why not. Raises EngineNotFound."""

    def most_recent_version(self, engine: str, *, system_os: str | None, cpu: str | None) -> dict[str, Any]:
        """``version`` of the newest download and what is known of it. Raises EngineNotFound, BuildNotFound."""

    def available(self, engine: str, *, system_os: str | None, cpu: str | None) -> list[dict[str, Any]]:
        """Every download there is, newest first, each with ``installed``. Raises EngineNotFound."""

    def sources(self, engine: str | None) -> list[dict[str, Any]]:
        """The sites that builds come from: when each was asked last, and what went wrong."""

    def refresh(self, engine: str | None) -> list[dict[str, Any]]:
        """Ask the sites now; ``sources`` afterwards."""

    def install_archive(self, order: ArchiveOrder, path: Path, file_name: str, *, owned: bool) -> dict[str, Any]:
        """Begin to install an archive; the record. ``owned`` files are removed afterwards."""

    def delete_download(self, wanted: ManagedBuild) -> dict[str, Any]:
        """Remove a managed build. Raises BuildNotFound, BadRequest when a job uses it or it is not managed."""


class Downloads(Protocol):
    """Installations of builds, on this machine and the others of the farm."""

    def on(self, node_id: str) -> BuildDownloads:
        """Those on one machine; empty or ``this``: on this one. Raises NotFound: there is none; PeerGone."""


class Receipts(Protocol):
    """Signed receipts of jobs."""

    def receipt(self, job_id: str) -> SignedReceipt:
        """As the job stands now. Raises JobNotFound, and NotFound: nothing is done yet."""


class Reviews(Protocol):
    """Films of the frames of jobs."""

    def review_film(self, job_id: str) -> JobView:
        """Add a job that makes one, unless that of the same frames has not ended; that job.

        Raises JobNotFound, and BadRequest: none can be made, or not yet.
        """


class Previews(Protocol):
    """Thumbnails and preview films."""

    def image(self, job: Job, *, big: bool, unit: int | None, exposure: float = 0.0) -> Path | None:
        """A JPEG, 320 px wide or 960 with ``big``; of ``unit``, else of the one published last. None: nothing yet.

        ``exposure``, in stops, makes it brighter or darker.

        Raises:
            PreviewFailed: an output is there but no preview could be made.
        """

    def film(self, job: Job) -> Path | None:
        """An MP4 of all that is there by now; None when there is nothing."""


class Logs(Protocol):
    """Logs of a job."""

    def read(self, job_id: str, *, unit: int | None, start: int) -> tuple[bytes, int]:
        """Bytes from offset ``start`` (negative: from the end) and the total size."""


class Machine(Protocol):
    """This machine: what it is and how busy."""

    def status(self) -> dict[str, Any]:
        """What ``GET /api/status`` says of the system, CPU and memory."""

    def cpu_benchmark(self, seconds: float) -> float:
        """A score."""

    def disk_benchmark(self) -> dict[str, float]:
        """``write_mb_per_s`` and ``read_mb_per_s``."""


class SettingsStore(Protocol):
    """The person's settings."""

    def read(self) -> dict[str, Any]:
        """All values."""

    def change(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Apply; all or nothing. Raises BadRequest naming the wrong field."""


class Hooks(Protocol):
    """The program and the web address that are told when jobs end."""

    def try_out(self) -> list[str]:
        """Tell them at once; what went wrong, a sentence each. Raises BadRequest: nobody is to be told."""


class Presets(Protocol):
    """Named sets of arguments."""

    def all(self) -> dict[str, Any]:
        """What ``GET /api/presets`` answers: presets by id; those with errors are left out."""

    def problems(self) -> list[Problem]:
        """What is wrong in the person's presets.yaml, by line."""

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of presets.yaml."""

    def file(self) -> PresetsFile:
        """The person's presets.yaml as text. Raises BadRequest: it cannot be read."""

    def check(self, text: str, *, from_this_machine: bool) -> list[Problem]:
        """What would be wrong in it if it held ``text``, by line."""

    def replace(self, text: str, *, replaces: str | None, from_this_machine: bool) -> PresetsFile:
        """Write it whole; how it is then. Raises BadRequest naming the line, Conflict."""

    def save(self, preset_id: str, values: dict[str, Any], *, from_this_machine: bool) -> dict[str, Any]:
        """Write one of the person's own presets; returns it whole. Raises BadRequest, Forbidden."""

    def delete(self, preset_id: str) -> None:
        """Remove one of the person's own presets. Raises NotFound, BadRequest."""


class Peers(Protocol):
    """The other machines of the farm."""

    def statuses(self, timeout: float) -> dict[str, dict[str, Any]]:
        """``GET /api/status`` of every peer by host name, within ``timeout`` seconds.

        A peer that did not answer is there with ``{"online": False, "reason": …}``.
        """

    def detected(self) -> list[str]:
        """Host names found by discovery, admitted or not."""


class BuildsToGive(Protocol):
    """Managed builds for other members of the farm."""

    def packed(self, program_sha256: str) -> tuple[Path, str]:
        """The packed build whose program has that hash, and the hash of that file. Raises NotFound, DiskFull."""


class Services(Struct, frozen=True, kw_only=True):
    """All that routes may use."""

    jobs: JobReading
    submission: Submission
    actions: JobActions
    nodes: Nodes
    engines: Engines
    downloads: Downloads
    previews: Previews
    receipts: Receipts
    reviews: Reviews
    logs: Logs
    machine: Machine
    settings: SettingsStore
    hooks: Hooks
    presets: Presets
    uploads: Path
    """Folder for request bodies, on the volume of the data."""
    web: Path
    """Folder of the frontend."""
    debug: bool = False
    """Whether the routes under ``/api/_debug`` answer."""
    peers: Peers | None = None
    """None: this machine is alone."""
    work: SharedWork | None = None
    """What members of the farm ask while work is shared."""
    builds_to_give: BuildsToGive | None = None
    farm_desk: FarmDesk | None = None
    peer_messages: PeerMessages | None = None
    poll_seconds: float = 30.0
    """How long a long poll waits at most."""
