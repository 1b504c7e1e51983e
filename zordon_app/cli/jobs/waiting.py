"""Waiting for jobs, with something to see meanwhile."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from zordon_app.cli.terminal.exits import Status
from zordon_app.cli.terminal.screen import Screen, clean
from zordon_app.cli.terminal.wording import FINAL, SHORT_ID, duration, one_line, units_done
from zordon_app.client import RenderServerProxy
from zordon_app.client.calls import Json
from zordon_app.client.errors import BadRequest, Unreachable

if TYPE_CHECKING:
    from rich.progress import TaskID

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
"""How long a server may be away while we wait for its jobs: it may be restarting."""


class View(Protocol):
    """Shows jobs while they go on."""

    def update(self, jobs: Sequence[Json]) -> None:
        """Show them as they are now."""


def wait_for_jobs(client: RenderServerProxy, screen: Screen, job_ids: Sequence[str]) -> list[Json]:
    """Block until all have ended; the jobs as they are then, without those that were deleted meanwhile.

    Raises:
        Unreachable: the server was away for too long.
    """
    revision = 0
    with _view(screen) as view:
        while True:
            revision, jobs = patiently(partial(_next, client, revision, job_ids))
            view.update(jobs)
            # Some things only the engine finds, with the file open.
            for warning in (warning for job in jobs for warning in job["warnings"]):
                screen.note(warning)
            if all(job["status"] in FINAL or job.get("project_changed") for job in jobs):
                return jobs


def patiently(ask: Callable[[], T], monotonic: Callable[[], float] = time.monotonic) -> T:
    """The answer of ``ask``, asked again while the server is away, for ``PATIENCE_SECONDS``."""
    give_up = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except Unreachable:
            if monotonic() > give_up:
                raise
            threading.Event().wait(0.5)


def verdict(screen: Screen, jobs: Sequence[Json], asked: int) -> Status:
    """Say how the jobs ended; ``asked`` is how many there were."""
    for job in jobs:
        screen.say(one_line(job))
        if job.get("project_changed"):
            screen.complain(choice_of(job))
        for group in job["errors"][:5]:
            screen.say(f"  {group['units']}: {group['message']}")
    good = len(jobs) == asked and all(job["status"] == "completed" for job in jobs)
    return Status.OK if good else Status.FAILED


def choice_of(job: Json) -> str:
    """What a person can do whose project has changed."""
    verb = f"zordon project {job['id'][:SHORT_ID]} --use"
    kept = "" if job["project_kept"] else " (nothing was kept of it)"
    return (
        f"{', '.join(job['project_changed'])} changed since {job['name']} was added. It waits for your choice: "
        f"{verb} submitted{kept}, {verb} new (everything anew), or {verb} new_for (what is not done)."
    )


def _next(client: RenderServerProxy, revision: int, job_ids: Sequence[str]) -> tuple[int, list[Json]]:
    """The jobs at the next change; those that the cache does not have are asked for: they may be new, or gone."""
    revision = client.wait_for_change(revision, 1.0)
    cached = {job["id"]: job for job in client.get_jobs()}
    found = [cached[job_id] if job_id in cached else _ask(client, job_id) for job_id in job_ids]
    return revision, [job for job in found if job is not None]


def _ask(client: RenderServerProxy, job_id: str) -> Json | None:
    try:
        return client.get_job(job_id)
    except BadRequest:
        return None


def _view(screen: Screen) -> AbstractContextManager[View]:
    return BarView(screen) if screen.moves else nullcontext(LineView(screen))


class LineView:
    """A line for each change of status: for files and pipes."""

    def __init__(self, screen: Screen) -> None:
        """Say it on ``screen``."""
        self._screen = screen
        self._said: dict[str, tuple[str, str]] = {}

    def update(self, jobs: Sequence[Json]) -> None:
        """Say what is new."""
        for job in jobs:
            state = (job["status"], job["reason"])
            if self._said.get(job["id"]) != state and job["status"] not in FINAL:
                self._screen.say(one_line(job))
            self._said[job["id"]] = state


class BarView:
    """A bar for each job."""

    def __init__(self, screen: Screen) -> None:
        """Draw on stderr."""
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            TextColumn("{task.fields[name]}", markup=False),
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            TextColumn("{task.fields[about]}", markup=False),
            TimeElapsedColumn(),
            console=screen.err,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wipe the bars away."""
        self._progress.stop()

    def update(self, jobs: Sequence[Json]) -> None:
        """Move the bars."""
        for job in jobs:
            task = self._tasks.get(job["id"])
            if task is None:
                name = clean(job["name"])[:40]
                task = self._tasks[job["id"]] = self._progress.add_task("", total=1.0, name=name, about="")
            self._progress.update(task, completed=job["progress"], about=_about(job))


def _about(job: Json) -> str:
    if job["status"] != "running":
        return clean(f"{job['status'].replace('_', ' ')}. {job['reason']}")[:80]
    left = f", {duration(job['eta_seconds'])} left" if job["eta_seconds"] is not None else ""
    return f"{units_done(job)}{left}"
