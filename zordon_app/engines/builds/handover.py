"""Builds from machine to machine: a peer packs what it has, this machine checks it and starts it before keeping it.

The bytes travel by whatever the farm uses between peers; here is only what both ends need. The hash of the program in
the build, which every job names, decides whether it is the right one.
"""

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from zordon_app.domain.ids import NodeId
from zordon_app.engines.builds.available import Platform
from zordon_app.engines.builds.store import MARKER


class Offer(Struct, frozen=True, kw_only=True):
    """A peer that has a build: its name for people, and the hash of the program (not of the packed bytes)."""

    node: NodeId
    node_name: str
    engine: str
    version: str
    platform: Platform
    program_sha256: str
    size: int = 0


class PeerBuilds(Protocol):
    """What other machines of the farm can hand over. Met by the peers; without them, nothing is offered."""

    def offers(self, engine: str, version: str, platform: Platform) -> list[Offer]:
        """Who has it; quick, and empty when nobody does or answers."""

    def fetch(self, offer: Offer, target: Path, on_bytes: Callable[[int], None]) -> None:
        """Write the packed build to ``target``; what ``on_bytes`` raises ends it.

        Raises:
            ZordonError: the peer is gone or refuses.
        """


class NoPeers:
    """A machine alone. Meets ``PeerBuilds``."""

    def offers(self, engine: str, version: str, platform: Platform) -> list[Offer]:  # noqa: ARG002
        """Nobody."""
        return []

    def fetch(self, offer: Offer, target: Path, on_bytes: Callable[[int], None]) -> None:
        """Never called, since nobody offers."""
        raise AssertionError(offer.node, target, on_bytes)


def pack(folder: Path, target: Path) -> None:
    """Pack an installed build for another machine: a tar, packed lightly, without the marker and with plain owners."""
    with tarfile.open(target, "w:gz", compresslevel=1) as archive:
        archive.add(folder, arcname=folder.name, filter=_plain)


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if Path(info.name).name == MARKER:
        return None
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info
