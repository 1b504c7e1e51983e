"""How verbs are added to the command line: their help, with examples, looks the same everywhere."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

import typer

EVERYWHERE = "Every command also takes: --json --host --token --fingerprint --data-dir --yes -q -v (see zordon --help)."


class Panel(StrEnum):
    """Groups of verbs in ``zordon --help``, in their order there."""

    RENDER = "Render"
    LOOK = "Look"
    ACT = "Act on jobs"
    RESULT = "Results"
    FARM = "Machines and engines"
    ZORDON = "Zordon itself"


def add_verb(
    app: typer.Typer, name: str, function: Callable[..., Any], panel: Panel, *examples: str, hidden: bool = False
) -> None:
    """Make ``function`` the verb ``name``; its docstring is the help, ``examples`` are shown below."""
    app.command(
        name,
        help=with_examples(function.__doc__ or "", examples),
        epilog=EVERYWHERE,
        rich_help_panel=panel,
        hidden=hidden,
    )(function)


def add_group(app: typer.Typer, name: str, what: str, panel: Panel) -> typer.Typer:
    """A verb that has verbs of its own."""
    group = typer.Typer(help=what, epilog=EVERYWHERE, rich_markup_mode="rich", context_settings=HELP_OPTIONS)
    app.add_typer(group, name=name, rich_help_panel=panel)
    return group


def with_examples(text: str, examples: Sequence[str]) -> str:
    """``text`` and below it the examples, one a line."""
    lines = "\n".join(f"  {example}" for example in examples)
    # \b keeps Typer from filling the lines into a paragraph.
    return f"{text.strip()}\n\n\b\nExamples:\n{lines}" if examples else text.strip()


HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}
