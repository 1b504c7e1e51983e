"""The end of a job that was cut: segments behind each other, sound and all else from the source."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from zordon_app.domain.jobs import Job, UnitSpec
from zordon_app.engines.base import Build, EventKind, Invocation, Report, RunProgram
from zordon_app.engines.ffmpeg.commands import Commands
from zordon_app.engines.ffmpeg.counting import count_frames
from zordon_app.engines.ffmpeg.explain import known_reason
from zordon_app.engines.ffmpeg.lists import segment_list, write_list
from zordon_app.engines.ffmpeg.output import read_line
from zordon_app.engines.ffmpeg.recipe import recipe_of
from zordon_app.errors import EngineFailed

_LIST = ".zordon-parts.ffconcat"
_MOST_LINES = 1000

_LEAST_SECONDS = 600.0
"""Even a slow disk joins a short film in this time; longer ones get four times their length besides."""


def join(
    job: Job, units: Sequence[UnitSpec], folder: Path, out: Path, build: Build, run: RunProgram, report: Report
) -> Path:
    """The finished film, in ``out``.

    Raises:
        EngineFailed: FFmpeg ended with an error, or took far too long.
    """
    seconds = job.expected.seconds if job.expected is not None else 0.0
    parts = write_list(out / _LIST, segment_list(units, folder))
    film = out / job.output_file
    argv = Commands(recipe_of(job), build, job.project).join(parts, film)

    said: deque[str] = deque(maxlen=_MOST_LINES)

    def hear(line: str) -> None:
        said.append(line)
        for event in read_line(line):
            if event.kind == EventKind.PROGRESS:
                report("Joining the segments", min(event.facts["seconds"] / max(seconds, 0.001), 1.0))

    try:
        run(Invocation(argv=argv), timeout=_LEAST_SECONDS + 4 * seconds, on_line=hear)
    except EngineFailed as error:
        raise EngineFailed(known_reason(said) or str(error)) from error
    _see_that_all_came([folder / unit.file for unit in units], film)
    return film


def _see_that_all_came(parts: Sequence[Path], film: Path) -> None:
    """Only the parts tell exactly how many frames the film must have: damage may have left less than was planned.

    Raises:
        EngineFailed: it has others.
    """
    there, joined = sum(count_frames(part) for part in parts), count_frames(film)
    if joined != there:
        raise EngineFailed(f"The joined film has {joined} frames, its parts have {there}.")
