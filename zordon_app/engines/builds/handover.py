"""Builds from machine to machine: a peer packs what it has, this machine checks it and starts it before keeping it.

The bytes travel by whatever the farm uses between peers; here is only what both ends need. The hash of the program in
the build, which every job names, decides whether it is the right one.
"""

import gzip
import tarfile
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from zordon_app.domain.ids import NodeId
from zordon_app.engines.builds.available import Platform
from zordon_app.engines.builds.steps import Steps
from zordon_app.engines.builds.store import MARKER


class Offer(Struct, frozen=True, kw_only=True):
    """A peer that has a build: its name for people, and the hash of the program (not of the packed bytes).

    ``size`` is that of all files of the build, which are fewer bytes on their way.
    """

    node: NodeId
    node_name: str
    engine: str
    version: str
    platform: Platform
    program_sha256: str
    reported: str = ""
    size: int = 0

    def is_called(self, version: str) -> bool:
        """Whether ``version`` names it: as it was published, or as the program calls itself."""
        return version in {self.version, self.reported}


class PeerBuilds(Protocol):
    """What other machines of the farm can hand over. Met by the peers; without them, nothing is offered."""

    def offers(self, engine: str, platform: Platform) -> list[Offer]:
        """All builds of an engine that peers have; quick, and empty when nobody has any or answers."""

    def fetch(self, offer: Offer, target: Path, steps: Steps) -> None:
        """Write the packed build to ``target``, going on where an earlier try ended; its SHA-256 is right afterwards.

        Raises:
            Stopped: a person held or cancelled it.
            ZordonError: the peer is gone or refuses; PeerGone keeps what is there, to be gone on with.
        """


class NoPeers:
    """A machine alone. Meets ``PeerBuilds``."""

    def offers(self, engine: str, platform: Platform) -> list[Offer]:  # noqa: ARG002
        """Nobody."""
        return []

    def fetch(self, offer: Offer, target: Path, steps: Steps) -> None:
        """Never called, since nobody offers."""
        raise AssertionError(offer.node, target, steps)


def pack(folder: Path, target: Path) -> None:
    """Pack an installed build for another machine: a tar, packed lightly, without the marker and with plain owners.

    The same files always give the same bytes, so that a copy that was broken off can be gone on with.
    """
    with (
        target.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        archive.add(folder, arcname=folder.name, filter=_plain)


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if Path(info.name).name == MARKER:
        return None
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info
