"""What running leases needs from the rest: where work comes from and where results go."""

from pathlib import Path
from typing import Protocol

from zordon_app.domain.leases import Lease, LeasedUnit, LeaseOrder
from zordon_app.domain.results import CheckedFile
from zordon_app.engines.assignments import Assignment

__all__ = ["Assignment", "JobFolders", "WorkSource"]


class WorkSource(Protocol):
    """Gives leases and takes results: the ledger of this node, or a parent over the network.

    Every report names the lease and is answered with an order; late reports are harmless. All methods may be called
    from any thread and return within milliseconds, but ``next_lease`` (waits) and ``deliver`` (publishes).
    """

    def next_lease(self, *, wait: float, keep_job: str | None) -> Assignment | None:
        """The next work for this node, or None after ``wait`` seconds. ``keep_job``: the job whose session is warm."""

    def renew(self, lease: Lease) -> LeaseOrder:
        """Keep the lease; to be called every few seconds."""

    def lost(self, lease: Lease) -> frozenset[int]:
        """Units of the lease that another node has taken over: not wanted any more."""

    def unit_started(self, lease: Lease, unit: LeasedUnit) -> LeaseOrder:
        """The engine began a unit."""

    def progress(self, lease: Lease, unit: LeasedUnit, fraction: float) -> None:
        """How far the unit is, 0–1."""

    def deliver(self, lease: Lease, unit: LeasedUnit, file: CheckedFile) -> LeaseOrder:
        """Publish a checked artifact. The file is moved away. A superseded result is set aside and harmless.

        Raises:
            DiskFull: the output volume has no room; the file stays, the unit is not failed.
        """

    def fail(self, lease: Lease, unit: LeasedUnit, message: str) -> LeaseOrder:
        """The attempt failed; counts against the unit's limit."""

    def give_back(self, lease: Lease, units: list[LeasedUnit], reason: str) -> None:
        """Return units untouched; not a failure."""

    def fail_job(self, lease: Lease, message: str) -> None:
        """The project cannot be rendered at all (no camera, cannot be opened): every unit would fail alike."""

    def warn(self, lease: Lease, message: str) -> None:
        """Something a person should know that stops nothing (a missing texture)."""


class JobFolders(Protocol):
    """Where things of a job are on this node."""

    def logs(self, job_id: str) -> Path:
        """Folder of its logs."""

    def work(self, job_id: str, lease_id: str) -> Path:
        """Private folder of one lease; made empty, on the same volume as other work."""
