"""The window over a running node. ``run_app`` is all that the command line needs."""

from pathlib import Path

from zordon_app.desktop.leaving import leave
from zordon_app.desktop.opening import open_app

__all__ = ["run_app"]


def run_app(files: list[Path], *, home: Path | None = None) -> int:
    """Show the app with ``files`` until it is closed; the exit status. Nothing holds the process up after it.

    Raises:
        ZordonError: with the sentence for the person.
    """
    status = open_app(files, home=home)
    leave(status)
    return status
