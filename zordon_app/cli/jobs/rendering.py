"""``render``: submit, wait and fetch, in one command."""

from pathlib import Path
from typing import Annotated

import typer

from zordon_app.cli.jobs.fetching import Force, fetch_files
from zordon_app.cli.jobs.requests import (
    Assign,
    Camera,
    Engine,
    Format,
    Frames,
    JobOptions,
    Name,
    Preset,
    Priority,
    Split,
    Upload,
)
from zordon_app.cli.jobs.submitting import add_jobs
from zordon_app.cli.jobs.waiting import verdict, wait_for_jobs
from zordon_app.cli.serving import any_node
from zordon_app.cli.terminal.exits import Status, WrongUsage
from zordon_app.cli.terminal.screen import Screen
from zordon_app.cli.terminal.session import session_of
from zordon_app.cli.terminal.verbs import Panel, add_verb
from zordon_app.client import RenderServerProxy
from zordon_app.client.calls import Json
from zordon_app.client.errors import ServerError
from zordon_app.domain.naming import file_stem


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    add_verb(
        app,
        "render",
        render,
        Panel.RENDER,
        "zordon render shot.blend",
        "zordon render shot.blend -f 1-48 -p blender-preview -d preview",
        "zordon render take.mov -p review-h264",
    )


def render(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A .blend, a film, or a sequence (shot_%04d.exr).")],
    *,
    directory: Annotated[
        Path | None, typer.Option("--dir", "-d", help="Folder for the results; default: a new one named like the file.")
    ] = None,
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
    force: Force = False,
) -> None:
    """Render a file and wait for the results: submit, watch and fetch in one command.

    Uses the Zordon that runs here, or starts one for this job. Ctrl-C cancels the job.
    """
    session = session_of(context)
    folder = (
        directory or free_folder(Path.cwd(), file_stem(name or file.stem.partition("%")[0] or "render"))
    ).absolute()
    if folder.exists() and not folder.is_dir():
        raise WrongUsage(f"{str(folder)!r} is a file; give a folder with -d.")
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
    )
    with any_node(session) as client:
        jobs = add_jobs(client, session.screen, [file], options, upload=upload)
        ended = wait_or_cancel(client, session.screen, jobs)
        status = verdict(session.screen, ended, len(jobs))
        paths = [
            path for job in ended for path in fetch_files(client, session.screen, job, folder, force=force, given=file)
        ]
    _print(session.screen, ended, paths)
    raise typer.Exit(status)


def wait_or_cancel(client: RenderServerProxy, screen: Screen, jobs: list[Json]) -> list[Json]:
    """The jobs when they have ended; Ctrl-C cancels them."""
    try:
        return wait_for_jobs(client, screen, [job["id"] for job in jobs])
    except KeyboardInterrupt:
        for job in jobs:
            try:
                client.cancel_job(job["id"])
                screen.say(f"Cancelled {job['name']}.")
            except ServerError as error:
                screen.complain(str(error))
        raise typer.Exit(Status.INTERRUPTED) from None


def free_folder(parent: Path, stem: str) -> Path:
    """``stem``, ``stem-2`` … below ``parent``: the first that is not there."""
    candidate, number = parent / stem, 2
    while candidate.exists():
        candidate, number = parent / f"{stem}-{number}", number + 1
    return candidate


def _print(screen: Screen, jobs: list[Json], paths: list[Path]) -> None:
    if screen.json:
        screen.document({"jobs": jobs, "files": [str(path) for path in paths]})
        return
    for path in paths:
        screen.text(str(path))
