"""``submit`` and ``review``: put a job into the queue."""

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from zordon_app.cli.jobs.choosing import find_job
from zordon_app.cli.jobs.reading import OneJob
from zordon_app.cli.jobs.requests import (
    Assign,
    Camera,
    Engine,
    Files,
    Format,
    Frames,
    JobOptions,
    Name,
    Preset,
    Priority,
    Split,
    Upload,
    submit_files,
)
from zordon_app.cli.jobs.waiting import verdict, wait_for_jobs
from zordon_app.cli.machines.choosing import choose_machine
from zordon_app.cli.terminal.exits import WrongUsage
from zordon_app.cli.terminal.screen import Screen
from zordon_app.cli.terminal.session import Session, session_of
from zordon_app.cli.terminal.times import parse_time
from zordon_app.cli.terminal.verbs import Panel, add_verb
from zordon_app.cli.terminal.wording import SHORT_ID
from zordon_app.client import RenderServerProxy
from zordon_app.client.calls import Json
from zordon_app.domain.jobs import Existing, MissingFiles

Wait = Annotated[bool, typer.Option("--wait", "-w", help="Stay until it has ended; status 1 if it failed.")]


def add_to(app: typer.Typer) -> None:
    """Add the verbs."""
    add_verb(
        app,
        "submit",
        submit,
        Panel.RENDER,
        "zordon submit shot.blend",
        "zordon submit shot.blend -f 1-240x2 -c Main --set samples=64 --wait",
        "zordon submit *.mov -p review-h264 --priority 80",
    )
    add_verb(app, "review", review, Panel.RENDER, "zordon review last", "zordon review 3f2a --wait")


def submit(
    context: typer.Context,
    files: Files,
    *,
    preset: Preset = "",
    frames: Frames = "",
    camera: Camera = None,
    engine: Engine = "",
    name: Name = "",
    format_: Format = "",
    assign: Assign = None,
    split: Split = None,
    priority: Priority = None,
    upload: Upload = False,
    output: Annotated[str, typer.Option("--output", "-o", help="Folder for the results, on that machine.")] = "",
    existing: Annotated[
        Existing | None,
        typer.Option(help="What to do with frames that are there already; default: as the preset says."),
    ] = None,
    missing_files: Annotated[
        MissingFiles | None,
        typer.Option(help="With files missing: warn and render, or wait until it is resumed; default: the setting."),
    ] = None,
    after: Annotated[list[str] | None, typer.Option(help="Start when this job is completed.")] = None,
    machine: Annotated[
        list[str] | None, typer.Option(help="Only this machine may work on it; given several times: only these.")
    ] = None,
    start_at: Annotated[str, typer.Option(help="Start then, as 22:00 or 2026-01-31T22:00.")] = "",
    attempts: Annotated[int | None, typer.Option(min=1, max=20, help="How often a frame may fail; default: 3.")] = None,
    key: Annotated[str, typer.Option(help="The same key never makes a second job.")] = "",
    paused: Annotated[bool, typer.Option("--paused", help="Add it, but do not start it.")] = False,
    wait: Wait = False,
) -> None:
    """Put files into the queue, a job for each; prints the ids of the jobs."""
    session = session_of(context)
    with session.connect() as client:
        more: Json = {"max_attempts": attempts, "existing": existing, "paused": paused or None}
        more["missing_files"] = missing_files
        if after:
            more["after"] = [find_job(client, text)["id"] for text in after]
        if machine:
            nodes = client.get_nodes()
            more["nodes"] = [choose_machine(nodes, text)["id"] for text in machine]
        if start_at:
            more["start_at"] = _start_time(session, start_at)
        if key:
            if len(files) > 1 or len(camera or []) > 1:
                raise WrongUsage("--key belongs to one job; give one file and one camera.")
            more["idempotency_key"] = key
        options = JobOptions(
            preset=preset,
            frames=frames,
            cameras=camera or [],
            engine=engine,
            name=name,
            format=format_,
            assignments=assign or [],
            split=split,
            priority=priority,
            output_path=str(Path(output).absolute()) if output else "",
            more=more,
        )
        jobs = add_jobs(client, session.screen, files, options, upload=upload)
        if wait:
            jobs = wait_for_jobs(client, session.screen, [job["id"] for job in jobs])
            _print(session.screen, jobs)
            raise typer.Exit(verdict(session.screen, jobs, len(jobs)))
        _print(session.screen, jobs)


def review(context: typer.Context, job: OneJob, *, wait: Wait = False) -> None:
    """Make a film of a job's frames, by a job of its own; that of a job which goes on waits for it."""
    session = session_of(context)
    with session.connect() as client:
        made = client.make_review_film(find_job(client, job)["id"])
        jobs = wait_for_jobs(client, session.screen, [made["id"]]) if wait else [made]
        _print(session.screen, jobs)
        if wait:
            raise typer.Exit(verdict(session.screen, jobs, len(jobs)))


def add_jobs(
    client: RenderServerProxy, screen: Screen, files: list[Path], options: JobOptions, *, upload: bool
) -> list[Json]:
    """Submit all files or none; say what was added."""
    jobs = submit_files(client, files, options, upload=upload, sending=partial(sending, screen))
    for job in jobs:
        screen.say(f"Added {job['name']} as {job['id'][:SHORT_ID]}; results go to {job['output_path']}")
        for warning in job["warnings"]:
            screen.note(warning)
    return jobs


def sending(screen: Screen, name: str) -> AbstractContextManager[Any]:
    """A bar for the bytes of an upload or download, to be called with done and total; None where nothing may move."""
    if not screen.moves:
        return nullcontext(None)
    from zordon_app.cli.terminal.upload_bar import BytesBar

    return BytesBar(screen, name)


def _start_time(session: Session, text: str) -> str | None:
    """As the API takes it; None: the time has passed, and a person wants the start now."""
    now = datetime.now().astimezone()
    wanted = parse_time(text, now)
    if now - wanted <= timedelta(minutes=1):
        return wanted.isoformat()
    session.screen.confirm(f"The start time {wanted:%Y-%m-%d %H:%M} has passed. Start now?", yes=session.yes)
    return None


def _print(screen: Screen, jobs: list[Json]) -> None:
    if screen.json:
        screen.document(jobs if len(jobs) != 1 else jobs[0])
        return
    for job in jobs:
        screen.text(job["id"])
