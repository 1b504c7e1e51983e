"""``demo``: see it work, with nothing at hand."""

from pathlib import Path

import typer

from zordon_app.cli.demo.samples import make_film, make_scene, newest_program
from zordon_app.cli.jobs.requests import JobOptions
from zordon_app.cli.jobs.submitting import add_jobs
from zordon_app.cli.jobs.waiting import verdict, wait_for_jobs
from zordon_app.cli.serving import any_node
from zordon_app.cli.terminal.screen import Screen
from zordon_app.cli.terminal.session import Session, session_of
from zordon_app.cli.terminal.verbs import Panel, add_verb
from zordon_app.cli.terminal.wording import size
from zordon_app.client import RenderServerProxy
from zordon_app.client.calls import Json


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    add_verb(app, "demo", demo, Panel.ZORDON, "zordon demo", "zordon demo --data-dir /tmp/zordon-demo")


def demo(context: typer.Context) -> None:
    """Render a sample film with the embedded FFmpeg, and a sample scene when a Blender is here.

    Both go the way of every job: queued, rendered, checked, published. Prints where the results are.
    """
    session = session_of(context)
    with any_node(session) as client:
        jobs = add_samples(client, session)
        ended = wait_for_jobs(client, session.screen, [job["id"] for job in jobs])
        status = verdict(session.screen, ended, len(jobs))
        results = [_result(client, job) for job in ended]
    if session.screen.json:
        session.screen.document(results)
    else:
        _show(session.screen, results)
    raise typer.Exit(status)


def add_samples(client: RenderServerProxy, session: Session) -> list[Json]:
    """The jobs of the demo, submitted."""
    screen, samples = session.screen, session.paths.data / "samples"
    film = make_film(samples / "demo-film.mov")
    jobs = add_jobs(client, screen, [film], _options(client, session, "Demo film", preset="review-h264"), upload=False)
    blender = newest_program(client.get_engines().get("blender", {}).get("versions", []))
    # The sample scene is made here, so that Blender must be here too, not only on the machine that renders.
    if blender is None or not client.address.is_local:
        screen.say("No Blender is installed here, so the demo renders the film only.")
        return jobs
    scene = make_scene(samples / f"demo-scene-{blender['version']}.blend", blender)
    # The sample must open in that very Blender, whatever else is installed.
    options = _options(client, session, "Demo scene", engine=f"blender@{blender['version']}")
    return jobs + add_jobs(client, screen, [scene], options, upload=False)


def _options(
    client: RenderServerProxy, session: Session, name: str, *, preset: str = "", engine: str = ""
) -> JobOptions:
    # A folder of their own, so that the hundredth demo leaves no more behind than the first.
    folder = str(session.paths.output / name) if client.address.is_local else ""
    return JobOptions(name=name, preset=preset, engine=engine, output_path=folder)


def _result(client: RenderServerProxy, job: Json) -> Json:
    names = client.get_job_files(job["id"])
    return {
        "job": job["id"],
        "name": job["name"],
        "status": job["status"],
        "folder": job["output_path"],
        "files": names,
    }


def _show(screen: Screen, results: list[Json]) -> None:
    for result in results:
        good = result["status"] == "completed"
        screen.text(
            f"{result['name']}: {_counted(len(result['files']))}, checked" if good else f"{result['name']} failed"
        )
        for name in result["files"][:3]:
            path = Path(result["folder"]) / name
            screen.text(f"  {path}{f' ({size(path.stat().st_size)})' if path.is_file() else ''}")
        if len(result["files"]) > 3:
            screen.text(f"  … and {len(result['files']) - 3} more")


def _counted(files: int) -> str:
    return "1 file" if files == 1 else f"{files} files"
