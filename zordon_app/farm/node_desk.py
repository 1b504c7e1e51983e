"""The machines of the farm, as the API shows and pauses them."""

from collections.abc import Callable
from pathlib import Path

from zordon_app.domain.views import NodeView
from zordon_app.errors import NotFound
from zordon_app.farm.dispatcher import Dispatcher
from zordon_app.farm.interfaces import Disk, Machines
from zordon_app.farm.nodes import ThisNode


class NodeDesk:
    """Views of nodes, and pausing them."""

    def __init__(
        self,
        this: ThisNode,
        dispatcher: Dispatcher,
        disk: Disk,
        *,
        data_folder: Path,
        load: Callable[[], tuple[float | None, float | None]],
        others: Callable[[], list[NodeView]],
        machines: Machines,
    ) -> None:
        """``load`` gives the present CPU and memory use of this machine in percent, without waiting."""
        self._this = this
        self._dispatcher = dispatcher
        self._disk = disk
        self._data_folder = data_folder
        self._load = load
        self._others = others
        self._machines = machines

    def views(self) -> list[NodeView]:
        """This machine first."""
        return [self.this(), *self._others()]

    def this(self) -> NodeView:
        """This machine."""
        cpu, memory = self._load()
        shortage = self._disk.shortage(self._data_folder)
        in_hand = {str(job_id): count for job_id, count in self._dispatcher.units_in_hand(self._this.id).items()}
        return self._this.view(in_hand, shortage=shortage, cpu=cpu, memory=memory)

    def pause(self, node_id: str, *, paused: bool, after_current: bool) -> NodeView:
        """Take a machine out of the work, or back. Raises NotFound, PeerGone."""
        if node_id in {self._this.id, "this"}:
            self._this.pause(paused=paused)
            if paused and not after_current:
                self._dispatcher.take_back_from(self._this.id)
            return self.this()
        other = next((view for view in self._others() if view.id == node_id), None)
        if other is None:
            raise NotFound(f"There is no machine {node_id[:60]!r} in this farm.")
        return self._machines.link(node_id).pause(paused=paused, after_current=after_current)
