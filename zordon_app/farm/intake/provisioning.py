"""Jobs whose engine build is not here: fetched when that is allowed, with a reason meanwhile, and bound on arrival."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import BuildRef, Job
from zordon_app.domain.messages import ManagedBuild
from zordon_app.domain.statuses import JobStatus
from zordon_app.engines.base import Build
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import ZordonError
from zordon_app.farm.interfaces import Builds, Clock
from zordon_app.farm.ledger.job_guard import JobGuard
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.state import FarmState
from zordon_app.guard import Guard

log = logging.getLogger(__name__)

Allowed = Literal["ask", "always", "never"]
"""Whether a job may have a build downloaded: when a person started it, by itself, or not at all."""

RETRY_SECONDS = 600.0
"""A download that failed is begun again by itself after so long."""
_STEP = 5
"""Reasons tell whole steps of so many per cent: each is a change on disk."""


class Fetching(Protocol):
    """How far a build's download is."""

    @property
    def state(self) -> str:
        """One of the states of ``engines.builds.steps``, as ``downloading`` or ``failed``."""

    @property
    def reason(self) -> str:
        """Why it failed, or what it waits for."""

    @property
    def fraction(self) -> float:
        """0–1."""


class Downloads(Protocol):
    """Builds that can be fetched to this machine."""

    def offers(self, engine: str) -> Sequence[Build]:
        """Those that are known, as builds without a command. May ask sites, and so take seconds."""

    def download(self, wanted: ManagedBuild) -> object:
        """Begin, or go on with, a download. Raises ZordonError: it cannot begin."""

    def fetching(self, engine: str, version: str) -> Fetching | None:
        """The last download of a build, as it is offered; None: there was none."""

    def arrived(self, engine: str, version: str) -> Build | None:
        """The installed build that was offered as ``version``; what it calls itself may differ."""


class Step(Struct, frozen=True):
    """What to do for a job without its build: the reason to show, and whether to begin a download."""

    reason: str
    begin: bool = False


def decide(name: str, *, allowed: Allowed, is_offered: bool, fetching: Fetching | None, may_retry: bool) -> Step:
    """What a job is told while the build called ``name`` (as *Blender 4.5.15*) is not here."""
    if fetching is not None and (reason := _about_fetching(name, fetching)):
        return Step(reason, begin=fetching.state == "failed" and allowed == "always" and may_retry)
    missing = f"{name} is not installed here"
    if not is_offered:
        return Step(f"{missing}, and no download of it is known. Install it, or change the job's version.")
    if allowed == "always":
        return Step(f"{missing}; its download begins. The job starts by itself.", begin=may_retry)
    switch = "allow downloads in Settings" if allowed == "ask" else "switch downloads on in Settings"
    return Step(f"{missing}. Download it under Engines, or {switch}; the job starts by itself.")


def _about_fetching(name: str, fetching: Fetching) -> str:
    """How far the download is; empty for one that ended well, whose build was removed since."""
    match fetching.state:
        case "queued" | "downloading":
            percent = int(fetching.fraction * 100) // _STEP * _STEP
            return f"{name} is not installed here; it is being downloaded ({percent} %). The job starts by itself."
        case "checking" | "unpacking" | "testing":
            return f"{name} has been downloaded and is being installed. The job starts by itself."
        case "paused" | "cancelled":
            return f"{name} is not installed here; its download is {fetching.state}. Resume it under Engines."
        case "failed":
            return f"{name} could not be downloaded: {fetching.reason}"
    return ""


def job_bound_to(jobs: Iterable[Job], build: BuildRef) -> str:
    """The name of a job that has not ended and renders with ``build``; empty when there is none."""
    return next((job.name for job in jobs if not job.status.is_final and _is_same(job.build, build)), "")


class Provisioning:
    """Looks after jobs in ``configuring`` whose build is not here. ``run_once`` is called by a thread of its own."""

    def __init__(
        self,
        state: FarmState,
        lifecycle: Lifecycle,
        *,
        registry: EngineRegistry,
        builds: Builds,
        downloads: Downloads,
        allowed: Callable[[], Allowed],
        clock: Clock,
        guard: Guard | None = None,
    ) -> None:
        """``allowed`` is the person's setting."""
        self._state = state
        self._lifecycle = lifecycle
        self._registry = registry
        self._builds = builds
        self._downloads = downloads
        self._allowed = allowed
        self._clock = clock
        self._jobs = JobGuard(guard, lifecycle)
        self._began: dict[tuple[str, str], float] = {}
        """When each download was begun last, by engine and version as it is offered."""

    def run_once(self) -> None:
        """One round."""
        for job in self._state.unsettled():
            with self._jobs.job("Bringing builds", job):
                if job.status == JobStatus.CONFIGURING and self._builds.find(job.build) is None:
                    self._provide(job)
                elif not job.status.is_final and not job.build.sha256 and job.parent is None:
                    self._bind(job.id, self._builds.find(job.build))

    def _provide(self, job: Job) -> None:
        offered = self._offered(job)
        arrived = self._downloads.arrived(job.engine, offered or job.build.version)
        if arrived is not None:
            self._bind(job.id, arrived)
            return
        version = offered or job.build.version
        key = (job.engine, version)
        step = decide(
            f"{self._registry.get(job.engine).label} {version}",
            allowed=self._allowed(),
            is_offered=bool(offered),
            fetching=self._downloads.fetching(*key),
            may_retry=self._clock.monotonic() - self._began.get(key, -RETRY_SECONDS) >= RETRY_SECONDS,
        )
        self._tell(job.id, self._begin(key) or step.reason if step.begin else step.reason)

    def _offered(self, job: Job) -> str:
        """The version, as it is offered, of the download that a job's build is; empty when there is none."""
        if self._allowed() == "never" and self._downloads.fetching(job.engine, job.build.version) is None:
            return ""
        try:
            engine = self._registry.get(job.engine)
            return engine.choose_build(self._downloads.offers(job.engine), "", job.build.version).version
        except ZordonError:
            return ""

    def _begin(self, key: tuple[str, str]) -> str:
        """Why it could not begin, else empty."""
        self._began[key] = self._clock.monotonic()
        engine, version = key
        try:
            self._downloads.download(ManagedBuild(engine=engine, version=version))
        except ZordonError as error:
            log.warning("The download of %s %s did not begin: %s", engine, version, error)
            return f"{self._registry.get(engine).label} {version} cannot be downloaded: {error}"
        return ""

    def _tell(self, job_id: JobId, reason: str) -> None:
        with self._state.lock:
            job = self._state.job(job_id) if self._state.has(job_id) else None
            # A child job tells what its parent's machine needs; that is said elsewhere.
            if job is None or job.status != JobStatus.CONFIGURING or job.reason == reason or job.parent is not None:
                return
            self._lifecycle.set_job_status(job_id, JobStatus.CONFIGURING, reason)

    def _bind(self, job_id: JobId, build: Build | None) -> None:
        """From now on the job is bound to the very bytes that are here; it was made before they were."""
        with self._state.change() as change:
            if build is None or not self._state.has(job_id) or self._state.job(job_id).build == build.ref:
                return
            change.job(job_id).build = build.ref


def _is_same(bound: BuildRef, build: BuildRef) -> bool:
    same_bytes = not bound.sha256 or bound.sha256 == build.sha256
    return (bound.engine, bound.version) == (build.engine, build.version) and same_bytes
