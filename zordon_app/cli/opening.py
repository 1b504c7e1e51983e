"""``zordon`` alone, or with files: the app with its window."""

from pathlib import Path
from typing import Annotated

import typer

from zordon_app.cli.terminal.session import session_of
from zordon_app.cli.terminal.verbs import Panel, add_verb


def add_to(app: typer.Typer) -> None:
    """Add the verb, which nobody needs to type."""
    add_verb(app, "app", open_app, Panel.RENDER, "zordon", "zordon shot.blend", hidden=True)


def open_app(
    context: typer.Context, files: Annotated[list[Path] | None, typer.Argument(help="Files to make jobs of.")] = None
) -> None:
    """Open the app; with files, ready to make jobs of them."""
    show_window(context, files or [])


def show_window(context: typer.Context, files: list[Path]) -> None:
    """Run the window until it is closed; its exit status is ours."""
    from zordon_app.desktop import run_app

    raise typer.Exit(run_app(files, home=session_of(context).home))
