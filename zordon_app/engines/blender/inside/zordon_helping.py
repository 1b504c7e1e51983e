"""A machine that helps with a job renders nothing when its pictures would be others than at home."""

from __future__ import annotations

import os
from typing import Any

from zordon_lines import CannotGoOn  # type: ignore[import-not-found]


def check_colors(settings: dict[str, Any]) -> None:
    """A studio's views and colour spaces are in a configuration that every machine has to have."""
    if settings.get("own_colors") and not os.environ.get("OCIO"):
        raise CannotGoOn("The job's own machine renders with a colour configuration (OCIO); this one has none set.")


def check_travelled(missing: list[str], settings: dict[str, Any]) -> None:
    """A helper renders nothing when it lacks what the job's own machine has; paths may differ, names do not."""
    known = {base_name(path) for path in settings.get("known_missing", ())}
    lacks = [path for path in missing if base_name(path) not in known]
    if lacks:
        raise CannotGoOn(f"Files of the project did not come along: {', '.join(lacks[:5])}.")


def base_name(path: str) -> str:
    """The last part of a path of whatever system."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]
