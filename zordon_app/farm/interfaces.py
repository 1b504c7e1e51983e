"""What the farm needs from the rest: met by storage and render, handed in by ``app.py``."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import BuildRef, Expected, Job, Unit
from zordon_app.engines.base import Build, RunProgram


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
    ) -> None:
        """One transaction. Raises DiskFull: nothing was written."""


class Outputs(Protocol):
    """Output folders."""

    def make(self, folder: Path, job_id: str, *, owned: bool) -> None:
        """Create and try a folder. Raises BadRequest, DiskFull."""

    def stage(self, source: Path, folder: Path, name: str, tag: str) -> Path:
        """Put ``source`` durably beside its final place. Raises DiskFull."""

    def publish(self, part: Path, name: str) -> Path:
        """Give a staged file its final name."""

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


CheckFile = Callable[[Path, Expected], tuple[str, int]]
"""Decodes a file whole; its sha256 and size in bytes. Raises a ZordonError that says what is wrong."""

MakeRunner = Callable[[str], RunProgram]
"""A program runner whose output goes to the log of the job with that id."""
