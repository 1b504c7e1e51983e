"""Small files that must be whole or not there, and hashes of large ones."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

BLOCK = 1024 * 1024


def write_durably(path: Path, contents: bytes) -> None:
    """Replace ``path`` in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.new")
    with part.open("wb") as file:
        file.write(contents)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def sha256_of(file: IO[bytes], on_bytes: Callable[[int], None] = lambda _count: None) -> str:
    """The hash of what is left in ``file``, in hex; ``on_bytes`` is told how much was read."""
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
        on_bytes(len(block))
    return digest.hexdigest()
