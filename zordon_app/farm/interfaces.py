"""What the farm needs from the rest: met by storage and render, handed in by ``app``."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from zordon_app.domain.claims import Claim
from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import BuildRef, Expected, Job, Unit
from zordon_app.domain.messages import DownloadOrder, JobRequest
from zordon_app.domain.news import News
from zordon_app.domain.projects import ProjectManifest, ProjectVersion
from zordon_app.domain.results import Checked, CheckedFile
from zordon_app.domain.sharing import (
    ChildOrders,
    ChildUpdate,
    Delivered,
    JobOffer,
    LeaseAsk,
    LeaseGiven,
    Parcel,
)
from zordon_app.domain.views import NodeView
from zordon_app.engines.base import Build, ProjectFiles, Report


class Clock(Protocol):
    """Time, injected: ``now`` for people, ``monotonic`` (s) for every decision."""

    def now(self) -> datetime:
        """The present moment in UTC."""

    def monotonic(self) -> float:
        """Seconds that only grow."""


class Store(Protocol):
    """What survives a restart."""

    def load_jobs(self) -> list[Job]:
        """Every job, oldest first."""

    def load_units(self, job_id: JobId) -> list[Unit]:
        """The ledger of one job, by number."""

    def find_request(self, key: str) -> tuple[str, JobId] | None:
        """Fingerprint and job of an accepted request."""

    def save(
        self,
        *,
        jobs: Iterable[Job] = (),
        units: Mapping[JobId, Iterable[Unit]] | None = None,
        deleted: Iterable[JobId] = (),
        requests: Mapping[str, tuple[str, JobId]] | None = None,
        published: Iterable[tuple[JobId, Unit]] = (),
        news: Iterable[News] = (),
    ) -> None:
        """One transaction. Raises DiskFull: nothing was written."""


class NewsStore(Protocol):
    """What is still to be told."""

    def next_news(self, after: int) -> tuple[int, News] | None:
        """The first news with a number greater than ``after``, and its number."""

    def forget_news(self, up_to: int) -> None:
        """All news up to that number is told. Raises DiskFull: it is still there."""


class Outputs(Protocol):
    """Output folders."""

    def make(self, folder: Path, job_id: str, *, owned: bool) -> None:
        """Create and try a folder. Raises BadRequest, DiskFull."""

    def stage(self, source: Path, folder: Path, name: str, tag: str, claim: Claim | None = None) -> Path:
        """Put ``source`` durably beside its final place. Raises DiskFull, WouldReplace."""

    def publish(self, part: Path, name: str, claim: Claim | None = None) -> Path:
        """Give a staged file its final name. Raises WouldReplace."""

    def existing(self, folder: Path, names: Iterable[str]) -> list[str]:
        """Those of ``names`` that are taken in a folder."""

    def foreign(self, folder: Path, names: Iterable[str]) -> list[str]:
        """Those of them that are not as Zordon made them."""

    def has_list(self, folder: Path) -> bool:
        """Whether Zordon keeps a list of what it made there."""

    def discard(self, part: Path) -> None:
        """Remove a staged file."""

    def list(self, folder: Path) -> list[str]:
        """Names of the files of a folder."""

    def resolve(self, folder: Path, name: str) -> Path:
        """One file, never through a link. Raises NotFound."""

    def remove_parts(self, folder: Path) -> None:
        """Delete what a crash left staged."""

    def remove_owned(self, folder: Path, job_id: str) -> bool:
        """Delete a folder made for this job."""

    def release(self, folder: Path, job_id: str) -> None:
        """A folder made for this job is nobody's from now on; its files stay."""


class Manifests(Protocol):
    """A copy of each job beside its files, from which a lost ledger is rebuilt."""

    def write(self, job: Job, units: list[Unit]) -> None:
        """Remember the job and its units."""

    def load(self) -> list[tuple[Job, list[Unit]]]:
        """Everything remembered."""


class Builds(Protocol):
    """Engine builds installed on this node."""

    def of(self, engine: str) -> list[Build]:
        """Newest first."""

    def find(self, wanted: BuildRef) -> Build | None:
        """The installed build that a job is bound to."""


class Disk(Protocol):
    """Room on volumes."""

    def shortage(self, folder: Path) -> str:
        """A sentence when the volume of ``folder`` is below its reserve, else empty."""


CheckFile = Callable[[Path, Expected], Checked]
"""Decodes a file whole; what it is. Raises a ZordonError that says what is wrong."""


class ThisMachine(Protocol):
    """How busy this machine is, and how fast."""

    def load(self) -> tuple[float | None, float | None]:
        """CPU and memory in use, percent, without waiting."""

    def history(self, seconds: float) -> dict[str, list[Any]]:
        """The load of up to the last hour as columns."""

    def benchmark_history(self) -> list[dict[str, Any]]:
        """Earlier measurements, oldest first."""

    def engine_speeds(self) -> dict[str, float]:
        """By engine what its benchmark gave last, without waiting."""


