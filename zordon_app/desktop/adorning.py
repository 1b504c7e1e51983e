"""What is added to the window where the back end has it: a tray icon, and downloads that work."""

import importlib
import logging
from typing import Any, Protocol

log = logging.getLogger(__name__)


class Session(Protocol):
    """What the tray acts on."""

    def quit(self) -> None:
        """End everything."""

    @property
    def window(self) -> Any:
        """The window."""


def adorn(session: Session, native: Any) -> None:
    """Add what fits the back end of ``native``; without it the window works too."""
    if not type(native).__module__.endswith("platforms.qt"):
        return
    try:
        qt = importlib.import_module("zordon_app.desktop.qt")
        qt.add_downloads(native)
        qt.add_tray(native, show=session.window.show, leave=session.quit)
    except Exception:  # a window without a tray is better than none
        log.exception("The window goes without tray icon and downloads.")
