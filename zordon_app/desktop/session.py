"""One run of the desktop app: window, node, and what ties them together."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from zordon_app.client.errors import ServerError
from zordon_app.desktop.actions import FILES_EVENT, Actions
from zordon_app.desktop.adorning import adorn
from zordon_app.desktop.awake import Awake
from zordon_app.desktop.closing import Answer, Choice, answer_closing, count_active, read_choice
from zordon_app.desktop.node import Node
from zordon_app.desktop.notices import Notices
from zordon_app.desktop.starting import failing
from zordon_app.desktop.watching import Watching
from zordon_app.desktop.window import AppWindow, Look
from zordon_app.guard import Guard

log = logging.getLogger(__name__)

CLOSING_EVENT = "zordon-closing"
"""Asks the page how to close; ``detail`` is ``{"jobs": n}``; the page calls ``answer_closing``."""


class DesktopSession:
    """Shows the window while the node starts, and then over the node, until the window is done with."""

    def __init__(self, find_node: Callable[[], Node], look: Look) -> None:
        """Nothing is shown yet. ``find_node`` may take a while, and raise what a person should know."""
        self._find_node = find_node
        self._node: Future[Node] = Future()
        self._guard = Guard()
        self._starting = self._guard.thread("zordon-starting", self._start, daemon=True)
        self._icon = look.icon
        self._asked = threading.Event()
        self._notices = Notices(look.icon)
        self._watching = Watching(Awake(), self.quit)
        actions = Actions(lambda: self.window, self._notices, self.close_as)
        self.window = AppWindow(look, actions, self._on_closing)

    def run(self) -> None:
        """Return when the person is done and a node of ours has ended; only for the main thread.

        Raises:
            ZordonError: there was no node to show, as the window said.
        """
        self._notices.start()
        self._starting.start()
        try:
            self.window.run(lambda native: adorn(native, icon=self._icon, show=self.window.show, leave=self.quit))
        finally:
            self._notices.stop()
            self._starting.join()
            self._watching.stop()
            self._node.result().stop()

    def take_files(self, files: list[Path]) -> None:
        """Somebody started Zordon again, perhaps with files: show the window, and the files in it."""
        self.window.show()
        self.add_files(files)

    def add_files(self, files: list[Path]) -> None:
        """Hand files to the page, as soon as there is one."""
        if files:
            self.window.tell(FILES_EVENT, [str(path) for path in files])

    def quit(self) -> None:
        """End window and node now."""
        self.window.end()

    def close_as(self, choice: Choice) -> None:
        """What the person wants of the jobs when the window goes."""
        self._asked.clear()
        if choice is Choice.QUIT:
            self.quit()
        elif choice is not Choice.STAY:
            self.window.hide()
        if choice is Choice.AFTER:
            self._leave_after_current()

    def _start(self) -> None:
        try:
            node = self._find_node()
        except Exception as error:  # noqa: BLE001 - the main thread raises it again
            self._node.set_exception(error)
            self.window.say(failing(error))
            return
        self._node.set_result(node)
        self._watching.start(node.client)
        self.window.open(node.address)

    def _leave_after_current(self) -> None:
        try:
            self._node.result().pause_after_current()
        except ServerError as error:
            log.warning("The node cannot be paused: %s", error)
        self._watching.leave_when_idle()

    def _on_closing(self) -> None:
        # The back end waits for the answer on its own thread, and asking the node may take a while.
        self._guard.thread("zordon-closing", self._decide, daemon=True).start()

    def _decide(self) -> None:
        if not self._node.done() or self._node.exception():
            self.quit()
            return
        node = self._node.result()
        choice = read_choice(node.remembered_closing())
        active = count_active(node.job_counts())
        answer = answer_closing(
            owns_node=node.is_ours,
            active=active,
            wanted=choice,
            can_ask=self.window.ready.is_set(),
            already_asked=self._asked.is_set(),
        )
        if answer is Answer.END:
            self.quit()
        elif answer is Answer.HIDE:
            self.close_as(choice or Choice.BACKGROUND)
        else:
            self._asked.set()
            self.window.tell(CLOSING_EVENT, {"jobs": active})
