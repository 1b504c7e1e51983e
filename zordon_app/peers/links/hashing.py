"""The hash of a file while it comes, in a thread of its own: receiving, writing and hashing go on side by side."""

import hashlib
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self

from zordon_app.engines.builds.files import BLOCK
from zordon_app.guard import Guard

AHEAD = 8
"""How many blocks may wait to be hashed."""


class HashBeside:
    """SHA-256 of blocks, a few behind whoever gives them. A context manager: its thread ends with it."""

    def __init__(self) -> None:
        """Of nothing so far."""
        self._digest = hashlib.sha256()
        self._thread = Guard().pool("hash beside", 1)
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        """Blocks may come."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the thread."""
        self._thread.shutdown()

    def begin_anew(self) -> None:
        """Forget all blocks."""
        self._settle(0)
        self._digest = hashlib.sha256()

    def read(self, path: Path) -> None:
        """Begin with what a file has already. Raises OSError."""
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                self.update(block)

    def update(self, block: bytes) -> None:
        """The next block; waits only when too many do."""
        self._settle(AHEAD)
        self._waiting.append(self._thread.submit(self._digest.update, block))

    def hexdigest(self) -> str:
        """Of all blocks, in hex."""
        self._settle(0)
        return self._digest.hexdigest()

    def _settle(self, most: int) -> None:
        while len(self._waiting) > most:
            self._waiting.popleft().result()
