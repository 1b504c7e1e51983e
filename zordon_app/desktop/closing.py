"""What closing the window means: it may not end work that somebody waits for without asking."""

from collections.abc import Mapping
from enum import StrEnum

ACTIVE = ("running", "configuring", "waiting_for_subjobs")
"""Statuses of jobs that would be interrupted."""


class Choice(StrEnum):
    """What a person wants when the window closes while jobs run."""

    BACKGROUND = "background"
    """Keep rendering without a window."""
    AFTER = "after"
    """Finish what is being rendered, then quit."""
    QUIT = "quit"
    """Quit now; what is being rendered starts again next time."""
    STAY = "stay"
    """Do not close after all."""


class Answer(StrEnum):
    """What to do about the window."""

    ASK = "ask"
    """Keep it and ask the person."""
    HIDE = "hide"
    """Away with the window, the node goes on."""
    END = "end"
    """The window goes, and with it the node, if it is ours."""


def answer_closing(
    *, owns_node: bool, active: int, wanted: Choice | None, can_ask: bool, already_asked: bool
) -> Answer:
    """What happens when the close button is pressed.

    ``owns_node``: the node runs in this process; ``active`` jobs run; ``wanted`` was said before; ``can_ask``: the
    page is there; ``already_asked``: the question is open, and pressing again must not lose work.
    """
    if not owns_node or active == 0 or wanted is Choice.QUIT:
        return Answer.END
    if wanted in (Choice.BACKGROUND, Choice.AFTER):
        return Answer.HIDE
    return Answer.HIDE if already_asked or not can_ask else Answer.ASK


def count_active(job_counts: Mapping[str, int]) -> int:
    """Jobs that would be interrupted, from the number of jobs per status."""
    return sum(job_counts.get(status, 0) for status in ACTIVE)


def read_choice(text: str) -> Choice | None:
    """A choice by name; None for anything else."""
    return Choice(text) if text in set(Choice) else None
