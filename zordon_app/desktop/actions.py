"""What the page may ask of the window, through pywebview's ``js_api`` and never over HTTP."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from zordon_app.desktop import opener
from zordon_app.desktop.closing import Choice, read_choice
from zordon_app.desktop.notices import Notices

FILES_EVENT = "zordon-files"
"""Tells the page of files to add; ``detail`` is a list of absolute paths."""


class Window(Protocol):
    """What the actions need of the window."""

    def tell(self, event: str, detail: object) -> None:
        """Send a CustomEvent to the page."""

    def set_title(self, text: str) -> None:
        """Change the title bar."""

    def choose_files(self) -> list[str]:
        """Ask for files."""

    def choose_folder(self) -> str | None:
        """Ask for a folder."""

    def take_dropped(self) -> list[str]:
        """What was dropped."""


class Actions:
    """Each public method can be called from the page; arguments are checked here, since the page is only a page."""

    def __init__(self, window: Callable[[], Window], notices: Notices, on_answer: Callable[[Choice], None]) -> None:
        """``window`` is asked for when it is needed: it is made after this. ``on_answer`` hears how to close."""
        self._window = window
        self._notices = notices
        self._on_answer = on_answer

    def choose_files(self) -> list[str]:
        """Absolute paths, empty when the dialog was left."""
        return self._window().choose_files()

    def choose_folder(self) -> str | None:
        """An absolute path, or None."""
        return self._window().choose_folder()

    def open_path(self, path: object) -> bool:
        """Open a folder, picture, film or text. False: there is no such file."""
        whole = whole_path(path)
        return whole is not None and opener.open_path(whole)

    def reveal(self, path: object) -> bool:
        """Show a file in its folder. False: there is no such file."""
        whole = whole_path(path)
        return whole is not None and opener.reveal(whole)

    def notify(self, title: object, text: object = "") -> None:
        """Show a notification of the system."""
        self._notices.tell(str(title), str(text))

    def set_title(self, text: object) -> None:
        """Change the title bar."""
        self._window().set_title(str(text)[:200])

    def answer_closing(self, choice: object) -> bool:
        """What a person wants when the window closes: background, after or quit."""
        wanted = read_choice(str(choice))
        if wanted is not None:
            self._on_answer(wanted)
        return wanted is not None

    def take_drop(self) -> None:
        """Files were dropped: tell the page their real paths."""
        files = self._window().take_dropped()
        if files:
            self._window().tell(FILES_EVENT, files)


def whole_path(given: object) -> Path | None:
    """A whole path; None for anything else."""
    path = Path(str(given))
    return path if path.is_absolute() and "\0" not in str(given) else None
