"""What a session says, and what it knows of the Blender it runs in."""

from __future__ import annotations

import ctypes
import json
import os
from typing import Any

import bpy

VERSION: tuple[int, ...] = tuple(bpy.app.version)


class CannotGoOn(Exception):
    """Every frame would fail; the message is a sentence for a person."""


def say(kind: str, **facts: Any) -> None:
    """Print one marked line.

    It starts with a line break and is written in one go below Python's and C's buffers: Blender's own half lines may
    be on the way in the same pipe.
    """
    flush_blender()
    data = ("\n@@" + json.dumps(dict(facts, kind=kind)) + "\n").encode("ascii")
    while data:
        data = data[os.write(1, data) :]


def flush_blender() -> None:
    """Write out what Blender printed: it waits in C's buffer, and would come after the frame that it belongs to."""
    library = ctypes.CDLL(None) if os.name == "posix" else ctypes.CDLL("ucrtbase")
    library.fflush(None)


def version() -> str:
    """``4.5.15``."""
    return ".".join(str(part) for part in VERSION)


def one_line(error: Exception) -> str:
    """An exception's text without Blender's own ``Error:`` and line breaks."""
    text = " ".join(str(error).split())
    while text.startswith("Error: "):
        text = text[len("Error: ") :]
    return text
