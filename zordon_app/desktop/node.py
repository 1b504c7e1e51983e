"""The node under the window: the one that runs already, or one of our own."""

import logging
from collections.abc import Callable
from typing import Any

from zordon_app.client import RenderServerProxy
from zordon_app.client.errors import ServerError
from zordon_app.paths import Paths, read_instance

log = logging.getLogger(__name__)


class Node:
    """A running node as the window sees it: over its API, whoever started it."""

    def __init__(self, address: str, stop: Callable[[], None] | None, key: str = "") -> None:
        """``stop`` ends a node of our own; None: it was running before and goes on after us.

        ``key`` is that of its note, by which it knows its own user where the system does not tell.
        """
        self.address = address
        self.client = RenderServerProxy(address, token=key)
        self._stop = stop

    @property
    def is_ours(self) -> bool:
        """Whether it ends with this process."""
        return self._stop is not None

    def stop(self) -> None:
        """Let go of it, and end it when it is ours."""
        self.client.close()
        if self._stop is not None:
            self._stop()

    def job_counts(self) -> dict[str, int]:
        """Jobs per status; empty when the node does not answer."""
        try:
            return dict(self.client.get_status().get("job_counts", {}))
        except ServerError as error:
            log.warning("The node does not answer: %s", error)
            return {}

    def remembered_closing(self) -> str:
        """What the person once said about closing the window; empty when nothing."""
        try:
            return str(self.client.get_settings().get("ui", {}).get("closing", ""))
        except ServerError:
            return ""

    def pause_after_current(self) -> None:
        """Take no more work than what is being done."""
        own = self.this()
        if own:
            self.client.pause_node(own["id"], after_current=True)

    def this(self) -> dict[str, Any]:
        """This machine as the node lists it; empty when it does not answer."""
        try:
            nodes = self.client.get_nodes()
        except ServerError:
            return {}
        return next((node for node in nodes if node.get("this")), {})


def find_running(paths: Paths) -> Node | None:
    """The node that serves these folders already; None when there is none, or only the note of one that died."""
    running = read_instance(paths)
    address = running.get("address")
    if not isinstance(address, str):
        return None
    try:
        node = Node(address, stop=None, key=str(running.get("key", "")))
    except ServerError:
        return None
    if node.client.check_connection():
        return node
    node.stop()
    return None
