"""Follows the node while the window may be away: the machine stays awake for work, and goes when it is to."""

import threading
from collections.abc import Callable
from typing import Any, Protocol

from zordon_app.client.errors import ServerError
from zordon_app.desktop.awake import Awake
from zordon_app.guard import Guard

SECONDS = 1.0
"""Between two looks: a machine falls asleep after minutes."""


class Client(Protocol):
    """What is asked of the node."""

    def get_nodes(self) -> list[dict[str, Any]]:
        """The machines of the farm."""


class Watching:
    """One thread. ``leave_when_idle`` makes it call ``on_idle`` once this machine renders nothing any more."""

    def __init__(self, awake: Awake, on_idle: Callable[[], None]) -> None:
        """Nothing is watched yet."""
        self._awake = awake
        self._on_idle = on_idle
        self._guard = Guard()
        self._leaving = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, client: Client) -> None:
        """Begin to watch through ``client``."""
        self._thread = self._guard.thread("zordon-watching", lambda: self._run(client), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, and let the machine sleep."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def leave_when_idle(self) -> None:
        """From now on the end of the work is the end of the program."""
        self._leaving.set()

    def _run(self, client: Client) -> None:
        self._guard.repeat("zordon-watching", lambda: self._look(client), self._stop, every=SECONDS)
        self._awake.keep(awake=False)

    def _look(self, client: Client) -> None:
        rendering = _is_rendering(client)
        self._awake.keep(awake=rendering)
        if self._leaving.is_set() and not rendering:
            self._leaving.clear()
            self._on_idle()


def _is_rendering(client: Client) -> bool:
    try:
        return is_rendering(client.get_nodes())
    except ServerError:
        return False


def is_rendering(nodes: list[dict[str, Any]]) -> bool:
    """Whether this machine has work in hand."""
    return any(node.get("this") and node.get("units_running", 0) > 0 for node in nodes)
