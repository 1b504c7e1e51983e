"""The one window, on top of pywebview; nothing else in Zordon imports that."""

import json
import logging
import os
import threading
import urllib.parse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import webview
from msgspec import Struct, structs
from webview import _state as pywebview_state
from webview.dom import _dnd_state

from zordon_app.desktop.backends import BackEnd
from zordon_app.desktop.placement import Area, Placement, fit

log = logging.getLogger(__name__)

BRIDGE = Path(__file__).with_name("bridge.js")
BACKGROUND = "#16181d"
LEAST = (480, 360)
SECONDS = 10.0
"""A back end that never says that the first page is there must not keep the second away."""
ACTIONS = (
    "choose_files", "choose_folder", "open_path", "reveal", "notify", "set_title", "answer_closing", "take_drop"
)  # fmt: skip
"""What the page may ask of the window; the methods of ``Actions``."""


class Look(Struct, frozen=True, kw_only=True):
    """Everything about the window that is not behaviour. ``storage`` is where the page's own storage is kept."""

    first_page: str
    """HTML, shown until there is an address to ``open``."""
    back_end: BackEnd
    placement: Placement
    storage: Path
    icon: Path


class AppWindow:
    """Shows the first page at once and then Zordon's. Every method but ``run`` may be called from any thread."""

    def __init__(self, look: Look, actions: object, on_closing: Callable[[], None]) -> None:
        """``actions`` has the methods named in ``ACTIONS``; ``on_closing`` is told that a person wants to close."""
        self.placement = look.placement
        self.ready = threading.Event()
        self._begun = threading.Event()
        self._is_open = False
        self._look = look
        self._on_closing = on_closing
        self._ending = False
        self._waiting: list[str] = []
        self._lock = threading.Lock()
        self._screens: list[Area] = []
        self._window = self._create(actions)

    def run(self, on_native: Callable[[Any], None] = lambda _: None) -> None:
        """Show the window and return when it is gone. Only for the main thread.

        ``on_native`` gets the back end's own window before it is shown, on the thread of the back end.
        """
        self._window.events.before_show += lambda: on_native(self._window.native)
        # Nothing is dropped on a window whose page is not there yet.
        _dnd_state["num_listeners"] = 1
        gui = None if self._look.back_end == "system" else self._look.back_end
        webview.start(gui=gui, private_mode=False, storage_path=str(self._look.storage), icon=str(self._look.icon))

    def open(self, address: str) -> None:
        """Leave the first page for the one at ``address``."""
        # Of two pages that load at once, nobody could tell which of them has loaded.
        self._begun.wait(SECONDS)
        self._is_open = True
        self._window.load_url(address)

    def say(self, script: str) -> None:
        """Run JavaScript of our own in the first page."""
        self._begun.wait(SECONDS)
        self._window.run_js(script)

    def tell(self, event: str, detail: object) -> None:
        """Let the page know by a CustomEvent; waits for the page when that is not there yet."""
        script = f"window.pywebview.tell({json.dumps(event)}, {json.dumps(detail)})"
        with self._lock:
            if not self.ready.is_set():
                self._waiting.append(script)
                return
        self._window.run_js(script)

    def show(self) -> None:
        """Bring it to the front, also out of hiding."""
        self._window.show()
        self._window.restore()

    def hide(self) -> None:
        """Take it off the screen; the page lives on."""
        self._window.hide()

    def end(self) -> None:
        """Close it without asking; ``run`` returns."""
        self._ending = True
        self._begun.set()
        self._window.destroy()

    def set_title(self, text: str) -> None:
        """The title bar's text."""
        self._window.set_title(text)

    def choose_files(self) -> list[str]:
        """Paths that a person chose in the system's dialog; empty when it was left."""
        return list(self._window.create_file_dialog(webview.FileDialog.OPEN, allow_multiple=True) or ())

    def choose_folder(self) -> str | None:
        """The same for one folder."""
        return next(iter(self._window.create_file_dialog(webview.FileDialog.FOLDER) or ()), None)

    def take_dropped(self) -> list[str]:
        """Paths of what was dropped since the last call."""
        dropped: list[tuple[str, str]] = _dnd_state["paths"]  # type: ignore[assignment]
        found = [real_path(path) for _, path in dropped]
        dropped.clear()
        return list(dict.fromkeys(found))

    def _create(self, actions: object) -> webview.Window:
        # pywebview's order of back ends is not ours, and asking for the screens already loads one.
        if self._look.back_end != "system":
            os.environ["PYWEBVIEW_GUI"] = self._look.back_end
        # Qt's back end reads it while it is loaded, long before it is started with it.
        pywebview_state["storage_path"] = str(self._look.storage)
        self._screens = [Area(each.x, each.y, each.width, each.height) for each in webview.screens]
        self.placement = place = fit(self._look.placement, self._screens)
        # pywebview's own fail on Qt 6, and on GTK where there is no folder for downloads; qt.py and gtk.py have ours.
        webview.settings["ALLOW_DOWNLOADS"] = self._look.back_end == "system"
        window = webview.create_window(
            "Zordon", html=self._look.first_page, js_api=hidden(actions), width=place.width, height=place.height,
            x=place.x, y=place.y, maximized=place.maximized, min_size=LEAST, background_color=BACKGROUND,
            text_select=True, zoomable=True, draggable=True,
        )  # fmt: skip
        if window is None:
            raise RuntimeError("pywebview made no window")
        # Its own way goes through eval(), which our Content-Security-Policy forbids; answers to the page go this way.
        window.evaluate_js = window.run_js  # type: ignore[method-assign,assignment]
        self._listen(window)
        return window

    def _listen(self, window: webview.Window) -> None:
        window.events.loaded += self._on_loaded
        window.events.closing += self._on_close
        window.events.resized += self._on_resized
        window.events.moved += self._on_moved
        window.events.maximized += lambda: self._remember(maximized=True)
        window.events.restored += lambda: self._remember(maximized=False)

    def _on_loaded(self) -> None:
        if not self._is_open:
            self._begun.set()
            return
        source = BRIDGE.read_text(encoding="ascii").replace("NAMES", json.dumps(ACTIONS))
        self._window.run_js(source)
        with self._lock:
            self.ready.set()
            waiting, self._waiting = self._waiting, []
        for script in waiting:
            self._window.run_js(script)

    def _on_close(self) -> bool:
        if self._ending:
            return True
        # It may end the window before this returns, which then must not close by itself as well.
        self._on_closing()
        return False

    def _on_resized(self, width: float, height: float) -> None:
        # The size of a maximized window is not the one to come back to.
        if not any(width >= screen.width for screen in self._screens):
            self._remember(width=int(width), height=int(height))

    def _on_moved(self, x: float, y: float) -> None:
        if not self.placement.maximized:
            self._remember(x=int(x), y=int(y))

    def _remember(self, **changes: Any) -> None:
        with self._lock:
            self.placement = structs.replace(self.placement, **changes)


def hidden(actions: object) -> object:
    """Something that passes on to ``actions`` what is in ``ACTIONS``, and shows nothing.

    pywebview makes functions from text for all that it sees. The page may ask for dotted names, so what is given is a
    function of its own, from which no name leads to what it belongs to; neither does one from here to ``actions``.
    """

    class Hidden:
        def __dir__(self) -> list[str]:
            return []

        def __getattr__(self, name: str) -> Callable[..., Any]:
            if name not in ACTIONS:
                raise AttributeError(name)
            return lambda *given: getattr(actions, name)(*given)  # noqa: PLW0108

    return Hidden()


def real_path(text: str) -> str:
    """The path behind what a back end hands over, which may be percent-encoded as in a URL."""
    return text if Path(text).exists() else urllib.parse.unquote(text)


def quieten(handlers: Sequence[logging.Handler]) -> None:
    """Send what the desktop's libraries have to say to those of ``handlers`` that write files, never to the console."""
    for library in ("pywebview", "desktop_notifier"):
        theirs = logging.getLogger(library)
        theirs.handlers[:] = [each for each in handlers if isinstance(each, logging.FileHandler)]
        theirs.propagate = False
