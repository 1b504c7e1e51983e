"""The states of jobs and units, and their legal changes: one table each."""

from enum import StrEnum


class JobStatus(StrEnum):
    """Where a job stands. Every status but ``running`` and ``completed`` goes with a reason."""

    NOT_STARTED = "not_started"
    """In the queue; nothing of it has been rendered."""
    SCHEDULED = "scheduled"
    """Waits for its start time or for the jobs it comes after."""
    CONFIGURING = "configuring"
    """Being prepared: the project is read, an engine build is fetched."""
    RUNNING = "running"
    """At least one unit has been leased; includes gathering and assembling."""
    WAITING_FOR_SUBJOBS = "waiting_for_subjobs"
    """Nothing left to do here; peers still work on their units."""
    PAUSED = "paused"
    """Held by a person, or by the program for a full disk; goes on with resume."""
    CANCELLED = "cancelled"
    """Stopped by a person; retry starts it again."""
    COMPLETED = "completed"
    """Every unit is done or skipped and the output is verified."""
    ERROR = "error"
    """Units failed for good, or the result could not be assembled."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens unless a person asks for it."""
        return self in {JobStatus.CANCELLED, JobStatus.COMPLETED, JobStatus.ERROR}

    @property
    def is_active(self) -> bool:
        """Whether units of the job may be leased."""
        return self in {JobStatus.NOT_STARTED, JobStatus.RUNNING, JobStatus.WAITING_FOR_SUBJOBS}


_S = JobStatus
LEGAL_JOB_CHANGES: dict[JobStatus, frozenset[JobStatus]] = {
    _S.NOT_STARTED: frozenset(
        {_S.SCHEDULED, _S.CONFIGURING, _S.RUNNING, _S.PAUSED, _S.CANCELLED, _S.COMPLETED, _S.ERROR}
    ),
    _S.SCHEDULED: frozenset({_S.NOT_STARTED, _S.CONFIGURING, _S.PAUSED, _S.CANCELLED, _S.ERROR}),
    _S.CONFIGURING: frozenset({_S.NOT_STARTED, _S.SCHEDULED, _S.RUNNING, _S.PAUSED, _S.CANCELLED, _S.ERROR}),
    # A build may be removed while its job runs: then the job waits for it.
    _S.RUNNING: frozenset(
        {_S.NOT_STARTED, _S.CONFIGURING, _S.WAITING_FOR_SUBJOBS, _S.PAUSED, _S.CANCELLED, _S.COMPLETED, _S.ERROR}
    ),
    _S.WAITING_FOR_SUBJOBS: frozenset({_S.CONFIGURING, _S.RUNNING, _S.PAUSED, _S.CANCELLED, _S.COMPLETED, _S.ERROR}),
    _S.PAUSED: frozenset(
        {_S.NOT_STARTED, _S.SCHEDULED, _S.CONFIGURING, _S.RUNNING, _S.CANCELLED, _S.COMPLETED, _S.ERROR}
    ),
    _S.CANCELLED: frozenset({_S.NOT_STARTED, _S.SCHEDULED, _S.CONFIGURING}),
    _S.COMPLETED: frozenset({_S.NOT_STARTED}),
    _S.ERROR: frozenset({_S.NOT_STARTED, _S.CONFIGURING, _S.CANCELLED}),
}


def can_job_change(old: JobStatus, new: JobStatus) -> bool:
    """Whether a job may go from ``old`` to ``new``; staying (a new reason) is always allowed."""
    return old == new or new in LEGAL_JOB_CHANGES[old]


class UnitState(StrEnum):
    """Where one unit of a job stands in the ledger."""

    WAITING = "waiting"
    """To be leased."""
    LEASED = "leased"
    """Some node holds it under the row's attempt number."""
    DONE = "done"
    """Its artifact was checked and published."""
    FAILED = "failed"
    """Out of attempts; a person may retry it."""
    SKIPPED = "skipped"
    """Left out by a person, or found already rendered."""

    @property
    def is_final(self) -> bool:
        """Whether the unit needs no more work unless a person asks for it."""
        return self in {UnitState.DONE, UnitState.FAILED, UnitState.SKIPPED}


_U = UnitState
LEGAL_UNIT_CHANGES: dict[UnitState, frozenset[UnitState]] = {
    _U.WAITING: frozenset({_U.LEASED, _U.SKIPPED, _U.FAILED, _U.DONE}),
    _U.LEASED: frozenset({_U.WAITING, _U.DONE, _U.FAILED, _U.SKIPPED}),
    _U.DONE: frozenset({_U.WAITING}),
    _U.FAILED: frozenset({_U.WAITING, _U.SKIPPED}),
    _U.SKIPPED: frozenset({_U.WAITING}),
}


def can_unit_change(old: UnitState, new: UnitState) -> bool:
    """Whether a unit may go from ``old`` to ``new``."""
    return new in LEGAL_UNIT_CHANGES[old]
