"""The command ``zordon``."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from zordon_app import __version__
from zordon_app.cli.arranging import arrange
from zordon_app.cli.exits import Status, status_of
from zordon_app.cli.screen import Screen
from zordon_app.cli.session import Session
from zordon_app.cli.verbs import HELP_OPTIONS
from zordon_app.client.errors import NotSignedIn
from zordon_app.errors import ZordonError

EPILOG = "Exit status: 0 ok, 1 a job failed or was refused, 2 wrong usage, 3 no Zordon answers, 4 no such thing."


def run(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit status. No traceback reaches the person, unless asked for with -v."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _keep_unprintable_signs_from_failing()
    app = make_app()
    try:
        app(args=arrange(given, _verbs(app)), prog_name="zordon")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except ZordonError as error:
        hint = " See: zordon sign-in --help" if isinstance(error, NotSignedIn) else ""
        Screen().complain(f"{error}{hint}")
        return status_of(error)
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    except BrokenPipeError:
        return Status.FAILED
    except Exception as error:  # noqa: BLE001 - here the process ends
        return _report(error, given)
    return Status.OK


def make_app() -> typer.Typer:
    """The command with all its verbs."""
    from zordon_app.cli import (
        access,
        acting,
        bench,
        completion,
        config,
        demo,
        doctor,
        engines,
        fetching,
        machines,
        opening,
        presets,
        reading,
        receipts,
        remote,
        rendering,
        serving,
        submitting,
        watching,
    )

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
        from zordon_app.cli.opening import show_window

        show_window(context, [])


def _verbs(app: typer.Typer) -> frozenset[str]:
    names = [command.name for command in app.registered_commands] + [group.name for group in app.registered_groups]
    return frozenset(name for name in names if isinstance(name, str))


def _keep_unprintable_signs_from_failing() -> None:
    for stream in (sys.stdout, sys.stderr):
        # A windowed program has no streams; a redirected one on Windows may know few signs.
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _report(error: Exception, arguments: Sequence[str]) -> int:
    if any(argument in ("-v", "--verbose") for argument in arguments):
        import traceback

        traceback.print_exception(error)
    Screen().complain(f"Something went wrong in Zordon ({type(error).__name__}: {error}). With -v it shows where.")
    return Status.FAILED
