"""Before work is given out: the project must still be what was submitted, else the job stops with a choice."""

from collections.abc import Sequence

from zordon_app.domain.frames import format_frames
from zordon_app.domain.jobs import Job, ProjectPolicy
from zordon_app.domain.sharing import HELPING, STALE
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.farm.intake.pinning import Pinning, ProjectChanged
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.state import FarmState

MOST_NAMED = 3


class VersionWatch:
    """Looks at the files of a job; a job that follows its file goes on with the new one."""

    def __init__(self, state: FarmState, lifecycle: Lifecycle, pinning: Pinning) -> None:
        """Watch the jobs of ``state``."""
        self._state = state
        self._lifecycle = lifecycle
        self._pinning = pinning

    def may_go_on(self, job_id: str) -> bool:
        """Whether the version of a job is still there; else it is paused now, and says why."""
        job = self._state.find(job_id)
        names = self._pinning.changed(job) if job is not None else []
        if job is None or not names:
            return True
        if job.project_policy == ProjectPolicy.FOLLOW:
            self._follow(job, names)
            return True
        with self._state.lock:
            if self._state.has(job.id) and not self._state.job(job.id).status.is_final:
                self._lifecycle.stop(job.id, JobStatus.PAUSED, _reason(names))
                self._note(job, names)
        return False

    def check(self, job: Job) -> None:
        """Before a person's job goes on or is made again. Raises ProjectChanged: they have to choose."""
        if job.project_policy == ProjectPolicy.FOLLOW:
            return
        names = self._pinning.changed(job)
        if names != job.project_changed:
            self._note(job, names)
        if names:
            raise ProjectChanged(
                "{names} changed since the job was added. Choose: go on with what was submitted, render everything "
                "with the new file, or use it for the frames to come. On the command line: zordon project --use.",
                code="project_choice",
                names=shown(names),
            )

    def _note(self, job: Job, names: Sequence[str]) -> None:
        with self._state.change() as change:
            change.job(job.id).project_changed = list(names)[:100]

    def _follow(self, job: Job, names: Sequence[str]) -> None:
        done = [number for number, unit in self._state.ledger(job.id).items() if unit.state == UnitState.DONE]
        self._pinning.forget(job)
        self._pinning.stamp(job)
        with self._state.change() as change:
            begin_version(change.job(job.id))
        if done:
            words = f"{shown(names)} changed: frames {format_frames(done)} are of an earlier version, as was asked."
            self._lifecycle.warn(job.id, words)


def begin_version(job: Job, reads_from: str = "") -> None:
    """From now on ``job`` (a copy under change) is rendered from other files: machines that help fetch them anew."""
    job.project_version += 1
    job.reads_from, job.project_changed = reads_from, []
    if not reads_from:
        job.project_sha256, job.project_hashed, job.project_kept = "", 0.0, False
    job.child_jobs = [
        {**child, "status": STALE} if child.get("status") in HELPING else child for child in job.child_jobs
    ]


def shown(names: Sequence[str]) -> str:
    """The first of them."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _reason(names: Sequence[str]) -> str:
    return (
        f"{shown(names)} changed since the job was added. Choose: go on with what was submitted, render everything "
        "with the new file, or use it for the frames to come."
    )
