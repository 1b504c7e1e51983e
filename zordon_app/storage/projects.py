"""Projects that travel: lists of their files at home, and copies kept by content at a node that helps."""

import hashlib
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from zordon_app.domain.projects import BLOCK, LARGE, ProjectFile, ProjectManifest
from zordon_app.engines.base import ProjectFiles
from zordon_app.errors import BadRequest, NotFound
from zordon_app.files.durable import put_in_place, sync_file
from zordon_app.storage.partial import Bring, PartialFile
from zordon_app.storage.sources import SourceServer

log = logging.getLogger(__name__)

_IN_PARTS = ".in-parts"
"""Which blocks of such a file are here is not remembered: it ends with the program."""
TELL_SECONDS = 1.0
KEPT_DAYS = 14.0
"""How long a file that no job here uses is kept, in case its project comes again."""


class _Hashes(msgspec.Struct, frozen=True):
    whole: str
    blocks: tuple[str, ...]
    """Of large files only: only those are read in parts."""


class ProjectHashes:
    """Manifests of projects on this machine; a file that has not changed is hashed once."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._lock = threading.Lock()
        self._known: dict[tuple[str, int, int, int], _Hashes] = {}

    def manifest(self, project: ProjectFiles, told: Callable[[float], None] = lambda _part: None) -> ProjectManifest:
        """Every file of a project with its hash. Raises OSError: one cannot be read."""
        root = _common_root([project.main, *project.files])
        places = sorted(set(project.files))
        pace = _Pace(sum(project.copies.get(place, place).stat().st_size for place in places), told)
        files = tuple(self._describe(place, root, project.copies.get(place, place), pace) for place in places)
        main = project.main.relative_to(root).as_posix()
        digest = hashlib.sha256(msgspec.json.encode([main, files])).hexdigest()
        blocks = self._hash(project.copies.get(places[0], places[0])).blocks if len(files) == 1 else ()
        return ProjectManifest(main=main, files=files, sha256=digest, missing=project.missing, blocks=blocks)

    def hash(self, path: Path) -> str:
        """SHA-256 of one file. Raises NotFound: it has gone. OSError: it cannot be read."""
        return self._hash(path).whole

    def _describe(self, place: Path, root: Path, path: Path, pace: "_Pace") -> ProjectFile:
        """The file at ``path``, which travels to where ``place`` is."""
        sha256 = self._hash(path, pace).whole
        return ProjectFile(path=place.relative_to(root).as_posix(), bytes=path.stat().st_size, sha256=sha256)

    def _hash(self, path: Path, pace: "_Pace | None" = None) -> _Hashes:
        try:
            about = path.stat()
        except OSError as error:
            raise NotFound(f"The project's file {path.name!r} has gone.") from error
        key = (str(path), about.st_ino, about.st_mtime_ns, about.st_size)
        with self._lock:
            known = self._known.get(key)
        if known is None:
            known = _hash_file(path, in_blocks=about.st_size >= LARGE, pace=pace)
            with self._lock:
                self._known[key] = known
        return known


class _Pace:
    """Tells how much of so many bytes is read, about once a second."""

    def __init__(self, total: int, told: Callable[[float], None]) -> None:
        self._total = max(total, 1)
        self._told = told
        self._done = 0
        self._at = time.monotonic()

    def add(self, size: int) -> None:
        self._done += size
        if time.monotonic() - self._at >= TELL_SECONDS:
            self._at = time.monotonic()
            self._told(self._done / self._total)


class ProjectStore:
    """Files of other nodes' projects by content, and trees of hard links to them that engines read."""

    def __init__(self, folder: Path) -> None:
        """Keep everything under ``folder``."""
        self._files = folder / "files"
        self._trees = folder / "trees"
        self._sources = SourceServer()
        for left in self._files.glob(f"*{_IN_PARTS}"):
            left.unlink(missing_ok=True)

    def lacks(self, manifest: ProjectManifest) -> list[ProjectFile]:
        """What has to be brought, each content once."""
        wanted = {file.sha256: file for file in manifest.files}
        return [file for file in wanted.values() if not self._path(file.sha256).is_file()]

    def part(self, file: ProjectFile) -> Path:
        """Where a file is written while it comes; what is there of an earlier try is its beginning."""
        self._files.mkdir(parents=True, exist_ok=True)
        return self._files / f"{file.sha256}.part"

    def keep(self, file: ProjectFile, sha256: str) -> None:
        """A file has come whole, with that hash. Raises BadRequest: not what was announced; it is gone again."""
        part = self.part(file)
        if sha256 != file.sha256:
            part.unlink()
            raise BadRequest(f"The project file {file.path} arrived damaged, or has changed since the job began.")
        sync_file(part)
        put_in_place(part, self._path(file.sha256))

    def in_parts(self, file: ProjectFile, bring: Bring, blocks: Sequence[str] = ()) -> str:
        """The address where engines here read a file, of which ``bring`` gets what they ask for.

        ``blocks`` are the hashes of its manifest.
        """
        known = self._sources.get(file.sha256)
        if known is None:
            path = self._files / f"{file.sha256}{_IN_PARTS}"
            self._sources.put(file.sha256, PartialFile(path, file.bytes, bring, blocks))
        else:
            known.bring = bring
        return self._sources.address(file.sha256, file.path)

    def close(self) -> None:
        """Engines read nothing any more."""
        self._sources.close()

    def tree(self, manifest: ProjectManifest) -> Path:
        """The project file, in a folder with all others at their places. Raises BadRequest: a path leaves it."""
        root = self._trees / manifest.sha256
        main = root / _safe(manifest.main)
        if not (root / ".complete").exists():
            shutil.rmtree(root, ignore_errors=True)
            for file in manifest.files:
                _link(self._path(file.sha256), root / _safe(file.path))
            root.mkdir(parents=True, exist_ok=True)
            (root / ".complete").touch()
        os.utime(root)
        return main

    def sweep(self, used: set[str]) -> None:
        """Remove trees and files that nobody has used for long; ``used`` are project paths of jobs there are."""
        oldest = time.time() - KEPT_DAYS * 86_400
        for tree in _entries(self._trees):
            if tree.stat().st_mtime < oldest and not any(path.startswith(f"{tree}{os.sep}") for path in used):
                shutil.rmtree(tree, ignore_errors=True)
        for file in _entries(self._files):
            about = file.stat()
            if about.st_nlink == 1 and about.st_mtime < oldest:
                if file.suffix == _IN_PARTS:
                    self._sources.drop(file.stem)
                file.unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self._files / sha256


