"""Before a job is made: each of its results has a name of its own, and takes none from a file that somebody owns."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from zordon_app.domain.jobs import Existing, Job, JobPlan, Unit
from zordon_app.errors import WouldReplace
from zordon_app.farm.intake.read_files import ReadFiles
from zordon_app.farm.interfaces import Outputs
from zordon_app.farm.ledger.state import FarmState
from zordon_app.files.names import folded, folder_place

MOST_NAMED = 3


class OutputNames:
    """Compares the names of results with what is there, and with what other jobs are to make."""

    def __init__(self, state: FarmState, outputs: Outputs, reads: ReadFiles) -> None:
        """The other jobs are those of ``state``."""
        self._state = state
        self._outputs = outputs
        self._reads = reads

    def check(
        self, job: Job, plan: JobPlan, *, beside: Sequence[tuple[Job, Sequence[Unit]]], replaced: Job | None
    ) -> None:
        """Raise WouldReplace where something would be lost.

        ``beside`` are jobs of the same request; ``replaced`` is the job in whose place the new one comes.
        """
        folder, names = Path(job.output_path), result_names(job, [unit.file for unit in plan.units])
        self._check_others(folder, names, beside, replaced)
        there = self._outputs.existing(folder, names)
        if not there:
            return
        readers = {name: self._reads.reader(str(folder / name), job) for name in there}
        read = [name for name in there if readers[name]]
        if read:
            raise WouldReplace(
                "{reader} reads {names} in {folder}, and the result would have the same name. Give the job another "
                "name, or another folder for its output.",
                code="would_replace_read",
                reader=_as_beginning(readers[read[0]]),
                names=shown(read),
                folder=folder,
            )
        foreign = self._outputs.foreign(folder, there) if job.existing == Existing.OVERWRITE else []
        if foreign:
            raise would_replace(foreign, folder)

    def _check_others(
        self,
        folder: Path,
        names: Sequence[str],
        beside: Sequence[tuple[Job, Sequence[Unit]]],
        replaced: Job | None,
    ) -> None:
        wanted, here = {folded(name): name for name in names}, folder_place(folder)
        open_jobs = [
            (other, list(self._state.ledger(other.id).values()))
            for other in self._state.unsettled()
            if not other.status.is_final and other.parent is None
        ]
        for other, units in [*open_jobs, *beside]:
            if other is replaced or folder_place(Path(other.output_path)) != here:
                continue
            theirs = result_names(other, [unit.spec.file for unit in units])
            same = [wanted[folded(name)] for name in theirs if folded(name) in wanted]
            if same:
                raise WouldReplace(
                    "The job {name!r} makes {names} in {folder} too. Give this one another name, or another folder for "
                    "its output.",
                    code="would_replace_others",
                    name=other.name,
                    names=shown(same),
                    folder=folder,
                )


def result_names(job: Job, units: Iterable[str]) -> list[str]:
    """The names of what a job puts into its output folder."""
    return [job.output_file] if job.assemble else list(units)


def would_replace(names: Sequence[str], folder: Path) -> WouldReplace:
    """Files that are there and not as Zordon made them."""
    return WouldReplace(
        "{count} of the results would replace what is in {folder} and not as Zordon made it: {names}. Choose another "
        "folder, or existing: skip to keep what is there, or existing: replace to lose it.",
        code="would_replace",
        count=len(names),
        folder=folder,
        names=shown(names),
    )


def shown(names: Sequence[str]) -> str:
    """The first of them."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _as_beginning(words: str) -> str:
    return words[:1].upper() + words[1:]