class Machines(Protocol):
    """The other nodes of the farm, as far as sharing work needs to know them."""

    def name_of(self, node: str) -> str:
        """What people call it."""

    def is_member(self, node: str) -> bool:
        """Whether it belongs to the farm, reached or not."""

    def is_held(self, node: str) -> bool:
        """Whether it is paused, full or unfit, so that it gets no work."""

    def usable(self) -> list[str]:
        """Nodes that can be given work now."""

    def engine_speed(self, node: str, engine: str) -> float | None:
        """What the benchmark of an engine gave there last; None: it was not measured."""

    def link(self, node: str) -> "PeerCalls":
        """How to talk to one. Raises PeerGone: it is no member, or not reached."""


class BuildDownloads(Protocol):
    """The installations of builds on one machine; each is a ``DownloadRecord`` with its ``fraction`` (0–1)."""

    def download(self, order: DownloadOrder) -> dict[str, Any]:
        """Begin to install a build. Raises EngineNotFound, BuildNotFound, DiskFull, TooBusy, BadRequest."""

    def downloads(self) -> list[dict[str, Any]]:
        """What is being installed, and what was lately; oldest first."""

    def download_record(self, download_id: str) -> dict[str, Any]:
        """One of them. Raises NotFound."""

    def act_on_download(self, download_id: str, action: str) -> dict[str, Any]:
        """``pause``, ``resume`` or ``cancel``; the record. Raises NotFound, BadRequest."""


class PeerCalls(BuildDownloads, Protocol):
    """What nodes ask of each other. Every method raises PeerGone when the other does not answer in time.

    What the other refuses is raised as it is here: JobNotFound, Forbidden, BadRequest, DiskFull; of downloads NotFound
    for what it does not know, and TooBusy for what it cannot at present.
    """

    def add_child(self, request: JobRequest) -> str:
        """Ask it to work for a job of ours; the id of its child job. Repeated with the same key it is the same."""

    def end_child(self, job: str) -> None:
        """Our job has ended, or is gone."""

    def pause(self, *, paused: bool, after_current: bool, until: datetime | None = None) -> NodeView:
        """Take it out of the work, for good or ``until`` a moment; or back; how it is now."""

    def history(self, seconds: float) -> dict[str, Any]:
        """Its load, as columns."""

    def benchmarks(self) -> list[dict[str, Any]]:
        """What was measured of it."""

    def offer(self, job: str) -> JobOffer:
        """What its job needs."""

    def lease(self, job: str, ask: LeaseAsk) -> LeaseGiven:
        """Units of its job; waits as long as ``ask`` says."""

    def update(self, job: str, update: ChildUpdate) -> ChildOrders:
        """Tell it what happened."""

    def deliver(self, job: str, number: int, *, attempt: int, lease: str, file: CheckedFile) -> Delivered:
        """Send a result; the file stays."""

    def project(self, job: str) -> ProjectManifest:
        """The files of its job's project."""

    def fetch(self, job: str, manifest: ProjectManifest, report: Report) -> Path:
        """Bring the project here, what is here already excepted; where the project file is."""

    def read_in_parts(self, job: str, manifest: ProjectManifest) -> str:
        """An address where engines here read what they need of a project; empty where it is better brought whole."""


class Hashes(Protocol):
    """Hashes of files on this machine."""

    def manifest(self, project: ProjectFiles, told: Callable[[float], None]) -> ProjectManifest:
        """A project's files with their hashes; ``told`` hears now and then how far it is (0–1). Raises OSError."""

    def hash(self, path: Path) -> str:
        """Of one file; read once while it stays the same. Raises NotFound, OSError."""


class Versions(Protocol):
    """The versions of jobs' projects on disk."""

    def load(self, job_id: str) -> ProjectVersion | None:
        """What was saved last."""

    def save(self, job_id: str, version: ProjectVersion) -> None:
        """Remember it. Raises OSError."""

    def forget(self, job_id: str) -> None:
        """There is none any more, and no copy."""

    def keep(self, job_id: str, version: ProjectVersion, limit_gib: float) -> ProjectVersion:
        """Copy what fits. Raises OSError."""

    def tree(self, job_id: str, version: ProjectVersion) -> Path:
        """The project file among the copies. Raises OSError."""

    def place(self, job_id: str, version: ProjectVersion, travels: str) -> Path:
        """Where the copy of a file is."""


class ParcelBox(Protocol):
    """Results that wait to be sent, on disk: they outlive a restart and a parent that is away for days."""

    def put(self, parcel: Parcel, source: Path) -> Parcel:
        """Move a checked file into the box. Raises DiskFull."""

    def children(self) -> list[str]:
        """Child jobs of which something waits."""

    def of_job(self, child: str) -> list[Parcel]:
        """What waits for the parent of a child job, oldest first."""

    def path(self, parcel: Parcel) -> Path:
        """Its file."""

    def remove(self, parcel: Parcel) -> None:
        """It has arrived, or nobody wants it."""
