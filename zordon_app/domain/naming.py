"""Names from outside never become paths: what a person types is made safe for every file system first."""

import re
import unicodedata
from pathlib import Path

from zordon_app.errors import BadRequest

_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*\x7f\ud800-\udfff]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_MOST_CHARACTERS = 80
_MOST_BYTES = 176
"""File systems count bytes of UTF-8, 255 for a whole name: the rest is for numbers, extension, tag and ``.part``."""

_JOINER = "\u200d"


def file_stem(name: str) -> str:
    """``name`` as a file name stem that Linux, macOS and Windows all take; never empty.

    At most 80 characters and 180 bytes. What was no UTF-8 on this machine's disk becomes an underscore.
    """
    text = unicodedata.normalize("NFC", name)
    text = _cut(_FORBIDDEN.sub("_", text).strip(" .")).rstrip(" .")
    # A leading dash reads as an option, a % or # as a frame number pattern.
    text = text.lstrip("-").replace("%", "_").replace("#", "_")
    if not text or _RESERVED.fullmatch(text):
        return f"job_{text}".rstrip("_") if text else "job"
    return text


def check_encoding(path: Path) -> None:
    """See that a name is text.

    Raises:
        BadRequest: it holds bytes that are no UTF-8, which neither JSON nor another machine could tell.
    """
    if shown_name(str(path)) != str(path):
        raise BadRequest(
            "The name {path} is not written in UTF-8, so that no other program or machine could be told it. Rename it.",
            code="name_encoding",
            path=shown_name(str(path))[:200],
        )


def shown_name(name: str) -> str:
    """A name from this machine's disk as it can be shown and sent: bytes that are no UTF-8 are question marks."""
    return name.encode(errors="replace").decode()


def _cut(text: str) -> str:
    """As much as fits, ended where a reader sees a character end: no accent, no part of an emoji is left alone."""
    short = text[:_MOST_CHARACTERS].encode()[:_MOST_BYTES].decode(errors="ignore")
    end = len(short)
    while 0 < end < len(text) and _belongs(text[end], text[end - 1]):
        end -= 1
    return short[:end] or short


def _belongs(character: str, before: str) -> bool:
    """Whether a character is seen as one with that before it."""
    is_mark = unicodedata.category(character).startswith("M") or 0x1F3FB <= ord(character) <= 0x1F3FF
    return is_mark or _JOINER in {character, before}
