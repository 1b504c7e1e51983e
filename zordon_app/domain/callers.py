"""Who asks, and what came along."""

from enum import StrEnum
from pathlib import Path

from msgspec import Struct


class Role(StrEnum):
    """What a caller is to this node; it decides which routes answer."""

    LOCAL = "local"
    """A program on this machine, through the loopback listener: everything."""
    PEER = "peer"
    """An admitted device of this farm: reads, and what machines do for each other."""
    CONTROL = "control"
    """Somebody's browser, signed in to act."""
    VIEW = "view"
    """Somebody's browser, signed in to look."""
    STRANGER = "stranger"
    """Anybody: only what is open to all."""


class Caller(Struct, frozen=True, kw_only=True):
    """Who asks: ``local`` is a program on this machine (loopback); ``node`` is the device id of a peer."""

    local: bool
    address: str
    role: Role = Role.STRANGER
    node: str = ""
    session: str = ""
    """The id of a browser's session; empty for others."""


THIS_PROGRAM = Caller(local=True, address="", role=Role.LOCAL)
"""Zordon itself, for what its person told it to do."""


class Upload(Struct, frozen=True, kw_only=True):
    """A file that came with a request, already on disk in a private folder of the receiver, who removes it."""

    path: Path
    filename: str
