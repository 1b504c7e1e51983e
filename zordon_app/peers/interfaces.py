"""What peers need from outside: handed in by ``app``."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from zordon_app.domain.projects import ProjectFile, ProjectManifest


class Clock(Protocol):
    """Time, injected: ``now`` for people, ``monotonic`` (s) for every decision."""

    def now(self) -> datetime:
        """The present moment in UTC."""

    def monotonic(self) -> float:
        """Seconds that only grow."""


class Projects(Protocol):
    """Where files of other nodes' projects are kept."""

    def lacks(self, manifest: ProjectManifest) -> list[ProjectFile]:
        """What has to be brought."""

    def part(self, file: ProjectFile) -> Path:
        """Where a file is written while it comes."""

    def keep(self, file: ProjectFile, sha256: str) -> None:
        """It has come whole, with that hash. Raises BadRequest: not what was announced."""

    def in_parts(self, file: ProjectFile, bring: Callable[[int, int], bytes], blocks: Sequence[str] = ()) -> str:
        """An address for engines on this machine; ``bring`` gets the bytes from an offset up to another.

        ``blocks`` are the hashes of its manifest.
        """

    def tree(self, manifest: ProjectManifest) -> Path:
        """The project file among all others. Raises BadRequest."""
