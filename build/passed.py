"""What has passed, and for which content of the checkout: what did not change since is not run again."""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

FOLDERS = (".github", "build", "tests", "web", "zordon_app")
MADE = {"__pycache__", "node_modules"}


class Passed:
    """A file that remembers, by name, the fingerprint of the content that passed and what the run said."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def note(self, name: str, content: str) -> str | None:
        """What was said when this passed with this content; None where it has not."""
        known = self._read().get(name)
        return str(known["note"]) if known and known["content"] == content else None

    def add(self, name: str, content: str, note: str = "") -> None:
        """Remember it; replaced at once, so that a run that is cut off leaves what was known."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({**self._read(), name: {"content": content, "note": note}}), encoding="utf-8")
        fresh.replace(self._file)

    def forget(self, parts: Sequence[str]) -> None:
        """Begin these anew."""
        kept = {part: note for part, note in self._read().items() if part not in parts}
        self._file.write_text(json.dumps(kept), encoding="utf-8") if kept else self._file.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}


def content_of(root: Path, folders: Sequence[str] = FOLDERS) -> str:
    """A fingerprint of these folders, of the files at the top, which are settings, locks and papers, and of the Python.

    No git is asked: a checkout may be an unpacked archive, and what is not committed counts too.
    """
    found = hashlib.sha256(sys.version.encode())
    for path in sorted(_sources(root, folders)):
        found.update(f"\0{path.relative_to(root).as_posix()}\0".encode("utf-8", "surrogateescape"))
        found.update(path.read_bytes())
    return found.hexdigest()


def _sources(root: Path, folders: Sequence[str]) -> Iterator[Path]:
    yield from (path for path in root.iterdir() if path.is_file())
    for top in folders:
        for folder, below, names in os.walk(root / top):
            below[:] = [name for name in below if name not in MADE and not name.endswith(".egg-info")]
            yield from (path for name in names if (path := Path(folder, name)).is_file())
