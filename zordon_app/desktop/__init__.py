"""The window over a running node. ``open_app`` is all that the command line needs, and ``leave`` when it is done."""

from zordon_app.desktop.leaving import leave
from zordon_app.desktop.opening import open_app

__all__ = ["leave", "open_app"]
