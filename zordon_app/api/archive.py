"""All output files as one zip, made while it is sent."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZIP_STORED

import zipstream

from zordon_app.api.files import CHUNK, open_regular
from zordon_app.errors import NotFound

log = logging.getLogger(__name__)


def safe_member(folder: Path, name: str) -> bool:
    """Whether ``name`` is a regular file really inside ``folder``; links, which an engine could have made, are not."""
    path = folder / name
    try:
        inside = path.resolve(strict=True) == folder.resolve(strict=True) / os.path.normpath(name)
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside or not path.is_file():
        log.warning("Left out of the zip: %r is not a plain file of the output folder.", name)
        return False
    return True


class Archive:
    """A zip whose size is known before its first byte; nothing is compressed, frames are compressed already."""

    def __init__(self, folder: Path, names: list[str], on_close: Callable[[], None]) -> None:
        """``names`` are relative to ``folder`` and were checked; ``on_close`` is called when the zip has been sent."""
        self._on_close = on_close
        self._stream = zipstream.ZipStream(compress_type=ZIP_STORED, sized=True)
        for name in names:
            path = folder / name
            size = path.stat(follow_symlinks=False).st_size
            self._stream.add(_contents(path, size), name.replace("\\", "_"), size=size)
        self.size = len(self._stream)

    def __iter__(self) -> Iterator[bytes]:
        """The bytes of the zip."""
        return iter(self._stream)

    def close(self) -> None:
        """Give the place among the streams back."""
        self._on_close()


def _contents(path: Path, size: int) -> Iterator[bytes]:
    """Exactly ``size`` bytes; a file that changed its size meanwhile breaks the download off."""
    with open_regular(path) as file:
        left = size
        while left:
            chunk = file.read(min(CHUNK, left))
            if not chunk:
                raise NotFound(f"The file {path.name!r} became shorter while it was sent.")
            left -= len(chunk)
            yield chunk
