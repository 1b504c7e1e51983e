"""What the encoders of sound take, and what is done about sound that they do not take: pure.

Layouts by FFmpeg's names, checked against FFmpeg 5.1 and 9.0: only some encoders tell them, and FFmpeg itself either
fails, or mixes down without a word.
"""

import re
from collections.abc import Sequence

from msgspec import Struct

_CHANNELS = {
    "mono": "FC",
    "stereo": "FL FR",
    "2.1": "FL FR LFE",
    "3.0": "FL FR FC",
    "3.0(back)": "FL FR BC",
    "4.0": "FL FR FC BC",
    "quad": "FL FR BL BR",
    "quad(side)": "FL FR SL SR",
    "3.1": "FL FR FC LFE",
    "5.0": "FL FR FC BL BR",
    "5.0(side)": "FL FR FC SL SR",
    "4.1": "FL FR FC LFE BC",
    "5.1": "FL FR FC LFE BL BR",
    "5.1(side)": "FL FR FC LFE SL SR",
    "6.0": "FL FR FC BC SL SR",
    "hexagonal": "FL FR FC BL BR BC",
    "6.1": "FL FR FC LFE BC SL SR",
    "6.1(back)": "FL FR FC LFE BL BR BC",
    "7.0": "FL FR FC BL BR SL SR",
    "7.1": "FL FR FC LFE BL BR SL SR",
    "octagonal": "FL FR FC BL BR BC SL SR",
}
"""Layouts and their channels."""

_USUAL = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
"""What FFmpeg takes a count of channels for that nobody named."""

_COUNTED = re.compile(r"(\d+) channels")


class SoundEncoder(Struct, frozen=True, kw_only=True):
    """What one encoder takes. No ``layouts``: all; ``channels`` is their greatest number, ``rate`` the highest, Hz."""

    label: str
    layouts: tuple[str, ...] = ()
    channels: int = 8
    rate: int = 0
    bits: int = 24


ENCODERS: dict[str, SoundEncoder] = {
    "aac": SoundEncoder(
        label="AAC",
        layouts=("mono", "stereo", "2.1", "3.0", "3.0(back)", "4.0", "quad", "5.0", "5.1", "7.1"),
        rate=96_000,
    ),
    "ac3": SoundEncoder(
        label="AC-3",
        layouts=(
            "mono",
            "stereo",
            "2.1",
            "3.0",
            "3.0(back)",
            "3.1",
            "4.0",
            "4.1",
            "quad(side)",
            "5.0(side)",
            "5.1(side)",
        ),
        rate=48_000,
    ),
    "libmp3lame": SoundEncoder(label="MP3", layouts=("mono", "stereo"), rate=48_000),
    "libopus": SoundEncoder(
        label="Opus", layouts=("mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1"), rate=48_000
    ),
    "flac": SoundEncoder(label="FLAC", rate=655_350),
    "pcm_s16le": SoundEncoder(label="PCM", channels=64, bits=16),
    "pcm_s24le": SoundEncoder(label="PCM", channels=64),
}
"""By FFmpeg's name of the encoder."""


def named_layout(layout: str) -> str:
    """A layout by its name, also where only the count of channels is known."""
    counted = _COUNTED.fullmatch(layout)
    return _USUAL.get(int(counted[1]), layout) if counted else layout


def fit_layout(codec: str, layout: str, channels: int) -> str | None:
    """The layout in which ``codec`` gets the sound, empty: as it is; None where nothing tells how to convert it."""
    encoder, name = ENCODERS[codec], named_layout(layout)
    if not encoder.layouts:
        return "" if channels <= encoder.channels else _mixed_down(tuple(_CHANNELS), name, encoder.channels)
    if name in encoder.layouts:
        return ""
    if name not in _CHANNELS:
        # Names such as 7.1.4 say where each channel is; a mere number does not.
        return None if _COUNTED.fullmatch(name) else encoder.layouts[-1]
    holding = [one for one in encoder.layouts if _holds(one, name)]
    return min(holding, key=count_channels) if holding else _mixed_down(encoder.layouts, name, channels)


def loses_channels(layout: str, target: str, channels: int) -> bool:
    """Whether channels are mixed together on the way from one layout to another."""
    name = named_layout(layout)
    return not _holds(target, name) if name in _CHANNELS else channels > count_channels(target)


def count_channels(layout: str) -> int:
    """How many channels a known layout has."""
    return len(_CHANNELS[layout].split())


def _holds(target: str, layout: str) -> bool:
    """Whether each channel finds a place of its own: side and back stand for each other, two at the back for one."""
    have = set(_CHANNELS[target].split())
    return any(wanted <= have for wanted in _ways_to_say(set(_CHANNELS[layout].split())))


def _ways_to_say(channels: set[str]) -> list[set[str]]:
    ways = [channels]
    for one, other in (("S", "B"), ("B", "S")):
        if f"{one}L" in channels and f"{other}L" not in channels:
            turned = {f"{one}L": f"{other}L", f"{one}R": f"{other}R"}
            ways.append({turned.get(name, name) for name in channels})
    ways += [(way - {"BC"}) | {"BL", "BR"} for way in ways if "BC" in way and "BL" not in way]
    return ways


def _mixed_down(layouts: Sequence[str], layout: str, most: int) -> str | None:
    if layout not in _CHANNELS:
        return None if _COUNTED.fullmatch(layout) else "7.1"
    fitting = [one for one in layouts if count_channels(one) <= most]
    return max(fitting, key=count_channels)
