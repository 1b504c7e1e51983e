"""The tasks that install builds: from a site, from a peer, from pip."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from zordon_app.domain.messages import ManagedBuild
from zordon_app.engines.builds.available import Available, Platform, this_platform, wanted_platform
from zordon_app.engines.builds.bpy import FROM_PIP, BpyTask
from zordon_app.engines.builds.handover import Offer, PeerBuilds
from zordon_app.engines.builds.index import BuildIndex
from zordon_app.engines.builds.installer import Installer, unnamed_build
from zordon_app.engines.builds.tasks import FROM_PEER, Download, FromPeer, Task, platform_of
from zordon_app.engines.builds.web import Web
from zordon_app.engines.registry import EngineRegistry


class TaskMaking:
    """Makes the task that brings a build, wherever it comes from."""

    def __init__(
        self,
        *,
        registry: EngineRegistry,
        index: BuildIndex,
        installer: Installer,
        web: Web,
        peers: PeerBuilds,
        folder: Path,
        shortage: Callable[[Path], str],
        now: Callable[[], datetime],
        pause_seconds: float = 1.0,
    ) -> None:
        """``folder`` is for what is half downloaded; ``shortage`` says that its volume is below its reserve."""
        self._registry = registry
        self._index = index
        self._installer = installer
        self._web = web
        self._peers = peers
        self._folder = folder
        self._shortage = shortage
        self._now = now
        self._pause_seconds = pause_seconds

    def from_pip(self, version: str) -> BpyTask:
        """What installs the module bpy."""
        return BpyTask(version, this_platform(), installer=self._installer, registry=self._registry, now=self._now)

    def from_peer(self, wanted: ManagedBuild) -> Task | None:
        """What brings that very version from a peer; None when none has it."""
        builds = self.offered_by_peers(self._registry.get(wanted.engine).name, wanted_platform(wanted), wanted.version)
        return self._of_peers(builds[0]) if builds else None

    def _of_peers(self, build: Available) -> FromPeer:
        return FromPeer(
            build,
            lambda: self._offers_of(build.engine, platform_of(build), build.version),
            self._peers,
            self._installer,
            self._folder,
            otherwise=lambda: self._from_site(build),
            pause_seconds=self._pause_seconds,
        )

    def _from_site(self, build: Available) -> Download | None:
        """The same version from its site, as the kept lists know it."""
        known = self._index.builds(build.engine, platform_of(build))
        return next((self.download(one) for one in known if one.version == build.version), None)

    def offered_by_peers(self, engine: str, platform: Platform, version: str | None = None) -> list[Available]:
        """What peers have of an engine, each version once."""
        offers = {offer.version: offer for offer in self._offers_of(engine, platform, version)}
        return [
            msgspec.structs.replace(
                unnamed_build(engine, f"from {offer.node_name}", platform),
                version=offer.version,
                source=FROM_PEER,
                size=offer.size,
            )
            for offer in offers.values()
        ]

    def _offers_of(self, engine: str, platform: Platform, version: str | None) -> list[Offer]:
        offers = self._peers.offers(engine, platform)
        return [offer for offer in offers if version is None or offer.is_called(version)]

    def again(self, build: Available) -> Task | None:
        """What brings a build that was asked for before a restart; None for an archive, which is gone by now."""
        if build.source == FROM_PIP:
            return self.from_pip(build.version)
        if build.source == FROM_PEER:
            return self._of_peers(build)
        return self.download(build) if build.source in self._index.sources else None

    def download(self, build: Available) -> Download:
        """What fetches a build from its site."""
        return Download(
            build,
            self._index.sources[build.source],
            web=self._web,
            installer=self._installer,
            folder=self._folder,
            shortage=self._shortage,
            pause_seconds=self._pause_seconds,
        )
