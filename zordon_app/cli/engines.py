"""``engines``: the programs that render, and their builds."""

import threading
from typing import Annotated, Any

import typer

from zordon_app.cli.jobs.submitting import sending
from zordon_app.cli.machines.choosing import choose_machine
from zordon_app.cli.terminal.exits import Status, WrongUsage
from zordon_app.cli.terminal.screen import Screen, clean
from zordon_app.cli.terminal.session import session_of
from zordon_app.cli.terminal.verbs import Panel, add_group, add_verb
from zordon_app.cli.terminal.wording import size
from zordon_app.client import RenderServerProxy
from zordon_app.client.calls import Json
from zordon_app.client.errors import NotFound

LOOK_SECONDS = 0.5
GOING_ON = frozenset({"queued", "downloading", "paused", "checking", "unpacking", "testing"})
"""States of a download that has not ended."""

Name = Annotated[str, typer.Argument(metavar="ENGINE", help="As blender or ffmpeg.")]
Build = Annotated[
    str, typer.Argument(metavar="ENGINE[@VERSION]", help="As blender@4.5.3; without version: the newest.")
]
ExactBuild = Annotated[str, typer.Argument(metavar="ENGINE@VERSION", help="As blender@4.5.3.")]


def add_to(app: typer.Typer) -> None:
    """Add the verbs."""
    farm = Panel.FARM
    group = add_group(app, "engines", "The programs that render, and their builds.", farm)
    group.callback(invoke_without_command=True)(engines)
    add_verb(group, "list", list_engines, farm, "zordon engines", "zordon engines list --json")
    add_verb(group, "available", available, farm, "zordon engines available blender")
    examples = ("zordon engines install blender@4.5.3", "zordon engines install blender@4.5.3 --on atlas")
    add_verb(group, "install", install, farm, *examples)
    add_verb(group, "remove", remove, farm, "zordon engines remove blender@4.5.3")
    add_verb(group, "args", args, farm, "zordon engines args ffmpeg")
    add_verb(group, "help", show_help, farm, "zordon engines help blender")


def engines(context: typer.Context) -> None:
    """The programs that render, and their builds; without a command, lists them."""
    if context.invoked_subcommand is None:
        list_engines(context)


def list_engines(context: typer.Context) -> None:
    """The builds that are installed."""
    session = session_of(context)
    with session.connect() as client:
        found = client.get_engines(full=session.screen.json)
    if session.screen.json:
        session.screen.document(found)
        return
    rows = [
        (name, build["version"], build["origin"], build["path"])
        for name, engine in found.items()
        for build in engine["versions"]
    ]
    session.screen.table(("ENGINE", "VERSION", "ORIGIN", "PATH"), rows)


def available(
    context: typer.Context,
    engine: Annotated[str, typer.Argument(metavar="[ENGINE]", help="As blender; default: all.")] = "",
) -> None:
    """The builds that can be downloaded."""
    session = session_of(context)
    with session.connect() as client:
        names = [engine] if engine else sorted({source["engine"] for source in client.get_engine_sources()})
        found = {name: client.get_available_engine_versions(name) for name in names}
        problems = [source["problem"] for source in client.get_engine_sources(engine or None) if source["problem"]]
    for problem in problems:
        session.screen.say(problem)
    if session.screen.json:
        session.screen.document(found[engine] if engine else found)
        return
    rows = [_available_row(name, build) for name, builds in found.items() for build in builds]
    if not rows:
        session.screen.say("No build is known that could be downloaded.")
        return
    session.screen.table(("ENGINE", "VERSION", "CHANNEL", "DATE", "SIZE", "INSTALLED"), rows, right=("SIZE",))


