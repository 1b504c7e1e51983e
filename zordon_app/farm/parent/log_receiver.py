"""Logs of units that other machines render, kept with the job here: they are read where the job is."""

from collections.abc import Callable, Sequence

from zordon_app.domain.sharing import LogPiece
from zordon_app.farm.parent.by_job import ByJob

AppendLines = Callable[[str, int | None, Sequence[str]], None]
"""Appends lines to the log of a unit of a job, or to that of the job itself."""


class LogReceiver:
    """Takes pieces in, each once, whichever answer got lost."""

    def __init__(self, append: AppendLines, is_there: Callable[[str], bool]) -> None:
        """Write them with ``append``; ``is_there`` tells whether a job was not deleted yet."""
        self._append = append
        self._heard: ByJob[dict[tuple[str, int], int]] = ByJob(dict, is_there)
        """How far the log of each unit was heard from each child."""

    def take(self, job_id: str, child: str, node_name: str, piece: LogPiece) -> None:
        """The next lines of a unit: into its log, and with the name of the machine into that of the job."""
        heard = self._heard.of(job_id)
        known = heard.get((child, piece.unit), 0)
        if piece.end <= known:
            return
        heard[(child, piece.unit)] = piece.end
        lines = _after(piece, known).splitlines()
        self._append(job_id, piece.unit, lines)
        self._append(job_id, None, [f"[{node_name}] {line}" for line in lines])


def _after(piece: LogPiece, known: int) -> str:
    """What is new in a piece that was sent again, longer by then. Logs end in a whole line wherever they were cut."""
    data = piece.text.encode()
    is_exact = len(data) == piece.end - piece.start  # not so where an engine printed what is no UTF-8
    return data[known - piece.start :].decode() if is_exact and known > piece.start else piece.text
