"""A large file of another machine, of which only those blocks travel that somebody reads."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from zordon_app.domain.projects import BLOCK
from zordon_app.errors import BadRequest
from zordon_app.files.writing import write_all

Bring = Callable[[int, int], bytes]
"""The bytes from an offset up to, not including, another. Raises PeerGone, BadRequest."""


class PartialFile:
    """Blocks in a sparse file. Safe from several threads.

    Each block that comes is compared with its hash. Of an older Zordon's file there are none: there TLS says that it is
    what was sent, and the sender sees before each answer that its file is still the one whose hash was asked for.
    """

    def __init__(self, path: Path, size: int, bring: Bring, blocks: Sequence[str] = ()) -> None:
        """Nothing is here yet; ``size`` in bytes, ``blocks`` are the SHA-256 of all blocks, if they are known."""
        self.size = size
        self._blocks = blocks
        self.bring = bring
        self._lock = threading.Lock()
        self._here = bytearray(-(-size // BLOCK))
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w+b", buffering=0)
        self._file.truncate(size)

    def read(self, offset: int) -> bytes:
        """What is in the block around ``offset``, from there on.

        Raises:
            PeerGone: it cannot come now.
            BadRequest: what came is not what was listed; nothing of it is kept.
        """
        number = offset // BLOCK
        start, end = number * BLOCK, min((number + 1) * BLOCK, self.size)
        with self._lock:
            self._file.seek(start)
            if self._here[number]:
                data = self._file.read(end - start)
            else:
                data = self.bring(start, end)
                self._compare(number, data)
                write_all(self._file, data)
                self._here[number] = 1
        return data[offset - start :]

    def _compare(self, number: int, data: bytes) -> None:
        if self._blocks and hashlib.sha256(data).hexdigest() != self._blocks[number]:
            place = f"Block {number + 1} of {len(self._blocks)} of the source"
            raise BadRequest(f"{place} arrived damaged, or has changed since the job began.")

    def close(self) -> None:
        """Nothing is read any more."""
        with self._lock:
            self._file.close()
