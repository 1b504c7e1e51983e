"""What finished pictures show at a glance, and which of them a person should look at. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct


class Picture(Struct, frozen=True, kw_only=True):
    """What a decoded picture is: ``digest`` is of its pixels alone, so that of two that are alike it is the same."""

    digest: str
    black: bool = False
    """Every colour channel is 0 everywhere, though the picture is not transparent."""
    transparent: bool = False
    """It has alpha, which is 0 everywhere."""
    nan: bool = False
    """It holds values that are no numbers, or infinite."""


class Mark(StrEnum):
    """Why a person should look at a finished frame; it counts as done."""

    BLACK = "black"
    TRANSPARENT = "transparent"
    NAN = "nan"
    SAME = "same"


SENTENCES = {
    Mark.BLACK: "Wholly black, while their neighbours are not:",
    Mark.TRANSPARENT: "Wholly transparent, while their neighbours are not:",
    Mark.NAN: "With values that are no numbers (NaN or infinite):",
    Mark.SAME: "The same picture as a neighbour, while others move:",
}
"""What is said of marked frames, before their numbers."""

Seen = Picture | None
"""None: not made yet, or not looked at."""


def marks_between(before: Seen, picture: Seen, after: Seen) -> list[Mark]:
    """The marks that a picture and its two neighbours decide; whether it is the same as one, only the whole job tells.

    >>> marks_between(Picture(digest="a"), Picture(digest="b", black=True), Picture(digest="c"))
    [<Mark.BLACK: 'black'>]
    """
    if picture is None:
        return []
    others = [other for other in (before, after) if other is not None]
    stands_out = bool(others)
    return [
        *([Mark.BLACK] if picture.black and stands_out and not any(other.black for other in others) else []),
        *(
            [Mark.TRANSPARENT]
            if picture.transparent and stands_out and not any(other.transparent for other in others)
            else []
        ),
        *([Mark.NAN] if picture.nan else []),
    ]


def marks_of_all(pictures: Sequence[Seen]) -> list[list[Mark]]:
    """The marks of all pictures of a job, in order."""
    moves = does_move(pictures)
    padded = [None, *pictures, None]
    found = []
    for before, picture, after in zip(padded[:-2], pictures, padded[2:], strict=True):
        marks = marks_between(before, picture, after)
        if (
            moves
            and picture is not None
            and any(other is not None and is_same(picture, other) for other in (before, after))
        ):
            marks.append(Mark.SAME)
        found.append(marks)
    return found


def does_move(pictures: Sequence[Seen]) -> bool:
    """Whether more than half of the neighbouring pairs differ."""
    pairs = [(one, other) for one, other in pairwise(pictures) if one is not None and other is not None]
    return 2 * sum(not is_same(one, other) for one, other in pairs) > len(pairs)


def is_same(one: Picture, other: Picture) -> bool:
    """Whether two pictures are alike to the bit."""
    return one.digest == other.digest
