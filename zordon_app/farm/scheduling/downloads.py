"""Installing builds of engines on any machine of the farm."""

from zordon_app.farm.interfaces import BuildDownloads
from zordon_app.farm.scheduling.nodes import NodeDesk


class DownloadDesk:
    """Finds the machine that is meant."""

    def __init__(self, here: BuildDownloads, nodes: NodeDesk) -> None:
        """``here`` are the installations on this machine."""
        self._here = here
        self._nodes = nodes

    def on(self, node_id: str) -> BuildDownloads:
        """Those on one machine; empty or ``this``: on this one. Raises NotFound: there is none; PeerGone."""
        return (self._nodes.peer(node_id) if node_id else None) or self._here
