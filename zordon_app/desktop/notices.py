"""Notifications of the system, sent one after another on a thread of their own."""

import logging
import queue
from collections.abc import Callable
from pathlib import Path

from zordon_app.guard import Guard

log = logging.getLogger(__name__)

LONGEST = 500


class Notices:
    """Tells a person something while Zordon is not in front. Where nobody shows notifications, nothing happens."""

    def __init__(self, icon: Path) -> None:
        """``icon`` is shown beside each one."""
        self._icon = icon
        self._waiting: queue.SimpleQueue[tuple[str, str] | None] = queue.SimpleQueue()
        self._thread = Guard().thread("zordon-notices", self._work, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let the thread go; what is not sent by then is dropped."""
        self._waiting.put(None)

    def tell(self, title: str, text: str) -> None:
        """Show a notification soon."""
        self._waiting.put((title[:LONGEST], text[:LONGEST]))

    def _work(self) -> None:
        # Loaded on this thread: it takes a while, and most starts never need it.
        first = self._waiting.get()
        if first is None:
            return
        try:
            from desktop_notifier import Icon
            from desktop_notifier.sync import DesktopNotifierSync

            notifier = DesktopNotifierSync(app_name="Zordon", app_icon=Icon(path=self._icon))
        except Exception:  # the library raises what its system raises
            log.exception("No notifications on this system.")
            return
        self._send_all(notifier.send, first)

    def _send_all(self, send: Callable[[str, str], object], first: tuple[str, str]) -> None:
        told: tuple[str, str] | None = first
        while told is not None:
            try:
                send(*told)
            except Exception as error:  # noqa: BLE001 - the library raises what its system raises
                log.info("A notification could not be shown: %s", error)
            told = self._waiting.get()
