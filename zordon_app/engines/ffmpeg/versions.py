"""FFmpeg's versions, and what they call things (engines.md, section 4)."""

import re

from zordon_app.engines.base import Build

Version = tuple[int, ...]

_NUMBERS = re.compile(r"^n?(\d+(?:\.\d+)*)")
_NEWEST = (999,)


def parse_version(text: str) -> Version:
    """``5.1.9`` as ``(5, 1, 9)``; builds of a day (``N-118315-g…``, ``2026-…``) are newer than any release."""
    match = _NUMBERS.match(text)
    if match is None or len(match[1].split(".")[0]) == 4:
        return _NEWEST
    return tuple(int(part) for part in match[1].split("."))


def keep_times(build: Build, *, mending: bool = False) -> list[str]:
    """Let frames through as they come: none is repeated or left out, but ``mending`` one that goes back in time."""
    mode = "vfr" if mending else "passthrough"
    return ["-fps_mode:v" if parse_version(build.version) >= (5, 1) else "-vsync", mode]


def keep_time_base(build: Build) -> list[str]:
    """Let the encoder count in the source's ticks, so that no time stamp is rounded."""
    return ["-enc_time_base:v", "demux" if parse_version(build.version) >= (6, 1) else "-1"]
