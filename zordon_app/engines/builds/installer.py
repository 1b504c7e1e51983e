"""From an archive on disk to a build in its place: checked, unpacked, started once, and only then shown."""

import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from msgspec import structs

from zordon_app.engines.base import Build
from zordon_app.engines.builds import dmg
from zordon_app.engines.builds.available import Available, Platform, this_platform
from zordon_app.engines.builds.errors import WrongHash
from zordon_app.engines.builds.files import sha256_of
from zordon_app.engines.builds.steps import DownloadState, Steps
from zordon_app.engines.builds.store import BuildStore, Managed
from zordon_app.engines.builds.trial import start_once
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BadRequest
from zordon_app.files.archives import PROGRAM, unpack


class Installer:
    """Installs archives into a store."""

    def __init__(
        self,
        store: BuildStore,
        registry: EngineRegistry,
        *,
        now: Callable[[], datetime],
        placed: Callable[[], None],
        platform: Callable[[], Platform] = this_platform,
    ) -> None:
        """``placed`` is called when a new build is in its place."""
        self.store = store
        self._registry = registry
        self._now = now
        self._placed = placed
        self._platform = platform

    def install(
        self, archive: Path, build: Available, steps: Steps, *, sha256: str = "", expected_program: str = ""
    ) -> Managed:
        """Install ``archive``, which is what ``build`` tells.

        ``sha256`` is the published hash, empty when there is none; ``expected_program`` is the hash that the unpacked
        program must have, when it is known (a build from a peer).

        Raises:
            WrongHash: it is not what was published; nothing was unpacked.
            BadRequest, DiskFull: it cannot be unpacked.
            EngineFailed: the program in it does not run here.
        """
        actual = self._check(archive, build, sha256, steps)
        with self.store.incoming() as folder:
            tree = self._unpack(archive, folder, steps)
            found = self._test(tree, build, steps)
            if expected_program and (found is None or found.sha256 != expected_program):
                raise WrongHash(
                    "What arrived is not the {engine} {version} that the job needs.",
                    code="wrong_build",
                    engine=build.engine,
                    version=build.version,
                )
            return self.put(tree, self._describe(build, found, sha256=actual, verified=bool(sha256)))

    def put(self, tree: Path, managed: Managed) -> Managed:
        """Give a tested folder its place and tell of it."""
        self.store.place(tree, managed)
        self._placed()
        return managed

    def _check(self, archive: Path, build: Available, sha256: str, steps: Steps) -> str:
        steps.state(DownloadState.CHECKING)
        steps.begin(0, archive.stat().st_size)
        with archive.open("rb") as file:
            actual = sha256_of(file, steps.advance)
        if sha256 and actual != sha256.lower() and not _program_fits(archive, sha256):
            raise WrongHash(
                "{file} is not what its site published: its SHA-256 is {found}…, not {wanted}…. It was deleted "
                "unopened. Try again; if it stays so, tell the site.",
                code="wrong_hash",
                file=build.file_name,
                found=actual[:16],
                wanted=sha256[:16].lower(),
            )
        return actual

    def _unpack(self, archive: Path, folder: Path, steps: Steps) -> Path:
        steps.state(DownloadState.UNPACKING)
        steps.begin(0, 0)
        tree = folder / "tree"
        if dmg.is_image(archive):
            dmg.unpack(archive, tree)
        else:
            unpack(archive, tree, limits=PROGRAM, on_bytes=steps.advance)
        return _without_outer_folder(tree)

    def _test(self, tree: Path, build: Available, steps: Steps) -> Build | None:
        """The program as the engine finds it, after it was started; None for another platform's, which cannot be."""
        steps.state(DownloadState.TESTING)
        if Platform(build.system_os, build.cpu) != self._platform():
            return None
        return start_once(self._registry.get(build.engine), tree)

    def _describe(self, build: Available, found: Build | None, *, sha256: str, verified: bool) -> Managed:
        reported = found.version if found is not None else ""
        return Managed(
            engine=build.engine,
            version=build.version or reported,
            reported=reported,
            channel=build.channel,
            system_os=build.system_os,
            cpu=build.cpu,
            source=build.source,
            file_name=build.file_name,
            sha256=sha256,
            verified=verified,
            installed_at=self._now(),
        )


def unnamed_build(engine: str, file_name: str, platform: Platform) -> Available:
    """For an archive whose name tells nothing: its program will tell the version."""
    return Available(
        engine=engine,
        version="",
        channel="stable",
        system_os=platform.system_os,
        cpu=platform.cpu,
        source="archive",
        url="",
        file_name=file_name,
    )


def from_archive(build: Available) -> Available:
    """The same build, dropped in by a person."""
    return structs.replace(build, source="archive")


def _program_fits(archive: Path, sha256: str) -> bool:
    """Whether the hash is that of the one program in a zip: osxexperts.net does not say which of the two it gives."""
    if not zipfile.is_zipfile(archive):
        return False
    try:
        with zipfile.ZipFile(archive) as opened:
            programs = [info for info in opened.infolist() if info.filename == "ffmpeg"]
            return any(sha256_of(opened.open(info)) == sha256.lower() for info in programs)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
        return False


def _without_outer_folder(tree: Path) -> Path:
    """Archives hold one folder named like themselves; its contents are the build."""
    entries = list(tree.iterdir())
    if not entries:
        raise BadRequest("The archive is empty.", code="archive_empty")
    inner = entries[0]
    return inner if len(entries) == 1 and inner.is_dir() and inner.suffix != ".app" else tree
