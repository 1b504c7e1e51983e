"""The command line put in the order that the parser wants: global options first, files as a verb."""

from collections.abc import Collection, Sequence
from pathlib import Path

VALUES = frozenset({"--host", "--token", "--fingerprint", "--data-dir"})
"""Global options that take a value."""
FLAGS = frozenset({"--json", "--yes", "-y", "--quiet", "-q", "--verbose", "-v", "-vv"})
OPEN_VERB = "app"


def arrange(arguments: Sequence[str], verbs: Collection[str]) -> list[str]:
    """``arguments`` with the global options moved to the front, so that they may stand anywhere before ``--``.

    ``zordon FILE…`` becomes the verb that opens the app with those files.
    """
    ours: list[str] = []
    others: list[str] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            others += [argument, *rest]
            break
        if argument in VALUES and rest:
            ours += [argument, rest.pop(0)]
        elif argument in FLAGS or argument.startswith(tuple(f"{name}=" for name in VALUES)):
            ours.append(argument)
        else:
            others.append(argument)
    if others and _is_file(others[0], verbs):
        others.insert(0, OPEN_VERB)
    return ours + others


def _is_file(text: str, verbs: Collection[str]) -> bool:
    return text not in verbs and not text.startswith("-") and Path(text).exists()