def _hash_file(path: Path, *, in_blocks: bool, pace: _Pace | None) -> _Hashes:
    whole, blocks = hashlib.sha256(), []
    with path.open("rb") as file:
        while data := file.read(BLOCK):
            whole.update(data)
            if in_blocks:
                blocks.append(hashlib.sha256(data).hexdigest())
            if pace is not None:
                pace.add(len(data))
    return _Hashes(whole.hexdigest(), tuple(blocks))


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _common_root(paths: list[Path]) -> Path:
    return Path(os.path.commonpath([path.parent for path in paths]))


def _safe(path: str) -> Path:
    """A path from another machine, if it stays where it belongs."""
    parts = PurePosixPath(path).parts
    odd = any(part in ("..", "/") or ":" in part or "\\" in part or "\0" in part for part in parts)
    if not parts or odd or PurePosixPath(path).is_absolute():
        raise BadRequest(f"The project has a file with an impossible path: {path[:100]!r}.")
    return Path(*parts)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(source)
    except FileExistsError:
        raise _clash(target) from None
    except OSError:
        _copy(source, target)  # A file system without hard links.


def _copy(source: Path, target: Path) -> None:
    """Never through a file that is there: it may be linked to another content of the store."""
    try:
        with source.open("rb") as file, target.open("xb") as copy:
            shutil.copyfileobj(file, copy)
    except FileExistsError:
        raise _clash(target) from None


def _clash(target: Path) -> BadRequest:
    return BadRequest(
        f"The project has two files that this machine cannot tell apart: {target.name!r}. Their names differ in case "
        "only, or in how an accent is written. Rename one of them."
    )
