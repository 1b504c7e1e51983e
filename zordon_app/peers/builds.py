"""Engine builds that other members of the farm hand over: who has which, and bringing one here."""

from pathlib import Path

from zordon_app.engines.builds.available import Platform
from zordon_app.engines.builds.handover import Offer
from zordon_app.engines.builds.steps import Steps
from zordon_app.peers.links.directory import Directory
from zordon_app.peers.machines import PeerMachines


class BuildsOfPeers:
    """Meets ``PeerBuilds`` of the engines by what peers tell with their heartbeat."""

    def __init__(self, directory: Directory, machines: PeerMachines) -> None:
        """``machines`` reaches them."""
        self._directory = directory
        self._machines = machines

    def offers(self, engine: str, platform: Platform) -> list[Offer]:
        """All builds of an engine for that platform on members that answer."""
        return [
            Offer(
                node=peer.id,
                node_name=peer.name,
                engine=build.engine,
                version=build.version,
                reported=build.reported,
                platform=platform,
                program_sha256=build.sha256,
                size=build.bytes,
            )
            for peer in self._directory.all()
            for build in peer.builds
            if build.engine == engine and Platform(build.system_os, build.cpu) == platform
        ]

    def fetch(self, offer: Offer, target: Path, steps: Steps) -> None:
        """Bring the packed build. Raises PeerGone, and what the other machine refuses."""
        self._machines.link(offer.node).fetch_build(offer.program_sha256, target, steps)
