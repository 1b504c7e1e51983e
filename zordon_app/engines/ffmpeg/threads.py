"""How many threads of the processor a command of FFmpeg may use: pure."""

from collections.abc import Sequence

_PARAMETERS = {"libx265": ("-x265-params", "pools"), "libsvtav1": ("-svtav1-params", "lp")}
"""Encoders whose workers ``-threads`` does not bind: the option that takes their own parameters, and its name there."""


def limit_threads(argv: Sequence[str], threads: int) -> tuple[str, ...]:
    """``argv``, whose last word is the output, with every decoder, filter and encoder at ``threads`` threads."""
    limit = ("-threads", str(threads))
    words: list[str] = []
    for word in argv[:-1]:
        words += [*limit, word] if word == "-i" else [word]
    filters = ("-filter_threads", str(threads), "-filter_complex_threads", str(threads))
    return (*_bind_encoder(words, threads), *filters, *limit, argv[-1])


def _bind_encoder(words: list[str], threads: int) -> list[str]:
    encoder = words[words.index("-c:v") + 1] if "-c:v" in words else ""
    if encoder not in _PARAMETERS:
        return words
    option, name = _PARAMETERS[encoder]
    mine = f"{name}={threads}"
    if option not in words:
        return [*words, option, mine]
    # The last of several would be the only one that counts.
    place = len(words) - 1 - words[::-1].index(option) + 1
    return [*words[:place], f"{words[place]}:{mine}", *words[place + 1 :]]
