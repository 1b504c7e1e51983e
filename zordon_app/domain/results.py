"""What a node hands in for a unit."""

from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from zordon_app.domain.pictures import Picture


class Checked(NamedTuple):
    """What a file was found to be: its sha256 (hex), its size in bytes, and of a picture what it shows at a glance."""

    sha256: str
    bytes: int
    picture: Picture | None = None


class CheckedFile(Struct, frozen=True, kw_only=True):
    """An artifact that was decoded whole and is what was expected.

    ``path`` is in the attempt's private folder; ``seconds`` is the engine's time for the unit.
    """

    path: Path
    sha256: str
    bytes: int
    seconds: float
    picture: Picture | None = None
    """What it shows at a glance; None for films."""
    program: str = ""
    """SHA-256 of the program that made it; empty where it is not known."""
