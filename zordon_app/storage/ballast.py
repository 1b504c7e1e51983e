"""A file that only takes up room: given up on a full disk, so that what happened can still be written down."""

import contextlib
import os
import shutil
from pathlib import Path

SIZE = 16 * 1024 * 1024
"""At ENOSPC even a tiny update fails (reliability.md, R9); with this much free a pause and its reasons fit."""


class Ballast:
    """Keeps ``SIZE`` bytes in reserve on the volume of the database."""

    def __init__(self, path: Path) -> None:
        """``path`` is the file; nothing is written yet."""
        self._path = path

    def fill(self) -> None:
        """Take up the room, unless that would fill the disk."""
        if self._path.exists():
            return
        part = self._path.with_suffix(".part")
        try:
            if shutil.disk_usage(self._path.parent).free < 4 * SIZE:
                return
            with part.open("wb") as file:
                file.write(os.urandom(1024) * (SIZE // 1024))
            part.replace(self._path)
        except OSError:
            part.unlink(missing_ok=True)

    def make_room(self) -> None:
        """Before a ledger is opened: give the room up where there is no other, for opening writes too."""
        if shutil.disk_usage(self._path.parent).free < SIZE // 16:
            self.release()

    def release(self) -> bool:
        """Give the room up; whether there was any."""
        had = self._path.exists()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        return had
