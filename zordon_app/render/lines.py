"""Lines from a pipe that may hold anything: endless lines, broken text, control characters."""

import re
from collections.abc import Iterator
from io import BufferedReader

LONGEST_LINE = 16 * 1024
_CHUNK = 64 * 1024
_BREAKS = re.compile(rb"[\r\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|\x1b\[[0-9;]*[A-Za-z]")


def read_lines(pipe: BufferedReader) -> Iterator[str]:
    """Each line of ``pipe`` as clean text without its break; a longer one than 16 KiB is cut, not collected."""
    rest = b""
    is_cut = False
    while chunk := pipe.read1(_CHUNK):
        *lines, rest = _BREAKS.split(rest + chunk)
        for line in lines:
            if line and not is_cut:
                yield clean(line[:LONGEST_LINE])
            is_cut = False
        if len(rest) > LONGEST_LINE:
            if not is_cut:
                yield clean(rest[:LONGEST_LINE])
            is_cut, rest = True, b""
    if rest and not is_cut:
        yield clean(rest)


def clean(line: bytes) -> str:
    """Text that can be shown: invalid UTF-8 replaced, control characters and terminal colours removed."""
    return _CONTROL.sub("", line.decode("utf-8", errors="replace"))
