"""The files of a folder beside what a receipt says of them."""

import hashlib
import os
from collections.abc import Callable, Collection
from pathlib import Path

from msgspec import Struct

from zordon_app.domain.receipts import ReceiptFile


class Findings(Struct, frozen=True, kw_only=True):
    """Names relative to the folder: as they were signed, gone, not what they were, and not of this job."""

    same: list[str]
    missing: list[str]
    changed: list[str]
    unknown: list[str]
    """Files of which the receipt holds no hash."""
    extra: list[str]

    @property
    def is_good(self) -> bool:
        """Whether every file of the receipt is there as it was; others may lie beside them."""
        return not (self.missing or self.changed or self.unknown)


def compare(files: Collection[ReceiptFile], folder: Path, *, besides: Path, look: Callable[[str], None]) -> Findings:
    """Hash what is there; ``besides`` is the receipt itself; ``look`` is told the name of each file that is read."""
    found: dict[str, list[str]] = {"same": [], "missing": [], "changed": [], "unknown": []}
    for file in files:
        look(file.file)
        found[_state(file, folder)].append(file.file)
    known = {file.file for file in files}
    extra = [name for name in _names(folder, besides) if name not in known]
    return Findings(**found, extra=extra)


def _state(file: ReceiptFile, folder: Path) -> str:
    path = folder / file.file
    # A signed name is still a name from outside.
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        return "missing"
    if not file.sha256:
        return "unknown"
    with path.open("rb") as data:
        return "same" if hashlib.file_digest(data, "sha256").hexdigest() == file.sha256 else "changed"


def _names(folder: Path, besides: Path) -> list[str]:
    """Files below ``folder``, without hidden ones."""
    names: list[str] = []
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = [Path(root) / name for name in sorted(files) if not name.startswith(".")]
        names += [path.relative_to(folder).as_posix() for path in paths if path.resolve() != besides.resolve()]
    return names
