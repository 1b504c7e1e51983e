"""What has to be here before a child job can be worked on: its facts, its build, its project."""

import threading
from collections.abc import Callable

from zordon_app.domain.jobs import BuildRef, Job
from zordon_app.domain.sharing import JobOffer
from zordon_app.domain.statuses import JobStatus
from zordon_app.engines.registry import EngineRegistry
from zordon_app.farm.child.child_work import ChildWork
from zordon_app.farm.child.gate import check_offer
from zordon_app.farm.interfaces import Builds, Machines
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.state import FarmState

ASK_SECONDS = 5.0
"""How often it is looked whether a build has come."""


class Preparation:
    """Prepares child jobs, and says at both sides how far it is."""

    def __init__(
        self,
        state: FarmState,
        lifecycle: Lifecycle,
        *,
        machines: Machines,
        registry: EngineRegistry,
        builds: Builds,
        may_run_scripts: Callable[[], bool],
        stop: threading.Event,
        scale: float,
    ) -> None:
        """``may_run_scripts`` of others' jobs; ``stop`` ends all waiting; ``scale`` shortens the timers."""
        self._state = state
        self._lifecycle = lifecycle
        self._machines = machines
        self._registry = registry
        self._builds = builds
        self._may_run_scripts = may_run_scripts
        self._stop = stop
        self._scale = scale

    def prepare(self, work: ChildWork, is_on: Callable[[], bool]) -> None:
        """Learn what the job needs, and bring its project here; waits for the build as long as ``is_on``.

        Raises:
            PeerGone, DiskFull: try again. JobNotFound, Forbidden, BadRequest: the parent says no.
        """
        parent = work.job.parent
        if parent is None:
            return
        link = self._machines.link(parent.node)
        offer = link.offer(parent.job)
        self._await_build(work, offer.build, is_on)
        if not is_on():
            return
        check_offer(offer, self._registry.get(work.job.engine), may_run_scripts=self._may_run_scripts())
        manifest = link.project(parent.job)
        name = self._machines.name_of(parent.node)
        address = link.read_in_parts(parent.job, manifest) if offer.reads_parts else ""
        project = address or link.fetch(
            parent.job, manifest, lambda _message, fraction: self._say_copied(work, name, fraction)
        )
        # What is missing at home is missing here; anything else that lacks would be another picture.
        self._describe(work, offer, str(project), missing=list(manifest.missing))

    def _await_build(self, work: ChildWork, build: BuildRef, is_on: Callable[[], bool]) -> None:
        # Nothing is said of what is there: seven machines that say it at once keep their parent busy.
        if self._builds.find(build) is None:
            self._say(work, f"Needs {self._registry.label_of(build.engine)} {build.version}.")
        while is_on() and self._builds.find(build) is None:
            self._stop.wait(ASK_SECONDS * self._scale)

    def _say_copied(self, work: ChildWork, name: str, fraction: float) -> None:
        if fraction < 1.0:
            self._say(work, f"Copies the project from {name} ({fraction:.0%}).")

    def _describe(self, work: ChildWork, offer: JobOffer, project: str, *, missing: list[str]) -> None:
        with self._state.change() as change:
            job = change.job(work.job.id)
            job.name, job.build, job.project = offer.name, offer.build, project
            job.args, job.facts, job.fps = offer.args, offer.facts | {"missing": missing}, offer.fps
            job.start_frame, job.end_frame, job.expected = offer.start_frame, offer.end_frame, offer.expected
        with self._state.lock:
            job = self._state.job(work.job.id)
            if job.status == JobStatus.CONFIGURING:
                self._lifecycle.set_job_status(job.id, JobStatus.NOT_STARTED, f"Ready. {helps(job, self._machines)}")
            work.job = self._state.job(work.job.id)
        work.say(JobStatus.RUNNING, "")

    def _say(self, work: ChildWork, reason: str) -> None:
        with self._state.lock:
            if self._state.has(work.job.id) and self._state.job(work.job.id).status == JobStatus.CONFIGURING:
                self._lifecycle.set_job_status(work.job.id, JobStatus.CONFIGURING, reason)
        work.say(JobStatus.CONFIGURING, reason)


def helps(job: Job, machines: Machines) -> str:
    """Whom a child job helps, as a sentence."""
    return f"Helps {machines.name_of(job.parent.node)}." if job.parent else ""
