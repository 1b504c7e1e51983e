"""Small records of a node in files of their own: read once, written durably."""

import logging
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from zordon_app.files.durable import write_durably

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
        try:
            write_durably(self._path, msgspec.json.encode(record))
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error)
