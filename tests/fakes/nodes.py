"""Real nodes without a farm behind them: real keys, real TLS listeners on loopback, the whole API and access layer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.fakes.patience import HANG_SECONDS
from zordon_app.api.access import Access, identify_remote
from zordon_app.api.application import make_application
from zordon_app.api.server import HttpServer
from zordon_app.api.services import Services
from zordon_app.clock import SystemClock
from zordon_app.domain.callers import Caller, Role
from zordon_app.domain.views import NodeView
from zordon_app.peers.discovery.network import join_address
from zordon_app.peers.identity.keys import Identity, load_identity
from zordon_app.peers.identity.tls import server_context
from zordon_app.peers.service import PeerService

SCALE = 0.1
LOCAL = Caller(local=True, address="127.0.0.1", role=Role.LOCAL)


class QuietJobs:
    """The few answers that need jobs; everything else must not be reached."""

    def counts(self) -> dict[str, int]:
        return {"running": 0}


class QuietMachine:
    def status(self) -> dict[str, Any]:
        return {"cpu_count": 2}


class Node:
    """One node: ``peers`` is what is tested, ``address`` where it listens over TLS."""

    def __init__(self, folder: Path, name: str, web: Path, **options: Any) -> None:
        self.folder = folder
        self.name = name
        self.identity: Identity = load_identity(folder, name)
        self.always_open = False
        self.host = options.pop("host", "127.0.0.1")
        work = options.pop("work", None)
        self.changed = threading.Event()
        self.peers = PeerService(
            folder,
            self.identity,
            options.pop("clock", None) or SystemClock(),
            boot=f"boot of {name}",
            name=lambda: self.name,
            port=lambda: self.server.port,
            describe=lambda: NodeView(id=self.identity.id, name=self.name, state="ready", version="0.1.0", cores=2),
            is_always_open=lambda: self.always_open,
            keep_always_open=self._keep_open,
            discovery=options.pop("discovery", False),
            scale=options.pop("scale", SCALE),
            on_change=self.changed.set,
            **options,
        )
        self.peers.network._list_addresses = lambda: [self.host]  # the one address that it listens on
        services: Any = {
            "work": work,
            "jobs": QuietJobs(),
            "submission": None,
            "actions": None,
            "nodes": None,
            "project_choice": None,
            "machine": QuietMachine(),
            "engines": None,
            "downloads": None,
            "previews": None,
            "receipts": None,
            "reviews": None,
            "logs": None,
            "settings": None,
            "hooks": None,
            "presets": None,
        }
        self.services = Services(
            uploads=folder / "uploads",
            web=web,
            peers=self.peers,
            farm_desk=self.peers.desk,
            peer_messages=self.peers.messages,
            **services,
        )
        access = Access(names=self.peers.host_names, identify=identify_remote(self.peers))
        application = make_application(self.services, access)
        self.server = HttpServer(application, self.host, 0, tls=lambda: server_context(self.identity))

    def start(self) -> "Node":
        self.server.start()
        self.peers.start()
        return self

    def stop(self) -> None:
        self.peers.stop()
        self.server.stop()

    @property
    def id(self) -> str:
        return self.identity.id

    @property
    def address(self) -> str:
        return join_address(self.host, self.server.port)

    @property
    def view(self) -> Any:
        return self.peers.desk.view(LOCAL)

    def member(self, other: "Node") -> Any:
        """How this node sees another one; None when it is no member here."""
        return next((member for member in self.view.members if member.id == other.id), None)

    def sees(self, other: "Node") -> bool:
        member = self.member(other)
        return member is not None and member.online

    def _keep_open(self, on: bool) -> None:
        self.always_open = on


def eventually(condition: Callable[[], Any], seconds: float = HANG_SECONDS) -> Any:
    """What ``condition`` gives once that is truthy."""
    pause = threading.Event()
    clock = SystemClock()
    end = clock.monotonic() + seconds
    while clock.monotonic() < end:
        found = condition()
        if found:
            return found
        pause.wait(0.02)
    raise AssertionError("It did not come to be.")


def join(newcomer: Node, member: Node) -> None:
    """One click on each side, as people do it."""
    newcomer.peers.desk.join(member.address)
    pending = eventually(lambda: member.view.pending)
    member.peers.desk.admit(pending[0].id)
    eventually(lambda: newcomer.sees(member) and member.sees(newcomer))


@contextmanager
def running_nodes(root: Path, web: Path, *names: str, **options: Any) -> Iterator[list[Node]]:
    """Started nodes of those names, each a farm of one."""
    with ExitStack() as stack:
        nodes = []
        for name in names:
            node = Node(root / name, name, web, **options)
            stack.callback(node.stop)
            nodes.append(node.start())
        yield nodes
