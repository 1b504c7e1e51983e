"""What engines print while they work for a job of another machine: told piece by piece, so that it is read there."""

from collections.abc import Callable, Collection

from zordon_app.domain.sharing import MOST_LOG, LogPiece

MOST_OF_UNIT = 512 * 1024
"""Bytes of one unit's log that travel; the rest stays on the machine that rendered it."""
QUIET_ROUNDS = 5
"""Rounds without a new line after which the log of a unit that is no longer in hand has ended."""

ReadLog = Callable[[int, int], bytes]
"""Bytes of a unit's log from an offset."""


class LogSender:
    """How far the log of each unit was told. Used by one thread, but for ``begin``."""

    def __init__(self, read: ReadLog) -> None:
        """Tell what ``read`` gives."""
        self._read = read
        self._told: dict[int, int] = {}
        self._quiet: dict[int, int] = {}

    def begin(self, unit: int) -> None:
        """The engine begins a unit, again perhaps: its log grows from now on."""
        self._quiet[unit] = 0

    @property
    def is_waiting(self) -> bool:
        """Whether some log may have more to tell."""
        return bool(self._quiet)

    def next_pieces(self, in_hand: Collection[int]) -> list[LogPiece]:
        """Whole lines that were not told yet, ``MOST_LOG`` bytes together at most."""
        left, pieces = MOST_LOG, []
        for unit in sorted(self._quiet):
            piece = self._next_piece(unit, left)
            if piece is not None:
                left -= piece.end - piece.start
                pieces.append(piece)
            self._count(unit, grew=piece is not None or left < MOST_LOG // 2, in_hand=unit in in_hand)
        return pieces

    def _next_piece(self, unit: int, most: int) -> LogPiece | None:
        start = self._told.get(unit, 0)
        most = min(most, MOST_OF_UNIT - start)
        data = self._read(unit, start)[:most] if most > 0 else b""
        end = data.rfind(b"\n") + 1
        return (
            LogPiece(unit=unit, start=start, end=start + end, text=data[:end].decode("utf-8", "replace"))
            if end
            else None
        )

    def arrived(self, pieces: list[LogPiece]) -> None:
        """The parent has them."""
        for piece in pieces:
            self._told[piece.unit] = piece.end

    def _count(self, unit: int, *, grew: bool, in_hand: bool) -> None:
        self._quiet[unit] = 0 if grew or in_hand else self._quiet[unit] + 1
        if self._quiet[unit] > QUIET_ROUNDS:
            del self._quiet[unit]
