"""Who asks, and what came along."""

from pathlib import Path

from msgspec import Struct


class Caller(Struct, frozen=True, kw_only=True):
    """Who asks: ``local`` is a program on this machine (loopback)."""

    local: bool
    address: str


class Upload(Struct, frozen=True, kw_only=True):
    """A file that came with a request, already on disk in a private folder of the receiver, who removes it."""

    path: Path
    filename: str
