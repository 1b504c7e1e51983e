"""From a request to a job: everything that can be wrong is found before anything is written."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from zordon_app.domain.callers import Caller, Upload
from zordon_app.domain.ids import JobId, new_job_id
from zordon_app.domain.jobs import Job, ProjectPolicy, Unit
from zordon_app.domain.messages import JobRequest
from zordon_app.errors import BadRequest
from zordon_app.farm.intake.job_making import make_job
from zordon_app.farm.intake.output_names import OutputNames
from zordon_app.farm.intake.output_place import choose_output_place
from zordon_app.farm.intake.planning import Planned, Planning
from zordon_app.farm.intake.request_checks import FindJob, check_request
from zordon_app.farm.intake.sources import ProjectSources, Source
from zordon_app.farm.interfaces import Clock, Outputs

Prepared = tuple[Job, list[Unit]]


class Intake:
    """Turns requests into jobs with their units."""

    def __init__(
        self,
        *,
        planning: Planning,
        sources: ProjectSources,
        outputs: Outputs,
        clock: Clock,
        jobs_folder: Path,
        output_root: Callable[[], Path],
        names: OutputNames,
    ) -> None:
        """``output_root`` is where owned output folders go."""
        self._names = names
        self._planning = planning
        self._sources = sources
        self._outputs = outputs
        self._clock = clock
        self._jobs_folder = jobs_folder
        self._output_root = output_root

    def prepare(
        self,
        request: JobRequest,
        *,
        caller: Caller,
        upload: Upload | None,
        find: FindJob,
        beside: Sequence[Prepared] = (),
    ) -> Prepared:
        """The job and its ledger; nothing is stored yet. ``discard`` undoes the folders made here.

        ``find`` gives the other jobs that the request names; ``beside`` are those that come with it.

        Raises:
            BadRequest, Forbidden, NotFound: with the sentence for the person.
        """
        check_request(request, local=caller.local, find=find, now=self._clock.now())
        job_id, same = new_job_id(), find(request.project_of or "")
        try:
            source = self._sources.bring(job_id, request, upload, same)
            planned = self._planning.plan(request, source.path, local=caller.local, same=same)
            return self._make(job_id, source, planned, replaced=find(request.replaces or ""), beside=beside)
        except BaseException:
            self.discard(job_id)
            raise

    def plan(self, request: JobRequest, path: Path, *, caller: Caller, find: FindJob) -> Planned:
        """What ``prepare`` would make of a request for the project at ``path``; nothing is written or copied.

        Raises:
            BadRequest, Forbidden, NotFound: as there.
        """
        check_request(request, local=caller.local, find=find, now=self._clock.now())
        return self._planning.plan(request, path, local=caller.local, same=find(request.project_of or ""))

    def discard(self, job_id: JobId) -> None:
        """Remove the folder of a job that was not created after all."""
        shutil.rmtree(self._jobs_folder / job_id, ignore_errors=True)

    def _make(
        self, job_id: JobId, source: Source, planned: Planned, *, replaced: Job | None, beside: Sequence[Prepared]
    ) -> Prepared:
        request = planned.request
        place = choose_output_place(request, request.name or source.path.stem, self._output_root(), replaced)
        if request.project_policy == ProjectPolicy.FOLLOW and planned.plan.assemble:
            raise BadRequest("A film is of one source: it cannot follow a file that changes.", code="film_of_two")
        job = make_job(job_id, source, planned, place, self._clock.now())
        self._names.check(job, planned.plan, beside=beside, replaced=replaced)
        if not (place.owned and replaced is not None and str(place.folder) == replaced.output_path):
            self._outputs.make(place.folder, job_id, owned=place.owned)
        return job, [Unit(spec=spec) for spec in planned.plan.units]
