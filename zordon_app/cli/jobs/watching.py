"""``watch``: machines and jobs, live."""

from functools import partial
from typing import Annotated, NoReturn

import typer

from zordon_app.cli.jobs.choosing import find_job
from zordon_app.cli.jobs.waiting import LineView, patiently, verdict, wait_for_jobs
from zordon_app.cli.terminal.exits import Status
from zordon_app.cli.terminal.session import Session, session_of
from zordon_app.cli.terminal.verbs import Panel, add_verb
from zordon_app.cli.terminal.wording import FINAL, queue_words
from zordon_app.client import RenderServerProxy
from zordon_app.client.calls import Json

REDRAW_SECONDS = 1.0


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    add_verb(app, "watch", watch, Panel.LOOK, "zordon watch", "zordon watch last", "zordon watch --json | jq -c .jobs")


def watch(
    context: typer.Context,
    job: Annotated[str, typer.Argument(metavar="[JOB]", help="Id, its beginning, the name, or: last")] = "",
) -> None:
    """Machines and jobs, live, until Ctrl-C; of one job until it has ended (status 1 if it failed).

    With --json each change is a line, as the API's long poll gives it.
    """
    session = session_of(context)
    with session.connect() as client:
        job_id = find_job(client, job)["id"] if job else ""
        if session.screen.json:
            status = stream_changes(client, session, job_id)
        elif job_id:
            jobs = wait_for_jobs(client, session.screen, [job_id])
            status = verdict(session.screen, jobs, 1)
        elif session.screen.out.is_terminal:
            draw_dashboard(client, session)
        else:
            print_changes(client, session)
    raise typer.Exit(status)


def stream_changes(client: RenderServerProxy, session: Session, job_id: str) -> Status:
    """Print every delta; of one job only what is about it, until it has ended or is gone."""
    token: str | None = None
    while True:
        delta = patiently(partial(client.long_poll, token, delta=True))
        if delta is None:
            continue
        token = str(delta["token"])
        if not job_id:
            session.screen.line(delta)
            continue
        jobs = [job for job in delta["jobs"] if job["id"] == job_id]
        gone = job_id in delta["removed"] or (delta["full"] and not jobs)
        if jobs or gone:
            session.screen.line({**delta, "jobs": jobs, "removed": [job_id] if gone else []})
        if gone or any(job["status"] in FINAL for job in jobs):
            return Status.OK if jobs and jobs[0]["status"] == "completed" else Status.FAILED


def print_changes(client: RenderServerProxy, session: Session) -> NoReturn:
    """A line for each change, where nothing can move."""
    view = LineView(session.screen)
    revision = 0
    while True:
        revision, jobs, _ = patiently(partial(_now, client, revision))
        view.update(jobs)


def draw_dashboard(client: RenderServerProxy, session: Session) -> NoReturn:
    """Draw at each change, and each second for the load of the machines."""
    from rich.live import Live

    from zordon_app.cli.jobs.dashboard import dashboard

    console = session.screen.out
    revision = 0
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            revision, jobs, nodes = patiently(partial(_now, client, revision))
            ahead = queue_words(patiently(client.get_queue))
            live.update(dashboard(client.address.url, jobs, nodes, ahead, console.size.height), refresh=True)


def _now(client: RenderServerProxy, seen: int) -> tuple[int, list[Json], list[Json]]:
    revision = client.wait_for_change(seen, REDRAW_SECONDS)
    return revision, client.get_jobs(), client.get_nodes()
