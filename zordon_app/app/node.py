"""One node of the farm, from its folders to its listeners. Read it from top to bottom."""

import logging
import secrets
import socket
from pathlib import Path

from zordon_app import __version__
from zordon_app.api.access import Access, identify_local, identify_remote
from zordon_app.api.application import make_application
from zordon_app.api.own_user import OwnUser
from zordon_app.api.server import HttpServer
from zordon_app.api.services import Services
from zordon_app.app.basis import Basis
from zordon_app.app.farm_parts import FarmParts
from zordon_app.app.instance import empty, take_lock, write_instance
from zordon_app.app.loops import Loops
from zordon_app.app.parts import EngineParts, PeerParts, RenderParts, StorageParts
from zordon_app.domain.peering import BuildToGive
from zordon_app.domain.views import NodeView
from zordon_app.engines.base import Engine
from zordon_app.farm.intake.pinning import LOOK_SECONDS as PIN_SECONDS
from zordon_app.farm.intake.watch_folders import LOOK_SECONDS
from zordon_app.farm.scheduling.downloads import DownloadDesk
from zordon_app.paths import WEB, find_paths
from zordon_app.peers.identity.tls import server_context

log = logging.getLogger(__name__)

BACKUP_SECONDS = 600.0
SWEEP_SECONDS = 300.0
IDLE_LOOK_SECONDS = 3.0
"""Where no X server tells whether somebody is there, each look starts programs."""
UNTIL_CLOSED = 3600.0
"""How long a loop waits for its queue; closing the queue wakes it."""


