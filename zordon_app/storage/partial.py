"""A large file of another machine, of which only those blocks travel that somebody reads."""

import threading
from collections.abc import Callable
from pathlib import Path

BLOCK = 2 * 1024 * 1024

Bring = Callable[[int, int], bytes]
"""The bytes from an offset up to, not including, another. Raises PeerGone, BadRequest."""


class PartialFile:
    """Blocks in a sparse file. Safe from several threads.

    What comes is not hashed, since that needs the whole: TLS says that it is what was sent, and the sender sees before
    each answer that its file is still the one whose hash was asked for.
    """

    def __init__(self, path: Path, size: int, bring: Bring) -> None:
        """Nothing is here yet; ``size`` in bytes."""
        self.size = size
        self.bring = bring
        self._lock = threading.Lock()
        self._here = bytearray(-(-size // BLOCK))
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w+b", buffering=0)
        self._file.truncate(size)

    def read(self, offset: int) -> bytes:
        """What is in the block around ``offset``, from there on. Raises PeerGone, BadRequest."""
        number = offset // BLOCK
        start, end = number * BLOCK, min((number + 1) * BLOCK, self.size)
        with self._lock:
            self._file.seek(start)
            if self._here[number]:
                data = self._file.read(end - start)
            else:
                data = self.bring(start, end)
                self._keep(data)
                self._here[number] = 1
        return data[offset - start :]

    def _keep(self, data: bytes) -> None:
        # A disk that is almost full takes a part of it and says nothing until it is asked again.
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]

    def close(self) -> None:
        """Nothing is read any more."""
        with self._lock:
            self._file.close()
