"""Where managed builds are kept: one marked folder each, placed and removed in one step."""

import logging
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from zordon_app.engines.builds.available import Channel, Cpu, Platform, SystemOs
from zordon_app.errors import BadRequest, BuildNotFound
from zordon_app.files.durable import sync_folder, write_durably

log = logging.getLogger(__name__)

MARKER = "zordon-build.json"
"""Only folders with this file are ever removed."""
Kind = Literal["program", "module"]
_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]")


class Managed(Struct, frozen=True, kw_only=True):
    """What the marker of an installed build tells.

    ``version`` is the name it was published under, ``reported`` what the program calls itself (empty for builds of
    another platform, which cannot be asked). ``sha256`` is that of the archive; ``verified`` says that its site
    published the same. ``source`` is a site's name, ``archive``, ``peer`` or ``pip``.
    """

    engine: str
    version: str
    reported: str
    channel: Channel
    system_os: SystemOs
    cpu: Cpu
    source: str
    file_name: str
    kind: Kind = "program"
    sha256: str = ""
    verified: bool = False
    installed_at: datetime | None = None

    @property
    def platform(self) -> Platform:
        """The machines it runs on."""
        return Platform(self.system_os, self.cpu)

    def is_called(self, version: str) -> bool:
        """Whether ``version`` names it, by either of its two names."""
        return version in {self.version, self.reported}


class BuildStore:
    """The folder of managed builds: ``<engine>/<version>-<os>-<cpu>/`` each."""

    def __init__(self, folder: Path) -> None:
        """Keep builds in ``folder``; what is being unpacked is in a folder beside it, on the same volume."""
        self.folder = folder
        self._incoming = folder.with_name(f"{folder.name}.incoming")

    def all(self) -> list[tuple[Managed, Path]]:
        """Every build with its folder."""
        found = ((_read(marker), marker.parent) for marker in sorted(self.folder.glob(f"*/*/{MARKER}")))
        return [(managed, folder) for managed, folder in found if managed is not None]

    def find(
        self, engine: str, version: str, platform: Platform, *, kind: Kind | None = None
    ) -> tuple[Managed, Path] | None:
        """One build; where ``kind`` is left open, a program comes before a module."""
        for managed, folder in sorted(self.all(), key=lambda found: found[0].kind != "program"):
            same = managed.engine == engine and managed.platform == platform and kind in {None, managed.kind}
            if same and managed.is_called(version):
                return managed, folder
        return None

    def adopt(self, path: Path) -> Path:
        """Take over a file, which its giver is about to remove."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        return Path(shutil.move(path, self._incoming / f"{uuid.uuid4().hex[:12]}.archive"))

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """A private folder to prepare a build in; it is gone afterwards."""
        folder = self._incoming / uuid.uuid4().hex[:12]
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def place(self, prepared: Path, managed: Managed) -> Path:
        """Mark a prepared folder and give it its place in one step; one of the same name is replaced."""
        name = f"{managed.version}-{managed.system_os}-{managed.cpu}"
        if managed.kind == "module":
            name = f"bpy-{name}"
        place = self.folder / _safe(managed.engine) / _safe(name)
        write_durably(prepared / MARKER, msgspec.json.format(msgspec.json.encode(managed)))
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink() or (place.exists() and not (place / MARKER).is_file()):
            raise BadRequest(
                "{path} is in the way and was not made by Zordon. Move it away and try again.",
                code="in_the_way",
                path=place,
            )
        if place.exists():
            self._discard(place)
        prepared.rename(place)
        sync_folder(place.parent)
        return place

    def remove(
        self,
        engine: str,
        version: str,
        platform: Platform,
        in_use: Callable[[Managed, Path], str],
        *,
        kind: Kind | None = None,
    ) -> Managed:
        """Delete a build with all its files. ``in_use`` names the job that needs it, if one does.

        Raises:
            BuildNotFound: no managed build is called so.
            BadRequest: it is in use, or its folder is not where builds are.
        """
        found = self.find(engine, version, platform, kind=kind)
        if found is None:
            raise BuildNotFound(f"There is no managed build {engine[:60]} {version[:60]} to delete.")
        managed, folder = found
        if job := in_use(managed, folder):
            raise BadRequest(
                "{engine} {version} is in use by the job {job!r}. Cancel it, or wait until it has ended.",
                code="build_in_use",
                engine=engine,
                version=version,
                job=job,
            )
        self._check_is_ours(folder)
        self._discard(folder)
        return managed

    def clean(self) -> None:
        """Remove what an earlier run left half unpacked or half deleted."""
        shutil.rmtree(self._incoming, ignore_errors=True)

    def _check_is_ours(self, folder: Path) -> None:
        inside = folder.resolve().parent.parent == self.folder.resolve()
        if folder.is_symlink() or folder.parent.is_symlink() or not inside:
            raise BadRequest(f"{folder} leads out of the folder of builds; it was not deleted.")

    def _discard(self, folder: Path) -> None:
        """Out of sight in one step, then deleted: nobody ever finds half a build."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        trash = self._incoming / f"deleted-{uuid.uuid4().hex[:12]}"
        folder.rename(trash)
        shutil.rmtree(trash, ignore_errors=True)


def _read(marker: Path) -> Managed | None:
    try:
        return msgspec.json.decode(marker.read_bytes(), type=Managed)
    except (OSError, msgspec.MsgspecError) as error:
        log.warning("The build in %s is not used: its marker cannot be read (%s)", marker.parent, error)
        return None


def _safe(name: str) -> str:
    """A folder name; versions come from other people's pages."""
    safe = _UNSAFE.sub("_", name).strip(". ")
    if not safe:
        raise BadRequest(f"{name[:60]!r} cannot be a folder name.")
    return safe[:120]
