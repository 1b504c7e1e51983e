"""What the routes need from the farm: Protocols, met by the classes that ``app`` hands in."""

from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from zordon_app.api.jobs import JobActions, JobReading, Nodes, ProjectChoice, Submission
from zordon_app.api.peering import FarmDesk, PeerMessages
from zordon_app.api.work import SharedWork
from zordon_app.domain.jobs import Job
from zordon_app.domain.messages import ArchiveOrder, ManagedBuild
from zordon_app.domain.receipts import SignedReceipt
from zordon_app.domain.views import JobView
from zordon_app.engines.preset_reading import Problem
from zordon_app.engines.presets import PresetsFile
from zordon_app.farm.interfaces import BuildDownloads


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
    project_choice: ProjectChoice
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
