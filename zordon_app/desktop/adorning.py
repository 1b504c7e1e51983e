"""What is added to the window where the back end has it: downloads that work, and a tray icon."""

import importlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


def adorn(native: Any, *, icon: Path, show: Callable[[], None], leave: Callable[[], None]) -> None:
    """Add what fits the back end whose window is ``native``; the others bring their own downloads and have no tray.

    ``show`` brings the window back, ``leave`` ends the program.
    """
    name = _module_for(native)
    if name is None:
        return
    try:
        ours = importlib.import_module(name)
        ours.adorn(native, icon=icon, show=show, leave=leave)
    except Exception:  # a window without a tray is better than none
        log.exception("The window goes without downloads and tray icon.")


def _module_for(native: Any) -> str | None:
    kinds = {base.__module__ for base in type(native).__mro__}
    if "webview.platforms.qt" in kinds:
        return "zordon_app.desktop.qt"
    return "zordon_app.desktop.gtk" if any(kind.startswith("gi.") for kind in kinds) else None
