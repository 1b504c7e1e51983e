"""``fetch`` and ``open``: getting at what a job has made."""

from pathlib import Path
from typing import Annotated

import typer

from zordon_app.cli.jobs.choosing import find_job
from zordon_app.cli.jobs.reading import OneJob
from zordon_app.cli.jobs.submitting import sending
from zordon_app.cli.terminal.exits import NoSuchThing, WrongUsage
from zordon_app.cli.terminal.screen import Screen
from zordon_app.cli.terminal.session import session_of
from zordon_app.cli.terminal.verbs import Panel, add_verb
from zordon_app.client import RenderServerProxy
from zordon_app.client.calls import Json
from zordon_app.domain.naming import file_stem
from zordon_app.files.names import place, places

Force = Annotated[bool, typer.Option("--force", help="Replace files that are there; never one that the job reads.")]


def add_to(app: typer.Typer) -> None:
    """Add the verbs."""
    add_verb(
        app, "fetch", fetch, Panel.RESULT, "zordon fetch last", "zordon fetch 3f2a -d frames", "zordon fetch 3f2a --zip"
    )
    add_verb(app, "open", open_output, Panel.RESULT, "zordon open last")


def fetch(
    context: typer.Context,
    job: OneJob,
    *,
    directory: Annotated[
        Path | None, typer.Option("--dir", "-d", help="Where to; default: a folder here, named like the job.")
    ] = None,
    zipped: Annotated[bool, typer.Option("--zip", help="As one .zip.")] = False,
    force: Force = False,
) -> None:
    """Copy the output files of a job to this machine; each is checked, broken transfers go on where they stopped.

    Prints the paths. Files that are here already and the same are not copied again; where another file has the name,
    the copy gets a free one, as film (2).mp4.
    """
    session = session_of(context)
    with session.connect() as client:
        found = find_job(client, job)
        if zipped:
            paths = [fetch_zip(client, session.screen, found, directory or Path.cwd(), force=force)]
        else:
            folder = directory or Path.cwd() / file_stem(found["name"])
            paths = fetch_files(client, session.screen, found, folder, force=force)
    if not paths:
        raise NoSuchThing("The job has no output files yet.")
    if session.screen.json:
        session.screen.document([str(path) for path in paths])
        return
    for path in paths:
        session.screen.text(str(path))


def fetch_files(
    client: RenderServerProxy,
    screen: Screen,
    job: Json,
    folder: Path,
    *,
    force: bool = False,
    given: Path | None = None,
) -> list[Path]:
    """All output files of a job into ``folder``; where they are now.

    With ``force`` they replace what has their names, but never what the job reads nor what was ``given`` to it.
    """
    paths = []
    read = read_by(client, job, given) if force else frozenset()
    for name in client.get_job_files(job["id"]):
        may_replace = force and place(str(folder / name)) not in read
        with sending(screen, name) as on_bytes:
            path = client.download_job_file(job["id"], name, folder, on_bytes, replace=may_replace).absolute()
        if path.name != Path(name).name:
            screen.note(f"{name} is already in {folder}; the result is {path.name}.")
        paths.append(path)
    return paths


def read_by(client: RenderServerProxy, job: Json, given: Path | None = None) -> frozenset[str]:
    """Places of the files here that a job reads."""
    known = [given] if given is not None else []
    if client.address.is_local:
        known += map(Path, client.get_job_reads(job["id"])["reads"])
    return places(known)


def fetch_zip(client: RenderServerProxy, screen: Screen, job: Json, place: Path, *, force: bool = False) -> Path:
    """The zip of a job: to ``place`` when that is called .zip, else into that folder."""
    target = place if place.suffix.lower() == ".zip" else place / f"{file_stem(job['name'])}.zip"
    with sending(screen, target.name) as on_bytes:
        return client.download_all_job_files(job["id"], target, on_bytes, replace=force).absolute()


def open_output(context: typer.Context, job: OneJob) -> None:
    """Open the folder with the output of a job, on the machine where the job is."""
    session = session_of(context)
    with session.connect() as client:
        folder = Path(find_job(client, job)["output_path"])
        local = client.address.is_local
    if not local:
        raise WrongUsage("The output is on another machine. Copy it here with: zordon fetch")
    if not folder.is_dir():
        raise NoSuchThing(f"There is no output yet in {folder}.")
    if session.screen.json:
        session.screen.document({"output_path": str(folder)})
    elif typer.launch(str(folder)) != 0:
        session.screen.text(str(folder))
