"""The window over a running node. ``open_app`` is all that the command line needs."""

from zordon_app.desktop.opening import open_app

__all__ = ["open_app"]
