"""Telling whoever clicks from whoever types: who clicks waits for the window, and needs no parser."""

from collections.abc import Mapping, Sequence
from pathlib import Path

COMPLETING = "_ZORDON_COMPLETE"
"""The variable in which a shell that wants completions says what it is."""


def is_double_click(arguments: Sequence[str], env: Mapping[str, str]) -> bool:
    """Whether a desktop started us, alone or with files, which it names by whole paths; no verb looks like one.

    A shell that asks for completions names no arguments either.
    """
    return COMPLETING not in env and all(Path(name).is_absolute() and Path(name).exists() for name in arguments)
