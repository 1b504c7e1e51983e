"""``presets``: named settings."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zordon_app.cli.terminal.exits import NoSuchThing, Status
from zordon_app.cli.terminal.session import Session, session_of
from zordon_app.cli.terminal.verbs import Panel, add_group, add_verb
from zordon_app.client.calls import Json

if TYPE_CHECKING:
    from zordon_app.engines.preset_reading import Problem
    from zordon_app.engines.registry import EngineRegistry


def add_to(app: typer.Typer) -> None:
    """Add the verbs."""
    group = add_group(app, "presets", "Named settings for jobs.", Panel.FARM)
    group.callback(invoke_without_command=True)(presets)
    add_verb(group, "list", list_presets, Panel.FARM, "zordon presets")
    add_verb(group, "show", show, Panel.FARM, "zordon presets show review-h264")
    add_verb(group, "validate", validate, Panel.FARM, "zordon presets validate", "zordon presets validate team.yaml")


def presets(context: typer.Context) -> None:
    """Named settings for jobs; without a command, lists them."""
    if context.invoked_subcommand is None:
        list_presets(context)


def list_presets(context: typer.Context) -> None:
    """The presets there are."""
    session = session_of(context)
    found = all_presets(session)
    if session.screen.json:
        session.screen.document(found)
        return
    rows = [(key, preset["engine"], preset["name"], preset["description"]) for key, preset in found.items()]
    session.screen.table(("PRESET", "ENGINE", "NAME", "WHAT FOR"), rows)


def show(
    context: typer.Context, preset: Annotated[str, typer.Argument(help="Id, as zordon presets lists it.")]
) -> None:
    """One preset with its settings."""
    session = session_of(context)
    found = all_presets(session)
    if preset not in found:
        raise NoSuchThing(f"There is no preset {preset[:60]!r}. Known: {', '.join(sorted(found))}.")
    chosen = found[preset]
    if session.screen.json:
        session.screen.document({preset: chosen})
        return
    session.screen.facts(
        [
            ("Preset", preset),
            ("Name", chosen["name"]),
            ("Engine", chosen["engine"]),
            ("What for", chosen["description"]),
            *((f"  {name}", value) for name, value in chosen["params"].items()),
        ]
    )


def validate(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A presets.yaml; default: your own.")] = None,
) -> None:
    """Check a presets.yaml: its form, and each argument against the engine it is for. Needs no running Zordon."""
    from zordon_app.engines.presets import validate as look_into

    session = session_of(context)
    path = file or session.paths.config / "presets.yaml"
    if not path.is_file():
        raise NoSuchThing(f"There is no file {path}.")
    problems = look_into(path, own_engines())
    if session.screen.json:
        session.screen.document({"file": str(path), "problems": problems})
    for problem in problems:
        tell = session.screen.complain if problem.level == "error" else session.screen.say
        tell(_sentence(path, problem))
    if any(problem.level == "error" for problem in problems):
        raise typer.Exit(Status.FAILED)
    session.screen.say(f"{path} can be used.")


def complaints_about(path: Path) -> list[str]:
    """What is wrong with a presets.yaml, a sentence each."""
    from zordon_app.engines.presets import validate as look_into

    return [_sentence(path, problem) for problem in look_into(path, own_engines())]


def _sentence(path: Path, problem: "Problem") -> str:
    preset = f"{problem.preset}: " if problem.preset else ""
    return f"{path.name}, line {problem.line}: {problem.level}: {preset}{problem.message}"


def all_presets(session: Session) -> Json:
    """The presets of the Zordon that is meant; of this machine's files when none runs."""
    client = session.find()
    if client is not None:
        with client:
            return client.get_presets()
    from zordon_app.engines.presets import Presets

    return Presets(session.paths.config / "presets.yaml", own_engines()).all()


def own_engines() -> "EngineRegistry":
    """Every engine of this installation."""
    from zordon_app.engines.blender.engine import BlenderEngine
    from zordon_app.engines.ffmpeg.engine import FfmpegEngine
    from zordon_app.engines.registry import EngineRegistry, load_third_party_engines

    return EngineRegistry([BlenderEngine(), FfmpegEngine(), *load_third_party_engines()])
