"""How a command ends: the exit status for each thing that can go wrong."""

from enum import IntEnum

from zordon_app.client.errors import NotFound, Unreachable
from zordon_app.errors import ZordonError


class Status(IntEnum):
    """Exit statuses, for scripts."""

    OK = 0
    FAILED = 1
    """A job that was waited for failed, or the server said no."""
    USAGE = 2
    UNREACHABLE = 3
    NOT_FOUND = 4
    INTERRUPTED = 130


class WrongUsage(ZordonError):
    """What was typed makes no sense; the sentence says why."""


class NoSuchThing(ZordonError):
    """There is no job, machine, preset … of that name."""


class NoNode(Unreachable):
    """No Zordon runs on this machine."""


def status_of(error: ZordonError) -> Status:
    """The exit status for an error."""
    if isinstance(error, WrongUsage):
        return Status.USAGE
    if isinstance(error, Unreachable):
        return Status.UNREACHABLE
    if isinstance(error, NoSuchThing | NotFound):
        return Status.NOT_FOUND
    return Status.FAILED
