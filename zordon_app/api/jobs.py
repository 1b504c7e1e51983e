"""What the routes of jobs and nodes need from the farm: Protocols, met by the classes that ``app`` hands in."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from zordon_app.domain.callers import Caller, Upload
from zordon_app.domain.jobs import Job
from zordon_app.domain.messages import JobRequest, ProjectUse
from zordon_app.domain.views import JobView, NodeView, OutputView, PlanView, QueueView, ReadsView, UnitView


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
        """``{"token","full","jobs","removed","nodes","queue","engines","time"}`` since ``token``, encoded."""

    def queue(self) -> QueueView:
        """When all that waits and runs will be done."""

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

    def reads(self, job_id: str) -> ReadsView:
        """The project, and what it reads. Raises BadRequest: it is not here."""

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

    def submit(
        self,
        requests: list[JobRequest],
        *,
        caller: Caller,
        upload: Upload | None,
        kept: Callable[[str], Upload] = ...,
    ) -> list[JobView]:
        """Check everything, then create all jobs in one transaction, or none. Idempotent by ``idempotency_key``.

        ``kept`` finds the files that requests name by ``upload``; it raises NotFound.
        """

    def probe(self, path: Path, *, engine: str | None, engine_version: str | None) -> dict[str, Any]:
        """A full look into a project before submission (``POST /api/probe``)."""

    def plan(self, request: JobRequest, path: Path, *, caller: Caller) -> PlanView:
        """What a job of the project at ``path`` would come to (``POST /api/plan``); refused as ``submit`` would."""

    def project_path(self, job_id: str) -> Path:
        """The project of a job, where it is on this machine. Raises BadRequest: it is not here."""


class ProjectChoice(Protocol):
    """What a job goes on with whose project has changed."""

    def choose(self, job_id: str, use: ProjectUse, frames: str | None) -> JobView:
        """Go on. Raises BadRequest: nothing was kept of what was submitted, or the new file makes other frames."""


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

    def rerender(self, job_id: str, frames: str | None, *, elsewhere: bool = False) -> JobView:
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
