"""Where the output of a new job goes."""

from pathlib import Path

from msgspec import Struct

from zordon_app.domain.jobs import Job
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.naming import file_stem
from zordon_app.errors import BadRequest


class OutputPlace(Struct, frozen=True, kw_only=True):
    """A folder; ``owned`` when it is made for the job and goes with it."""

    folder: Path
    owned: bool


def choose_output_place(request: JobRequest, name: str, root: Path, replaced: Job | None) -> OutputPlace:
    """Where the output goes and whether it is the job's own; a folder that was made for ``replaced`` is free."""
    if request.output_path is not None:
        folder = Path(request.output_path).expanduser()
        if "\0" in request.output_path or not folder.is_absolute():
            raise BadRequest(
                "output_path must be a whole path, not {path!r}.",
                code="output_path",
                path=request.output_path[:100],
            )
        return OutputPlace(folder=folder, owned=False)
    stem = file_stem(name)
    candidate, number = root / stem, 2
    free = Path(replaced.output_path) if replaced is not None and replaced.owns_output else None
    while candidate.exists() and candidate != free:
        candidate, number = root / f"{stem}-{number}", number + 1
    return OutputPlace(folder=candidate, owned=True)
