"""Where the window was, so that it comes back there."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from zordon_app.files.durable import write_durably

LEAST_WIDTH, LEAST_HEIGHT = 640, 480
GRIP = 80
"""So many pixels of the title bar must be on a screen, so that a person can take hold of it."""


class Area(Struct, frozen=True):
    """A rectangle on the desktop, in pixels."""

    x: int
    y: int
    width: int
    height: int


class Placement(Struct, frozen=True, kw_only=True):
    """Size and place of the window; without ``x`` and ``y`` the system puts it where it likes."""

    width: int = 1280
    height: int = 800
    x: int | None = None
    y: int | None = None
    maximized: bool = False


def fit(wanted: Placement, screens: Sequence[Area]) -> Placement:
    """The placement as far as the screens of today allow: never larger than one, never out of reach."""
    if not screens:
        return msgspec.structs.replace(wanted, x=None, y=None)
    home = next((screen for screen in screens if _is_in_reach(wanted, screen)), None)
    screen = home or screens[0]
    return msgspec.structs.replace(
        wanted,
        width=max(min(wanted.width, screen.width), min(LEAST_WIDTH, screen.width)),
        height=max(min(wanted.height, screen.height), min(LEAST_HEIGHT, screen.height)),
        x=wanted.x if home else None,
        y=wanted.y if home else None,
    )


def read_placement(file: Path) -> Placement:
    """What was kept; the usual one when nothing useful was."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Placement)
    except (OSError, msgspec.DecodeError):
        return Placement()


def keep_placement(file: Path, placement: Placement) -> None:
    """Write it down; a full or read-only disk costs only the memory of it."""
    with contextlib.suppress(OSError):
        write_durably(file, msgspec.json.encode(placement))


def _is_in_reach(placement: Placement, screen: Area) -> bool:
    if placement.x is None or placement.y is None:
        return False
    left, right = max(placement.x, screen.x), min(placement.x + placement.width, screen.x + screen.width)
    return right - left >= GRIP and screen.y <= placement.y <= screen.y + screen.height - GRIP
