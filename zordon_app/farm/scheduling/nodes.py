"""The machines of the farm, as the API shows and pauses them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from zordon_app.domain.ids import NodeId
from zordon_app.domain.views import NodeView, NodeWork
from zordon_app.errors import BadRequest, NotFound
from zordon_app.farm.interfaces import Disk, Machines, PeerCalls, ThisMachine
from zordon_app.farm.ledger.feed import ChangeFeed
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.farm.scheduling.this_node import ThisNode


class AtWork(Protocol):
    """Who has what in hand."""

    def here(self) -> list[NodeWork]:
        """What this machine has in hand, for itself and for others."""

    def seen(self, view: NodeView) -> NodeView:
        """Another machine, with the work that it has from here."""


class NodeDesk:
    """Views of nodes, and pausing them."""

    def __init__(
        self,
        this: ThisNode,
        leases: LeaseKeeper,
        disk: Disk,
        feed: ChangeFeed,
        *,
        data_folder: Path,
        machine: ThisMachine,
        builds: Callable[[], dict[str, dict[str, str]]],
        others: Callable[[], list[NodeView]],
        at_work: AtWork,
        machines: Machines,
    ) -> None:
        """``machine`` tells how busy this one is, ``builds`` which it has, ``at_work`` what all have in hand."""
        self._this = this
        self._leases = leases
        self._disk = disk
        self._feed = feed
        self._data_folder = data_folder
        self._machine = machine
        self._builds = builds
        self._others = others
        self._at_work = at_work
        self._machines = machines

    def views(self) -> list[NodeView]:
        """This machine first."""
        return [self.this(), *map(self._at_work.seen, self._others())]

    def this(self) -> NodeView:
        """This machine."""
        cpu, memory = self._machine.load()
        shortage = self._disk.shortage(self._data_folder)
        speeds, work = self._machine.engine_speeds(), self._at_work.here()
        return self._this.view(work, shortage=shortage, cpu=cpu, memory=memory, speeds=speeds, builds=self._builds())

    def pause(self, node_id: str, *, paused: bool, after_current: bool, until: datetime | None = None) -> NodeView:
        """Take a machine out of the work, for good or ``until`` a moment; or back. Raises NotFound, PeerGone."""
        if self._is_this(node_id):
            view = self._pause_this(paused=paused, after_current=after_current, until=until)
        else:
            view = self._other(node_id).pause(paused=paused, after_current=after_current, until=until)
        self._leases.wake()
        self._feed.touch([])
        return view

    def known(self, node_ids: Sequence[str]) -> list[NodeId]:
        """Ids of machines of this farm, ``this`` resolved, each once. Raises BadRequest: there is no such machine."""
        known = {view.id for view in self.views()}
        wanted = [self._this.id if self._is_this(node_id) else node_id for node_id in node_ids]
        for node_id in wanted:
            if node_id not in known:
                raise BadRequest("There is no machine {id!r} in this farm.", code="no_machine", id=node_id[:60])
        return [NodeId(node_id) for node_id in dict.fromkeys(wanted)]

    def history(self, node_id: str, seconds: float) -> dict[str, Any]:
        """Load of a machine over the last ``seconds``, as columns. Raises NotFound, PeerGone."""
        return self._machine.history(seconds) if self._is_this(node_id) else self._other(node_id).history(seconds)

    def benchmarks(self, node_id: str) -> list[dict[str, Any]]:
        """What was measured of a machine, oldest first. Raises NotFound, PeerGone."""
        return self._machine.benchmark_history() if self._is_this(node_id) else self._other(node_id).benchmarks()

    def peer(self, node_id: str) -> PeerCalls | None:
        """How to talk to a machine; None: it is this one. Raises NotFound, PeerGone."""
        return None if self._is_this(node_id) else self._other(node_id)

    def _pause_this(self, *, paused: bool, after_current: bool, until: datetime | None) -> NodeView:
        self._this.pause(paused=paused, until=until)
        if paused and not after_current:
            self._leases.take_back_from(self._this.id)
        return self.this()

    def _is_this(self, node_id: str) -> bool:
        return node_id in {self._this.id, "this"}

    def _other(self, node_id: str) -> PeerCalls:
        if all(view.id != node_id for view in self._others()):
            raise NotFound("There is no machine {id!r} in this farm.", code="no_machine", id=node_id[:60])
        return self._machines.link(node_id)
