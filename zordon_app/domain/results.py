"""What a node hands in for a unit."""

from pathlib import Path

from msgspec import Struct


class CheckedFile(Struct, frozen=True, kw_only=True):
    """An artifact that was decoded whole and is what was expected.

    ``path`` is in the attempt's private folder; ``seconds`` is the engine's time for the unit.
    """

    path: Path
    sha256: str
    bytes: int
    seconds: float
    program: str = ""
    """SHA-256 of the program that made it; empty where it is not known."""
