"""Names from outside never become paths: what a person types is made safe for every file system first."""

import re
import unicodedata

_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*\x7f]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def file_stem(name: str) -> str:
    """``name`` as a file name stem that Linux, macOS and Windows all take; at most 80 characters, never empty."""
    text = unicodedata.normalize("NFC", name)
    text = _FORBIDDEN.sub("_", text).strip(" .")[:80].rstrip(" .")
    # A leading dash reads as an option, a % or # as a frame number pattern.
    text = text.lstrip("-").replace("%", "_").replace("#", "_")
    if not text or _RESERVED.fullmatch(text):
        return f"job_{text}".rstrip("_") if text else "job"
    return text