def install(
    context: typer.Context,
    build: Build,
    *,
    on: Annotated[str, typer.Option(metavar="MACHINE", help="Name or id of the machine of the farm to have it.")] = "",
) -> None:
    """Download a build and install it; the download is checked before it is used."""
    session = session_of(context)
    engine, version = _named(build)
    with session.connect() as client:
        node = choose_machine(client.get_nodes(), on) if on else None
        where = f" on {node['name']}" if node else ""
        begun = _begin(client, engine, version, node)
        name = f"{begun['engine']} {begun['version']}"
        is_here = begun["state"] == "installed"
        session.screen.say(f"{name} is installed{where} already." if is_here else f"Downloading {name}{where} …")
        result = follow_download(client, session.screen, begun, node["id"] if node else None)
    if session.screen.json:
        session.screen.document(result)
    if result.get("state") in ("failed", "cancelled"):
        session.screen.complain(str(result.get("reason") or result.get("error") or "The download failed."))
        raise typer.Exit(Status.FAILED)
    if not is_here:
        session.screen.say(f"{name} is installed{where}.")


def _named(build: str) -> tuple[str, str]:
    engine, _, version = build.partition("@")
    if not engine:
        raise WrongUsage("Say which engine: blender@4.5.3, or blender for its newest.")
    return engine, version


def _begin(client: RenderServerProxy, engine: str, version: str, node: Json | None) -> Json:
    """Another machine decides itself what is the newest for it."""
    if node is not None and not node["this"]:
        return client.download_engine(engine, version or "latest", node=node["id"])
    return client.download_engine(engine, version or str(client.get_most_recent_engine_version(engine)["version"]))


def follow_download(client: RenderServerProxy, screen: Screen, started: Json, node: str | None = None) -> Json:
    """What became of a download that goes on by itself at the server, or at ``node``; ``started`` is how it began."""
    download = started
    pause = threading.Event()
    with sending(screen, f"{started['engine']} {started['version']}") as on_bytes:
        while download.get("state") in GOING_ON:
            if on_bytes is not None:
                on_bytes(int(download.get("received", 0)), int(download.get("total", 0)))
            pause.wait(LOOK_SECONDS)
            try:
                download = client.get_engine_download(download["id"], node=node)
            except NotFound:
                download = {**download, "state": "failed", "reason": "The download is gone."}
    return download


def remove(context: typer.Context, build: ExactBuild) -> None:
    """Delete a build that Zordon downloaded."""
    session = session_of(context)
    engine, version = _named(build)
    if not version:
        raise WrongUsage("Say which version: zordon engines remove blender@4.5.3")
    with session.connect() as client:
        session.screen.confirm(f"Delete {engine} {version} from that machine?", yes=session.yes)
        result = client.delete_engine_download(engine, version)
    if session.screen.json:
        session.screen.document(result)
    session.screen.say(f"{engine} {version} is deleted.")


def args(context: typer.Context, engine: Name) -> None:
    """The arguments of an engine, for --set."""
    session = session_of(context)
    with session.connect() as client:
        found = client.get_engine_args(engine)
    if session.screen.json:
        session.screen.document(found)
        return
    rows = [(one["name"], one["kind"], _range(one), one["help"] or one["label"]) for one in found]
    session.screen.table(("ARGUMENT", "KIND", "VALUES", "WHAT FOR"), rows)


def show_help(context: typer.Context, engine: Name) -> None:
    """The program's own help text."""
    session = session_of(context)
    with session.connect() as client:
        text = client.get_engine_help(engine)
    if session.screen.json:
        session.screen.document({"engine": engine, "help": text})
    else:
        session.screen.text("\n".join(map(clean, text.splitlines())))


def _available_row(engine: str, build: Json) -> tuple[Any, ...]:
    return (
        engine,
        build.get("version", ""),
        build.get("channel", ""),
        build.get("released", ""),
        size(build["size"]) if build.get("size") else "–",
        "yes" if build.get("installed") else "",
    )


def _range(argument: Json) -> str:
    if argument["choices"]:
        return ", ".join(argument["choices"])
    low, high = argument["minimum"], argument["maximum"]
    bounds = f"{'' if low is None else f'{low:g}'}…{'' if high is None else f'{high:g}'}"
    return f"{'' if bounds == '…' else bounds} {argument['unit']}".strip()
