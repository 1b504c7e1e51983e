"""``completion``: the Tab key."""

from enum import StrEnum
from typing import Annotated

import typer

from zordon_app.cli.double_click import COMPLETING
from zordon_app.cli.terminal.session import session_of
from zordon_app.cli.terminal.verbs import Panel, add_verb


class Shell(StrEnum):
    """Shells that can complete."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    add_verb(
        app,
        "completion",
        completion,
        Panel.ZORDON,
        "zordon completion bash >> ~/.bashrc",
        "zordon completion fish > ~/.config/fish/completions/zordon.fish",
    )


def completion(context: typer.Context, shell: Annotated[Shell, typer.Argument(help="Your shell.")]) -> None:
    """Print the script that teaches a shell to complete zordon's commands with Tab."""
    from typer._completion_shared import get_completion_script

    script = get_completion_script(prog_name="zordon", complete_var=COMPLETING, shell=shell.value)
    session_of(context).screen.text(script)
