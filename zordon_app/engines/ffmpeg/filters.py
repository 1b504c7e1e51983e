"""Filters that a job may ask for: an allow-list of names, of options, and of the characters of values.

None of them takes a path, and no value can hold one: no slash, quote, bracket or comma gets through (reliability.md,
T9).
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from zordon_app.errors import BadRequest


class Filter(Struct, frozen=True, kw_only=True):
    """One filter: its options, in the order in which they may be given without a name.

    ``has_memory`` where a picture depends on those before it, or on when it stands, so that a film cannot be cut.
    """

    options: tuple[str, ...] = ()
    has_memory: bool = False


FILTERS: dict[str, Filter] = {
    "hflip": Filter(),
    "vflip": Filter(),
    "negate": Filter(),
    "transpose": Filter(options=("dir",)),
    "crop": Filter(options=("w", "h", "x", "y")),
    "eq": Filter(options=("contrast", "brightness", "saturation", "gamma", "gamma_r", "gamma_g", "gamma_b")),
    "hue": Filter(options=("h", "s", "b")),
    "vibrance": Filter(options=("intensity",)),
    "colorbalance": Filter(options=("rs", "gs", "bs", "rm", "gm", "bm", "rh", "gh", "bh")),
    "unsharp": Filter(options=("lx", "ly", "la", "cx", "cy", "ca")),
    "gblur": Filter(options=("sigma", "steps")),
    "deband": Filter(options=("1thr", "2thr", "3thr", "4thr")),
    "setsar": Filter(options=("sar",)),
    "nlmeans": Filter(options=("s", "p", "pc", "r", "rc")),
    "yadif": Filter(options=("mode", "parity", "deint"), has_memory=True),
    "bwdif": Filter(options=("mode", "parity", "deint"), has_memory=True),
    "hqdn3d": Filter(
        options=("luma_spatial", "chroma_spatial", "luma_tmp", "chroma_tmp"),
        has_memory=True,
    ),
    "deflicker": Filter(options=("size", "mode"), has_memory=True),
    "fade": Filter(options=("type", "start_frame", "nb_frames", "st", "d", "color"), has_memory=True),
}

_VALUE = re.compile(r"[A-Za-z0-9.+-]{1,20}")
_NAME = re.compile(r"[a-z0-9_]{1,30}")
_TURNS = {"0", "1", "2", "3", "cclock_flip", "clock", "cclock", "clock_flip"}
_DOUBLES = {"1", "3", "send_field", "send_field_nospatial"}


class AskedFilter(Struct, frozen=True, kw_only=True):
    """One filter as asked for: its name and its options by name."""

    name: str
    values: dict[str, str]

    @property
    def text(self) -> str:
        """In FFmpeg's syntax."""
        options = ":".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.name}={options}" if options else self.name

    def resize(self, width: int, height: int) -> tuple[int, int]:
        """The size of the picture after it, in pixels."""
        if self.name == "transpose":
            return height, width
        if self.name == "crop":
            return int(self.values["w"]), int(self.values["h"])
        return width, height


def read_filters(texts: Sequence[str]) -> list[AskedFilter]:
    """Filters such as ``hflip``, ``crop=1280:720:0:140`` or ``eq=contrast=1.1:saturation=1.2``.

    Raises:
        BadRequest: an unknown filter or option, or a value with other characters than letters, digits and ``.+-``.
    """
    return [_read_filter(text.strip()) for text in texts]


def _read_filter(text: str) -> AskedFilter:
    name, _, rest = text.partition("=")
    known = FILTERS.get(name)
    if known is None:
        raise BadRequest(
            "There is no filter {name!r} here. Known: {known}.",
            code="no_filter",
            name=name[:40],
            known=", ".join(sorted(FILTERS)),
        )
    values: dict[str, str] = {}
    for place, part in enumerate(rest.split(":") if rest else []):
        option, value = _read_option(name, known, place, part)
        values[option] = value
    asked = AskedFilter(name=name, values=values)
    _check_special(asked)
    return asked


def _read_option(name: str, known: Filter, place: int, part: str) -> tuple[str, str]:
    option, equals, value = part.partition("=")
    if not equals:
        if place >= len(known.options):
            raise BadRequest(
                "The filter {name} takes {count} values at most.",
                code="filter_values",
                name=name,
                count=len(known.options),
            )
        option, value = known.options[place], part
    # "_" is in the names of some values (send_frame), which a file could have too, but never with a dot or slash.
    if not _NAME.fullmatch(option) or option not in known.options:
        raise BadRequest(
            "The filter {name} has no option {option!r}. It has: {known}.",
            code="filter_option",
            name=name,
            option=option[:40],
            known=", ".join(known.options) or "none",
        )
    if not (_VALUE.fullmatch(value) or _NAME.fullmatch(value)):
        raise BadRequest(
            "The filter {name} cannot take {value!r} as {option}; give a plain number or word.",
            code="filter_value",
            name=name,
            value=value[:40],
            option=option,
        )
    return option, value


def _check_special(asked: AskedFilter) -> None:
    if asked.name == "crop":
        _check_crop(asked)
    if asked.name == "transpose" and asked.values.get("dir", "0") not in _TURNS:
        raise BadRequest("transpose turns by one of {known}.", code="transpose", known=", ".join(sorted(_TURNS)))
    if asked.name in {"yadif", "bwdif"} and asked.values.get("mode", "0") in _DOUBLES:
        raise BadRequest(
            "{name} in this mode doubles the number of frames, which is not offered; use mode 0.",
            code="filter_doubles",
            name=asked.name,
        )


def _check_crop(asked: AskedFilter) -> None:
    if not {"w", "h"} <= asked.values.keys() or not all(value.isdigit() for value in asked.values.values()):
        raise BadRequest(
            "crop needs whole numbers of pixels, as in crop=1280:720:0:140 (width, height, left, top).",
            code="crop_numbers",
        )
    if not int(asked.values["w"]) or not int(asked.values["h"]):
        raise BadRequest("crop cannot leave an empty picture.", code="crop_empty")
