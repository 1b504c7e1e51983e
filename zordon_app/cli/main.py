"""The command ``zordon``."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from zordon_app.cli.double_click import is_double_click
from zordon_app.cli.terminal.exits import Status, status_of
from zordon_app.cli.terminal.screen import Screen
from zordon_app.client.errors import NotSignedIn
from zordon_app.errors import ZordonError


def run(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit status. No traceback reaches the person, unless asked for with -v."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _keep_unprintable_signs_from_failing()
    try:
        return _do(given)
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


def _do(arguments: list[str]) -> int:
    # The parser and its verbs take long to load, and whoever clicks waits for the window.
    if is_double_click(arguments, os.environ):
        from zordon_app.desktop import run_app

        return run_app([Path(name) for name in arguments])
    from zordon_app.cli.parsing import parse

    parse(arguments)
    return Status.OK


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
