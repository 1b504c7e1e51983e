"""Small records of a node in files of their own: read once, written durably."""

import logging
import os
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")
log = logging.getLogger(__name__)


class RecordFile(Generic[T]):
    """One record as JSON. What cannot be read is as if it was never written, and said in the log."""

    def __init__(self, path: Path, kind: type[T]) -> None:
        """Keep a ``kind`` in ``path``, which need not exist."""
        self._path = path
        self._kind = kind

    def load(self, default: T) -> T:
        """What was saved last, else ``default``."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=self._kind)
        except FileNotFoundError:
            return default
        except (OSError, msgspec.MsgspecError, UnicodeError) as error:
            log.warning("%s cannot be read and is left aside: %s", self._path, error)
            return default

    def save(self, record: T) -> None:
        """Write it so that a crash leaves the old one or the new one."""
        part = self._path.with_suffix(".part")
        try:
            with part.open("wb") as file:
                file.write(msgspec.json.encode(record))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error)