class Zordon:
    """One node. Two of them can live in one process: nothing here is global."""

    def __init__(
        self,
        home: Path | None = None,
        *,
        port: int | None = None,
        lan: bool | None = None,
        discovery: bool | None = None,
        engines: list[Engine] | None = None,
        debug: bool = False,
        timescale: float | None = None,
    ) -> None:
        """Build every service; nothing runs yet, but the data folder is ours from now on until ``stop``.

        ``home`` moves all state of the node; ``port`` 0 takes any free one; ``lan`` and ``discovery`` stand in for the
        settings of those names; ``engines`` replaces ours (tests); ``timescale`` shortens every timer
        (``ZORDON_TIMESCALE``).

        Raises:
            AlreadyRunning: another Zordon uses the same data folder.
            BadSettings, DatabaseTooNew: with a sentence that says what to do.
        """
        self.paths = find_paths(home)
        self.paths.make()
        self._lock = take_lock(self.paths)
        self._key = secrets.token_urlsafe(32)
        try:
            self._basis = Basis(self.paths, timescale)
            self.settings = self._basis.settings
            self._loops = Loops(self._basis.stop, self._basis.guard)
            self._engines = EngineParts(self._basis, engines)
            self.registry = self._engines.registry
            self._storage = StorageParts(self._basis)
            self._render = RenderParts(self._basis)
            self._peers = PeerParts(
                self._basis,
                self._storage,
                self._render,
                lan=lan,
                discovery=discovery,
                port=self._lan_port,
                describe=self._describe,
                builds=self._builds_to_give,
            )
            self._farm = FarmParts(self._basis, self._engines, self._storage, self._render, self._peers)
            self._build_listeners(port, debug=debug)
        except BaseException:
            self._lock.release()
            raise

    def start(self) -> None:
        """Put the ledger right, start every loop and answer requests.

        Raises:
            CannotListen: the port is taken.
        """
        self._render.processes.end_leftovers()
        empty(self.paths.work)
        empty(self._basis.uploads)
        self._farm.downloads.managed.clean()
        self._farm.downloads.managed.take_up()
        self._storage.ballast.fill()
        self._farm.recovery.run(self._farm.recheck)
        self._farm.leases.expect_back(self._render.identity.id)
        self._http.start()
        if self._https is not None:
            self._https.start()
        self._peers.service.start()
        self._start_loops()
        write_instance(self.paths, self.address, self._http.port, self._key)
        log.info("Zordon %s answers at %s", __version__, self.address)

    def stop(self) -> None:
        """End engines, loops and listeners, and close the data; may be called again."""
        if self._basis.stop.is_set():
            return
        self._basis.stop.set()
        self.paths.instance.unlink(missing_ok=True)
        farm = self._farm
        queues = (
            farm.dispatcher,
            farm.work,
            self._peers.feed,
            farm.loops.finishing,
            farm.loops.preparing,
            farm.recruiting,
            farm.loops.announcing,
        )
        for queue in (*queues, farm.downloads.managed):
            queue.close()
        self._http.stop()
        if self._https is not None:
            self._https.stop()
        self._peers.service.stop()
        farm.children.join()
        self._loops.join()
        farm.previews.stop()
        self._render.machine.stop()
        self._storage.close()
        self._lock.release()

    @property
    def address(self) -> str:
        """Where this machine's own programs reach the API."""
        return f"http://127.0.0.1:{self._http.port}"

    def _build_listeners(self, port: int | None, *, debug: bool) -> None:
        services = self._make_services(debug=debug)
        port = self.settings.current.port if port is None else port
        peers = self._peers.service
        own_user = OwnUser(self._key, lambda: self.settings.current.local_users)
        here = Access(identify=identify_local(own_user, identify_remote(peers)))
        self._http = HttpServer(make_application(services, here), "127.0.0.1", port)
        self._https: HttpServer | None = None
        if self._peers.has_lan:
            access = Access(peers.host_names, identify_remote(peers), peers.network.extra_hosts)
            self._https = HttpServer(
                make_application(services, access),
                "::" if socket.has_dualstack_ipv6() else "0.0.0.0",  # noqa: S104 - other machines shall reach it
                port + 1 if port else 0,
                tls=lambda: server_context(self._render.identity),
            )

    def _make_services(self, *, debug: bool) -> Services:
        farm = self._farm
        return Services(
            jobs=farm.door.jobs,
            submission=farm.door.submission,
            actions=farm.door.actions,
            project_choice=farm.door.project_choice,
            nodes=farm.nodes,
            engines=farm.directory,
            downloads=DownloadDesk(farm.directory, farm.nodes),
            previews=farm.previews,
            receipts=farm.receipts,
            reviews=farm.reviews,
            logs=self._render.logs,
            machine=self._render.machine,
            settings=self.settings,
            hooks=farm.loops.hooks,
            presets=self._engines.presets,
            uploads=self._basis.uploads,
            web=WEB,
            debug=debug,
            peers=self._peers.service,
            work=farm.parents,
            builds_to_give=farm.downloads.managed.giving,
            farm_desk=self._peers.service.desk,
            peer_messages=self._peers.service.messages,
            poll_seconds=30.0 * self._basis.scale,
        )

    def _start_loops(self) -> None:
        farm, loops, second = self._farm, self._loops, 1.0 * self._basis.scale
        loops.spawn("worker", self._work)
        loops.repeat("finishing", lambda: farm.loops.finishing.run_once(UNTIL_CLOSED))
        loops.repeat("announcing", lambda: farm.loops.announcing.run_once(UNTIL_CLOSED))
        loops.repeat("watched folders", farm.loops.watching.run_once, every=LOOK_SECONDS * second)
        loops.repeat("preparing", lambda: farm.loops.preparing.run_once(UNTIL_CLOSED))
        loops.repeat("engine downloads", lambda: farm.downloads.managed.downloads.run_once(UNTIL_CLOSED))
        loops.repeat("reconciler", farm.loops.reconciler.run_once, every=second)
        loops.repeat("project versions", farm.pinning.run_once, every=PIN_SECONDS * second)
        loops.repeat("provisioning", farm.loops.provisioning.run_once, every=second)
        loops.repeat("children", farm.children.run_once, every=second)
        loops.repeat("recruiting", lambda: farm.recruiting.run_once(second))
        loops.repeat("machine load", self._render.machine.sample, every=1.0)
        loops.repeat("idle watch", self._render.idle.look, every=IDLE_LOOK_SECONDS)
        loops.repeat("previews", farm.previews.sweep, every=SWEEP_SECONDS)
        loops.repeat("projects of others", farm.sweep_projects, every=SWEEP_SECONDS)
        loops.repeat("backups", self._storage.look_after, every=BACKUP_SECONDS)

    def _work(self) -> None:
        # Finding builds starts programs; known before the first lease, nobody waits for that under the farm's lock.
        self._engines.builds.refresh()
        self._peers.feed.touch_engines()
        self._farm.downloads.managed.giving.refresh()
        self._farm.worker.run()

    def _lan_port(self) -> int:
        return self._https.port if self._https is not None else 0

    def _builds_to_give(self) -> list[BuildToGive]:
        return self._farm.downloads.managed.giving.offers()

    def _describe(self) -> NodeView:
        return self._farm.nodes.this()
