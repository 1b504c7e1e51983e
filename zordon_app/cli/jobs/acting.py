"""Acting on jobs: one verb for each thing that the window's menu can do."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from zordon_app.cli.jobs.choosing import find_job, find_jobs
from zordon_app.cli.jobs.reading import OneJob
from zordon_app.cli.machines.choosing import choose_machine
from zordon_app.cli.terminal.exits import Status, WrongUsage
from zordon_app.cli.terminal.screen import Screen
from zordon_app.cli.terminal.session import session_of
from zordon_app.cli.terminal.verbs import Panel, add_verb
from zordon_app.cli.terminal.wording import SHORT_ID
from zordon_app.client import RenderServerProxy
from zordon_app.client.calls import Json
from zordon_app.client.errors import Refused
from zordon_app.domain.frames import parse_frames
from zordon_app.domain.messages import ProjectUse
from zordon_app.errors import BadRequest

SomeJobs = Annotated[list[str], typer.Argument(metavar="JOB", help="Ids, their beginnings, names, or: last")]
SomeFrames = Annotated[str, typer.Option("--frames", "-f", help="Only these, as 3-7,12; default: all that fit.")]
NeededFrames = Annotated[str, typer.Option("--frames", "-f", help="Which, as 3-7,12.")]


class Where(StrEnum):
    """Places in the queue."""

    TOP = "top"
    UP = "up"
    DOWN = "down"
    BOTTOM = "bottom"
    BEFORE = "before"
    AFTER = "after"


def add_to(app: typer.Typer) -> None:
    """Add the verbs."""
    act = Panel.ACT
    add_verb(app, "pause", pause, act, "zordon pause 3f2a", "zordon pause last --after-current")
    add_verb(app, "resume", resume, act, "zordon resume 3f2a 77c0")
    add_verb(app, "cancel", cancel, act, "zordon cancel last")
    add_verb(app, "retry", retry, act, "zordon retry 3f2a", "zordon retry 3f2a --frames 3-7")
    add_verb(app, "skip", skip, act, "zordon skip 3f2a --frames 13")
    add_verb(app, "rerender", rerender, act, "zordon rerender 3f2a --frames 1-10")
    add_verb(app, "priority", priority, act, "zordon priority 3f2a 80")
    add_verb(app, "assign", assign, act, "zordon assign 3f2a atlas cirrus", "zordon assign 3f2a")
    add_verb(app, "move", move, act, "zordon move 3f2a top", "zordon move 3f2a before 77c0")
    add_verb(app, "project", project, act, "zordon project 3f2a", "zordon project 3f2a --use submitted")
    add_verb(app, "delete", delete, act, "zordon delete 3f2a", "zordon delete last --yes --keep-output")
    add_verb(app, "remove", delete, act, "zordon remove 3f2a", hidden=True)


def pause(
    context: typer.Context,
    jobs: SomeJobs,
    *,
    after_current: Annotated[bool, typer.Option("--after-current", help="Finish the frames in hand first.")] = False,
) -> None:
    """Hold jobs; resume lets them go on."""
    act_on(context, jobs, "paused", lambda client, job: client.pause_job(job["id"], after_current=after_current))


def resume(context: typer.Context, jobs: SomeJobs) -> None:
    """Let paused jobs go on."""
    act_on(context, jobs, "resumed", lambda client, job: client.resume_job(job["id"]))


def cancel(context: typer.Context, jobs: SomeJobs) -> None:
    """Stop jobs; what is done is kept, and retry starts them again."""
    act_on(context, jobs, "cancelled", lambda client, job: client.cancel_job(job["id"]))


def retry(context: typer.Context, jobs: SomeJobs, *, frames: SomeFrames = "") -> None:
    """Try failed frames again, or start a cancelled job again."""
    wanted = checked_frames(frames)
    act_on(context, jobs, "waits again", lambda client, job: client.retry_job(job["id"], wanted))


def skip(context: typer.Context, jobs: SomeJobs, *, frames: NeededFrames) -> None:
    """Leave frames out that are not done."""
    wanted = needed_frames(frames)
    act_on(context, jobs, "skips them", lambda client, job: client.skip_units(job["id"], wanted))


def rerender(
    context: typer.Context,
    jobs: SomeJobs,
    *,
    frames: SomeFrames = "",
    elsewhere: Annotated[bool, typer.Option("--elsewhere", help="On other machines than made them.")] = False,
) -> None:
    """Render frames again that are done; each old file stays until the new one is checked."""
    wanted = checked_frames(frames)
    act_on(
        context,
        jobs,
        "renders again",
        lambda client, job: client.rerender_units(job["id"], wanted, elsewhere=elsewhere),
    )


def priority(
    context: typer.Context,
    job: OneJob,
    value: Annotated[int, typer.Argument(min=0, max=100, help="0 to 100; higher goes first.")],
) -> None:
    """Set the priority of a job."""
    act_on(context, [job], f"has priority {value}", lambda client, found: client.set_job_priority(found["id"], value))


def assign(
    context: typer.Context,
    job: OneJob,
    machines: Annotated[list[str] | None, typer.Argument(help="Names or ids; none: all machines.")] = None,
) -> None:
    """Choose the machines that may work on a job from now on; what others have in hand goes to these at once."""

    def apply(client: RenderServerProxy, found: Json) -> Json:
        nodes = client.get_nodes()
        chosen = [choose_machine(nodes, text) for text in machines or []]
        is_shared = not chosen or not all(node["this"] for node in chosen)
        return client.set_job_nodes(found["id"], [node["id"] for node in chosen], split=is_shared or None)

    act_on(context, [job], "has its machines", apply)


def project(
    context: typer.Context,
    job: OneJob,
    *,
    use: Annotated[
        ProjectUse | None,
        typer.Option(help="submitted: as it was added; new: everything anew; new_for: what is not done, and --frames."),
    ] = None,
    frames: SomeFrames = "",
) -> None:
    """Choose with which version of its project a job goes on that has changed; without --use: how it stands."""
    if use is not None:
        wanted = checked_frames(frames)
        act_on(context, [job], "goes on", lambda client, found: client.choose_project(found["id"], use.value, wanted))
        return
    session = session_of(context)
    with session.connect() as client:
        found = find_job(client, job)
    if session.screen.json:
        session.screen.document({name: value for name, value in found.items() if name.startswith("project")})
        return
    session.screen.facts(
        [
            ("Project", found["project"]),
            ("SHA-256", found["project_sha256"] or f"not known yet ({found['project_hashed']:.0%} read)"),
            ("Changed", ", ".join(found["project_changed"]) or "no"),
            ("Kept", "yes" if found["project_kept"] else "no"),
        ]
    )


def move(
    context: typer.Context,
    job: OneJob,
    where: Annotated[Where, typer.Argument(help="Where to.")],
    other: Annotated[str, typer.Argument(help="The other job, for before and after.")] = "",
) -> None:
    """Change the place of a job in the queue."""
    if (where in (Where.BEFORE, Where.AFTER)) != bool(other):
        raise WrongUsage("before and after need another job, the other places take none: zordon move JOB before OTHER")

    def apply(client: RenderServerProxy, found: Json) -> Json:
        beside = find_job(client, other)["id"] if other else None
        return client.move_job(found["id"], where.value, beside)

    act_on(context, [job], "moved", apply)


def delete(
    context: typer.Context,
    jobs: SomeJobs,
    *,
    keep_output: Annotated[bool, typer.Option("--keep-output", help="Leave the files that they have made.")] = False,
) -> None:
    """Remove jobs from the list, with their uploads and with output folders that Zordon made; stops them first."""
    session = session_of(context)

    def apply(client: RenderServerProxy, job: Json) -> Json:
        client.delete_job(job["id"], keep_output=keep_output)
        return job

    with session.connect() as client:
        names = ", ".join(job["name"] for job in find_jobs(client, jobs))
    how = "and keep the output" if keep_output else "with the output folders Zordon made"
    session.screen.confirm(f"Delete {names}, {how}?", yes=session.yes)
    act_on(context, jobs, "deleted", apply)


def act_on(context: typer.Context, texts: list[str], done: str, act: Callable[[RenderServerProxy, Json], Json]) -> None:
    """Do one thing to several jobs; a refusal of one does not keep the others from it, and gives status 1."""
    session = session_of(context)
    results: list[Json] = []
    refused = False
    with session.connect() as client:
        for job in find_jobs(client, texts):
            try:
                results.append(act(client, job))
                session.screen.say(f"{job['name']} ({job['id'][:SHORT_ID]}): {done}")
            except Refused as error:
                refused = True
                session.screen.complain(f"{job['name']} ({job['id'][:SHORT_ID]}): {error}")
    _print(session.screen, results, several=len(texts) > 1)
    if refused:
        raise typer.Exit(Status.FAILED)


def checked_frames(text: str) -> str | None:
    """The frame range, or None for none. Raises WrongUsage."""
    return needed_frames(text) if text else None


def needed_frames(text: str) -> str:
    """The frame range. Raises WrongUsage."""
    try:
        parse_frames(text)
    except BadRequest as error:
        raise WrongUsage(str(error)) from error
    return text


def _print(screen: Screen, jobs: list[Json], *, several: bool) -> None:
    if screen.json and jobs:
        screen.document(jobs if several else jobs[0])
