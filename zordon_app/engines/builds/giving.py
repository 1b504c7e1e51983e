"""Managed builds of this machine for others: which there are, and each as one packed file."""

import logging
import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from zordon_app.domain.peering import BuildToGive
from zordon_app.engines.builds.files import sha256_of
from zordon_app.engines.builds.handover import pack
from zordon_app.engines.builds.store import BuildStore, Managed
from zordon_app.engines.installed import InstalledBuilds
from zordon_app.errors import DiskFull, NotFound
from zordon_app.files.durable import put_in_place

_SHA256 = re.compile("[0-9a-f]{64}")

log = logging.getLogger(__name__)


class Giving:
    """Safe from several threads. What was packed last is kept for the next who asks; a start removes it."""

    def __init__(
        self, store: BuildStore, installed: InstalledBuilds, folder: Path, shortage: Callable[[Path], str]
    ) -> None:
        """Pack into ``folder``; ``shortage`` is a sentence while a volume is below its reserve."""
        self._store = store
        self._installed = installed
        self._folder = folder
        self._shortage = shortage
        self._offers: dict[str, tuple[BuildToGive, Path]] = {}
        self._packing = threading.Lock()
        self._packed: dict[str, str] = {}

    def offers(self) -> list[BuildToGive]:
        """What can be handed over, as it was known at the last ``refresh``; at once."""
        return [offer for offer, _folder in self._offers.values()]

    def refresh(self) -> None:
        """Look again at what is installed. Environments of ``bpy`` are left out: they cannot be moved."""
        found = [self._describe(managed, folder) for managed, folder in self._store.all() if managed.kind == "program"]
        self._offers = {offer.sha256: (offer, folder) for offer, folder in found if offer is not None}

    def packed(self, program_sha256: str) -> tuple[Path, str]:
        """The packed build whose program has that hash, and the hash of the packed bytes; packing takes its time.

        Raises:
            NotFound: it is not here. DiskFull: there is no room to pack it.
        """
        known = self._offers.get(program_sha256)
        if known is None:
            raise NotFound("There is no such build here to hand over.")
        with self._packing:
            path = self._folder / f"{program_sha256}.tar.gz"
            if program_sha256 not in self._packed or not path.is_file():
                self._packed = {program_sha256: self._pack(known[1], path)}
            return path, self._packed[program_sha256]

    def clean(self) -> None:
        """Remove what was packed."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _pack(self, folder: Path, path: Path) -> str:
        """The hash of what was packed. Whoever still reads another build has its file open."""
        self.clean()
        self._folder.mkdir(parents=True)
        if shortage := self._shortage(self._folder):
            raise DiskFull(f"The build cannot be packed. {shortage}")
        part = path.with_suffix(".part")
        try:
            pack(folder, part)
            with part.open("rb") as file:
                sha256 = sha256_of(file)
            put_in_place(part, path)
        except OSError as error:
            self.clean()
            raise DiskFull(f"The build cannot be packed: {error.strerror or error}.") from error
        log.info("Packed %s for other machines", folder.name)
        return sha256

    def _describe(self, managed: Managed, folder: Path) -> tuple[BuildToGive | None, Path]:
        inside = folder.resolve()
        builds = (build for build in self._installed.of(managed.engine) if _SHA256.fullmatch(build.sha256))
        build = next((build for build in builds if Path(build.command[0]).absolute().is_relative_to(inside)), None)
        if build is None:
            return None, folder
        offer = BuildToGive(
            engine=managed.engine,
            version=managed.version,
            reported=managed.reported,
            system_os=managed.system_os,
            cpu=managed.cpu,
            sha256=build.sha256,
            bytes=sum(path.lstat().st_size for path in folder.rglob("*")),
        )
        return offer, folder
