"""Which of the system's web views can show a window here, and what it needs in its environment."""

import ctypes
import importlib
import importlib.util
import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

BackEnd = Literal["gtk", "qt", "system"]
"""``system`` is what Windows and macOS bring along."""

X_SOCKETS = Path("/tmp/.X11-unix")  # noqa: S108 - X servers keep their sockets there
GPU = Path("/dev/dri")


def choose_back_end(system: str, env: Mapping[str, str], *, usable: Callable[[BackEnd], bool]) -> BackEnd | None:
    """The back end to use, or None; ``PYWEBVIEW_GUI`` names one, KDE prefers Qt, other desktops GTK."""
    if system in ("win32", "darwin"):
        return "system" if usable("system") else None
    order: list[BackEnd] = ["qt", "gtk"] if "KDE_FULL_SESSION" in env else ["gtk", "qt"]
    named = env.get("PYWEBVIEW_GUI", "").lower()
    order.sort(key=lambda each: each != named)
    return next((each for each in order if usable(each)), None)


def is_usable(back_end: BackEnd) -> bool:
    """Whether the libraries of a back end are on this machine; nothing of a window is loaded to find out."""
    if importlib.util.find_spec("webview") is None:
        return False
    if back_end == "qt":
        return _has("qtpy") and _has("PyQt6.QtWebEngineCore") and not missing_library()
    return back_end == "system" or _has_webkit_gtk()


def missing_library() -> str:
    """What the system lacks for Qt to reach an X server, in the loader's words; empty: nothing.

    Qt would end the whole process over it.
    """
    spec = importlib.util.find_spec("PyQt6")
    places = [
        Path(place) / "Qt6/plugins/platforms/libqxcb.so" for place in (spec and spec.submodule_search_locations) or ()
    ]
    if os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        return ""
    for plugin in filter(Path.exists, places):
        try:
            ctypes.CDLL(str(plugin))
        except OSError as error:
            return str(error)
    return ""


def has_screen(system: str, env: Mapping[str, str], *, answers: Callable[[str], bool]) -> bool:
    """Whether a window could be seen. Qt ends the whole process when its X server is not there, so we ask first."""
    if system in ("win32", "darwin") or env.get("WAYLAND_DISPLAY") or env.get("QT_QPA_PLATFORM") == "offscreen":
        return True
    return bool(env.get("DISPLAY")) and answers(env["DISPLAY"])


def x_server_answers(display: str) -> bool:
    """Whether something listens behind a ``DISPLAY`` such as ``:0``, ``unix:0.1`` or ``host:10.0``."""
    host, _, rest = display.rpartition(":")
    number = rest.split(".")[0]
    if not number.isdigit():
        return False
    if host not in ("", "unix"):
        return _connects(socket.AF_INET, (host, 6000 + int(number)))
    path = str(X_SOCKETS / f"X{number}")
    return _connects(socket.AF_UNIX, path) or _connects(socket.AF_UNIX, f"\0{path}")


def needed_environment(back_end: BackEnd, *, is_root: bool, has_gpu: bool) -> dict[str, str]:
    """Variables without which a back end starts, but not well (measured on Debian 12).

    Chromium's sandbox refuses root. WebKitGTK paints white where no graphics device can do its compositing. Qt and
    Chromium tell the terminal about graphics drivers that they do without.
    """
    if back_end == "qt":
        rules = "*.info=false;*.warning=false;js=false"
        quiet = {"QT_LOGGING_RULES": rules, "QTWEBENGINE_CHROMIUM_FLAGS": "--log-level=3"}
        return quiet | ({"QTWEBENGINE_DISABLE_SANDBOX": "1"} if is_root else {})
    if back_end == "gtk" and not has_gpu:
        return {"WEBKIT_DISABLE_COMPOSITING_MODE": "1"}
    return {}


def ready_back_end() -> BackEnd | None:
    """The back end for this process, with its environment set; None: no window here."""
    if not has_screen(sys.platform, os.environ, answers=x_server_answers):
        return None
    found = choose_back_end(sys.platform, os.environ, usable=is_usable)
    if found is not None:
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        for name, value in needed_environment(found, is_root=is_root, has_gpu=GPU.exists()).items():
            os.environ.setdefault(name, value)
    return found


def _has(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _has_webkit_gtk() -> bool:
    if not _has("gi.repository"):
        return False
    gi = importlib.import_module("gi")
    try:
        gi.require_version("Gtk", "3.0")
    except ValueError:
        return False
    return any(_requires(gi.require_version, version) for version in ("4.1", "4.0"))


def _requires(require: Callable[[str, str], None], version: str) -> bool:
    try:
        require("WebKit2", version)
    except ValueError:
        return False
    return True


def _connects(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.settimeout(2.0)
            probe.connect(address)
    except OSError:
        return False
    return True
