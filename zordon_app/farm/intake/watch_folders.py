"""Folders whose new files become jobs. They are looked at again and again: network drives tell of no changes."""

import hashlib
import logging
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Protocol

from zordon_app.domain.messages import JobRequest
from zordon_app.domain.naming import shown_name
from zordon_app.domain.sequences import by_sequence, is_numbered_image
from zordon_app.errors import BadRequest, ZordonError
from zordon_app.farm.interfaces import Clock
from zordon_app.guard import Guard

log = logging.getLogger(__name__)

LOOP = "Watched folders"
LOOK_SECONDS = 2.0
SETTLED_SECONDS = 6.0
"""A file that did not change for so long is whole: copies pause, but not so long."""

SEQUENCE_SETTLED_SECONDS = 60.0
"""The next image of a sequence may be a while in the making."""

_COMES_LATER = 503

Stamp = tuple[int, int, int]
"""Files, bytes, and nanoseconds of the newest: what changes while somebody writes."""

Known = dict[str, dict[str, Stamp]]
"""By folder and name, what was there before or has become a job."""


class Memory(Protocol):
    """Keeps what is known over a restart."""

    def load(self, default: Known) -> Known:
        """What was saved last."""

    def save(self, record: Known) -> None:
        """Keep it."""


class WatchFolders:
    """Takes what is new. ``run_once`` is called every ``LOOK_SECONDS`` by a thread of its own."""

    def __init__(
        self,
        folders: Callable[[], Mapping[str, str]],
        extensions: Collection[str],
        submit: Callable[[JobRequest], object],
        memory: Memory,
        clock: Clock,
        *,
        notice: Callable[[str, str], None] = lambda _about, _text: None,
        scale: float = 1.0,
        guard: Guard | None = None,
    ) -> None:
        """``folders`` are paths with the preset for each; ``extensions`` those that an engine takes, in lower case.

        ``notice`` shows a sentence in the window: the matter it is about, and the sentence.
        """
        self._notice = notice
        self._guard = guard or Guard()
        self._folders = folders
        self._extensions = extensions
        self._submit = submit
        self._memory = memory
        self._clock = clock
        self._scale = scale
        self._known = memory.load({})
        self._since: dict[Path, tuple[Stamp, float]] = {}
        self._unreadable: set[str] = set()

    def run_once(self) -> None:
        """Look at every folder once."""
        folders = dict(self._folders())
        before = {folder: dict(known) for folder, known in self._known.items()}
        self._known = {folder: known for folder, known in self._known.items() if folder in folders}
        for folder, preset in folders.items():
            # Which folders are watched is shown on this machine alone.
            with self._guard.item(LOOP, "a watched folder", key=folder):
                self._look_at(folder, preset)
        if self._known != before:
            self._memory.save(self._known)

    def _look_at(self, folder: str, preset: str) -> None:
        try:
            found = look(Path(folder).expanduser(), self._extensions)
        except OSError as error:
            if folder not in self._unreadable:
                log.warning("The watched folder %s cannot be read: %s.", folder, error.strerror)
                self._notice(f"folder {folder}", f"A watched folder cannot be read: {error.strerror}.")
            self._unreadable.add(folder)
            return
        self._unreadable.discard(folder)
        if folder not in self._known:
            # Who begins to watch a folder wants what comes, not a job for everything that has been lying there.
            self._known[folder] = {_remembered(path): stamp for path, stamp in found.items()}
            return
        known = self._known[folder]
        for gone in known.keys() - {_remembered(path) for path in found}:
            del known[gone]
        for path, stamp in found.items():
            name = _remembered(path)
            # A file that raises is not tried again before it changes.
            with self._guard.item(LOOP, shown_name(path.name), key=str(path), failed=self._leave(path, stamp, known)):
                if known.get(name) != stamp and self._is_settled(path, stamp) and self._take(path, stamp, preset):
                    known[name] = stamp

    def _leave(self, path: Path, stamp: Stamp, known: dict[str, Stamp]) -> Callable[[str], None]:
        def leave(sentence: str) -> None:
            known[_remembered(path)] = stamp
            self._notice(f"{path} {stamp}", sentence)

        return leave

    def _is_settled(self, path: Path, stamp: Stamp) -> bool:
        now = self._clock.monotonic()
        last, since = self._since.setdefault(path, (stamp, now))
        if last != stamp:
            self._since[path] = (stamp, now)
            return False
        patience = SEQUENCE_SETTLED_SECONDS if is_numbered_image(path) else SETTLED_SECONDS
        return stamp[1] > 0 and now - since >= patience * self._scale

    def _take(self, path: Path, stamp: Stamp, preset: str) -> bool:
        """Make a job; whether this is over and done with."""
        key = hashlib.sha256(f"{path}\0{stamp}".encode("utf-8", "surrogateescape")).hexdigest()
        try:
            self._submit(JobRequest(local_path=str(path), preset=preset or None, idempotency_key=f"watch-{key}"))
        except ZordonError as error:
            log.warning("%s in the watched folder %s became no job: %s", shown_name(path.name), path.parent, error)
            is_final = error.status != _COMES_LATER
            if is_final:
                # Which folders are watched is shown on this machine alone.
                self._notice(key, f"{shown_name(path.name)} in a watched folder became no job: {error}")
            return is_final
        self._since.pop(path, None)
        log.info("%s in the watched folder %s became a job.", shown_name(path.name), path.parent)
        return True


def check_folders(before: Mapping[str, str], after: Mapping[str, str], presets: Collection[str]) -> None:
    """Raise BadRequest for a folder that is to be watched from now on and cannot be, or whose preset is not known.

    Those that are watched already are left alone: a drive may be away for a while.
    """
    for folder, preset in after.items():
        if folder in before and before[folder] == preset:
            continue
        path = Path(folder).expanduser() if "\0" not in folder else Path()
        if not path.is_absolute():
            raise BadRequest(
                "{setting} must be a whole path, not {path!r}.",
                code="folder_path",
                setting="watch_folders",
                path=folder[:100],
            )
        if folder not in before:
            _check_readable(path)
        if preset and preset not in presets:
            raise BadRequest("There is no preset {name!r}.", code="no_preset", name=preset[:60])


def _check_readable(path: Path) -> None:
    try:
        with os.scandir(path):
            return
    except NotADirectoryError:
        why = "it is a file"
    except OSError as error:
        why = error.strerror or "it cannot be read"
    raise BadRequest("{path!r} cannot be watched: {why}.", code="folder_unwatched", path=str(path)[:200], why=why)


def _remembered(path: Path) -> str:
    """A file's name as JSON can keep it, where it is no UTF-8 too."""
    return os.fsencode(path.name).decode(errors="backslashreplace")


def _about(entry: "os.DirEntry[str]") -> os.stat_result | None:
    """Of a file; None for what is none, has gone or may not be looked at: the others are wanted all the same."""
    try:
        return entry.stat() if entry.is_file() else None
    except OSError:
        return None


def look(folder: Path, extensions: Collection[str]) -> dict[Path, Stamp]:
    """Films, scenes and sequences (by their first image) in ``folder``, not below it; hidden files are left out.

    Raises:
        OSError: the folder cannot be read.
    """
    with os.scandir(folder) as entries:
        files = {
            Path(entry.path): about
            for entry in entries
            if not entry.name.startswith((".", "~"))
            and Path(entry.name).suffix.lower() in extensions
            and (about := _about(entry)) is not None
        }
    return {
        first: (
            len(group),
            sum(files[path].st_size for path in group),
            max(files[path].st_mtime_ns for path in group),
        )
        for first, group in by_sequence(files).items()
    }
