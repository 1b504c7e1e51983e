"""Every verb of the command line, and the parser over them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from zordon_app import __version__
from zordon_app.cli import access, bench, completion, config, engines, opening, presets, remote, serving
from zordon_app.cli.arranging import arrange
from zordon_app.cli.demo import verb as demo
from zordon_app.cli.doctor import verb as doctor
from zordon_app.cli.jobs import acting, fetching, reading, rendering, submitting, watching
from zordon_app.cli.machines import verbs as machines
from zordon_app.cli.receipts import verbs as receipts
from zordon_app.cli.terminal.screen import Screen
from zordon_app.cli.terminal.session import Session
from zordon_app.cli.terminal.verbs import HELP_OPTIONS

EPILOG = "Exit status: 0 ok, 1 a job failed or was refused, 2 wrong usage, 3 no Zordon answers, 4 no such thing."


def parse(arguments: Sequence[str]) -> None:
    """Do what ``arguments`` say.

    Raises:
        SystemExit: with the exit status, when it is not 0.
        ZordonError: with the sentence for the person.
    """
    app = make_app()
    app(args=arrange(arguments, _verbs(app)), prog_name="zordon")


def make_app() -> typer.Typer:
    """The command with all its verbs."""
    looking, results = (reading, watching), (acting, fetching, receipts)
    farm, own = (machines, access, engines, presets, bench), (config, doctor, demo, remote, completion, opening)
    app = typer.Typer(
        callback=zordon,
        invoke_without_command=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings=HELP_OPTIONS,
        epilog=EPILOG,
    )
    for module in (rendering, submitting, serving, *looking, *results, *farm, *own):
        module.add_to(app)
    return app


def zordon(
    context: typer.Context,
    *,
    host: Annotated[
        str, typer.Option(envvar="ZORDON_HOST", help="Address of another Zordon; default: the one on this machine.")
    ] = "",
    token: Annotated[str, typer.Option(envvar="ZORDON_TOKEN", help="What it lets you in with.")] = "",
    fingerprint: Annotated[
        str, typer.Option(envvar="ZORDON_FINGERPRINT", help="SHA-256 of its certificate, as its settings show it.")
    ] = "",
    data_dir: Annotated[
        Path | None, typer.Option(envvar="ZORDON_HOME", help="Folder of all that a Zordon on this machine keeps.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Data as JSON, as the API gives it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before something is deleted.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only data and errors.")] = False,
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, show_default=False, help="More of what goes on.")
    ] = 0,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """Zordon renders your Blender scenes and films, on every machine on the desk.

    Without a command it opens the app; with files, it opens the app with them: zordon shot.blend
    """
    if version:
        print(f"zordon {__version__}")
        raise typer.Exit
    context.obj = Session(
        screen=Screen(json=json, quiet=quiet),
        host=host,
        token=token,
        fingerprint=fingerprint,
        home=data_dir,
        yes=yes,
        verbose=verbose,
    )
    if context.invoked_subcommand is None:
        opening.show_window(context, [])


def _verbs(app: typer.Typer) -> frozenset[str]:
    names = [command.name for command in app.registered_commands] + [group.name for group in app.registered_groups]
    return frozenset(name for name in names if isinstance(name, str))
