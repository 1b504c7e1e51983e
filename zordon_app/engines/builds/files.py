"""Hashes of large files."""

import hashlib
from collections.abc import Callable
from typing import IO

BLOCK = 1024 * 1024


def sha256_of(file: IO[bytes], on_bytes: Callable[[int], None] = lambda _count: None) -> str:
    """The hash of what is left in ``file``, in hex; ``on_bytes`` is told how much was read."""
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
        on_bytes(len(block))
    return digest.hexdigest()
