"""What comes of leases, whoever holds them: this machine and peers report through the same five doors."""

from zordon_app.domain.ids import JobId
from zordon_app.domain.leases import Lease, LeasedUnit
from zordon_app.domain.results import CheckedFile
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.farm.completion.gathering import Gathering
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.progress import LiveProgress
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.scheduling.blocklist import Blocklist
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.farm.scheduling.speeds import Speeds


class Results:
    """Takes results and failures of units, and settles their leases."""

    def __init__(
        self,
        state: FarmState,
        *,
        leases: LeaseKeeper,
        gathering: Gathering,
        lifecycle: Lifecycle,
        speeds: Speeds,
        progress: LiveProgress,
        blocklist: Blocklist,
    ) -> None:
        """Report into the ledger of ``state``."""
        self._state = state
        self._leases = leases
        self._gathering = gathering
        self._lifecycle = lifecycle
        self._speeds = speeds
        self._progress = progress
        self._blocklist = blocklist

    def deliver(self, lease: Lease, unit: LeasedUnit, file: CheckedFile) -> bool:
        """Publish a checked artifact; False when another result counts. Raises DiskFull: nothing was changed."""
        published = self._gathering.deliver(lease, unit, file)
        if published:
            self._speeds.measured(lease.job, file.seconds, lease.node)
            self._blocklist.done(lease.job, lease.node)
        self._settle(lease, unit)
        return published

    def fail(self, lease: Lease, unit: LeasedUnit, message: str) -> None:
        """The attempt failed."""
        if self._state.has(lease.job):
            self._blocklist.failed(lease.job, lease.node, unit.spec.number)
            self._lifecycle.fail(lease.job, unit.spec.number, unit.attempt, message)
        self._settle(lease, unit)

    def give_back(self, lease: Lease, units: list[LeasedUnit]) -> None:
        """Units come back untouched."""
        if self._state.has(lease.job):
            self._lifecycle.give_back(lease.job, [(unit.spec.number, unit.attempt) for unit in units])
        for unit in units:
            self._settle(lease, unit)

    def fail_job(self, lease: Lease, message: str) -> None:
        """The project cannot be rendered at all, says a holder of units of it."""
        with self._state.lock:
            if self._holds_any(lease):
                self._lifecycle.stop(lease.job, JobStatus.ERROR, message)
        for unit in lease.units:
            self._settle(lease, unit)

    def warn(self, job_id: JobId, message: str) -> None:
        """Something a person should know."""
        if self._state.has(job_id):
            self._lifecycle.warn(job_id, message)

    def _holds_any(self, lease: Lease) -> bool:
        """Whether the lease still counts; one that was taken back says nothing about the job any more."""
        ledger = self._state.ledger(lease.job) if self._state.has(lease.job) else {}
        held = {(number, unit.attempt) for number, unit in ledger.items() if unit.state == UnitState.LEASED}
        return any((unit.spec.number, unit.attempt) in held for unit in lease.units)

    def _settle(self, lease: Lease, unit: LeasedUnit) -> None:
        self._progress.forget(lease.job, unit.spec.number)
        self._leases.settle(lease, unit.spec.number)
