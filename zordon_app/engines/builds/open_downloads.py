"""Downloads that have not ended, on disk: after a restart they go on by themselves."""

import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from zordon_app.engines.builds.available import Available
from zordon_app.files.durable import write_durably

log = logging.getLogger(__name__)


class OpenDownload(Struct, frozen=True, kw_only=True):
    """What was asked for, and whether a person holds it."""

    build: Available
    paused: bool = False


class OpenDownloads:
    """A small file, written when a download begins, is held or ends."""

    def __init__(self, path: Path) -> None:
        """``path`` need not exist."""
        self._path = path
        self._written: list[OpenDownload] | None = None

    def load(self) -> list[OpenDownload]:
        """What an earlier run left open; nothing where the file is damaged: downloads can be asked for again."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[OpenDownload])
        except FileNotFoundError:
            return []
        except (OSError, msgspec.MsgspecError, UnicodeError) as error:
            log.warning("Downloads of an earlier run are not gone on with: %s cannot be read (%s)", self._path, error)
            return []

    def save(self, downloads: Sequence[OpenDownload]) -> None:
        """Keep these in place of all before. A disk that does not take them stops no download."""
        if list(downloads) == self._written:
            return
        try:
            write_durably(self._path, msgspec.json.encode(downloads))
            self._written = list(downloads)
        except OSError as error:
            log.warning("After a restart, downloads will not go on by themselves: %s", error)
