"""The frontend as it is at one moment, under a name of its own, so that a browser may keep its files for good."""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PREFIX = "v/"
"""Where the files of an edition are: ``v/<name>/js/main.js``."""
NAME_BYTES = 8
NOT_SERVED = "node_modules"
_OWN_FILE = re.compile(rb'\b(href|src)="(?=(?:css|img|js|vendor)/)')
"""Where the front page names a file of ours."""


class Edition(NamedTuple):
    """``name`` is another one whenever a byte of a file is; ``tags`` say for each file which state of it was read."""

    name: str
    tags: dict[Path, str]


class Editions:
    """The editions of one folder, one after the other."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read before somebody asks."""
        self._folder = folder
        self._last = Edition("", {})

    def holds(self, name: str, path: Path, tag: str) -> bool:
        """Whether the file with that tag is what the edition ``name`` has under ``path``."""
        return name == self._last.name and self._last.tags.get(path) == tag

    def link(self, page: bytes) -> bytes:
        """The front page with every file of ours below the edition there is now."""
        return _OWN_FILE.sub(rb'\1="' + f"{PREFIX}{self._now().name}/".encode(), page)

    def _now(self) -> Edition:
        tags = {path: tag_of(about) for path, about in _walk(self._folder)}
        if tags != self._last.tags:
            self._last = Edition(_digest(self._folder, sorted(tags)), tags)
        return self._last


def tag_of(about: os.stat_result) -> str:
    """What tells one state of a file from another without reading it."""
    return f"{about.st_mtime_ns:x}-{about.st_size:x}"


def split(path: str) -> tuple[str, str]:
    """Name of the edition, empty for none, and what is asked for in it: of ``v/<name>/js/a.js``, ``js/a.js``."""
    if not path.startswith(PREFIX):
        return "", path
    name, _, rest = path.removeprefix(PREFIX).partition("/")
    return name, rest


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != NOT_SERVED:
                    yield from _walk(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path), entry.stat(follow_symlinks=False)


def _digest(folder: Path, paths: list[Path]) -> str:
    whole = hashlib.blake2b(digest_size=NAME_BYTES)
    for path in paths:
        content = path.read_bytes()
        whole.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()
