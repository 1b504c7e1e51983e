"""Review films: an ordinary job that makes a film of the frames that another job has made, or still makes."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job, Unit, UnitKind
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.domain.views import JobView
from zordon_app.errors import BadRequest, JobNotFound
from zordon_app.farm.ledger.state import FarmState

PRESET = "review-h264"
FEWEST_FRAMES = 2
LONGEST_NAME = 200


class Reviews:
    """Adds jobs for review films."""

    def __init__(
        self, state: FarmState, submit: Callable[[JobRequest], JobView], view: Callable[[str], JobView]
    ) -> None:
        """``submit`` adds a job as this machine's own programs do, ``view`` shows one."""
        self._state = state
        self._submit = submit
        self._view = view
        self._asking = threading.Lock()
        """One at a time, so that a second click finds the film of the first."""

    def review_film(self, job_id: str) -> JobView:
        """Add the job for the film of one job, unless one that makes it has not ended yet; that job.

        Raises:
            JobNotFound: there is no such job. BadRequest: no film can be made of it, or not yet.
        """
        if not self._state.has(job_id):
            raise JobNotFound(job_id)
        with self._asking:
            with self._state.lock:
                job, ledger = self._state.job(job_id), self._state.ledger(JobId(job_id))
                units = [ledger[number] for number in sorted(ledger)]
                request = review_request(job, units)
                known = film_under_way(self._state.jobs(), job, units, request.frames)
                if known is not None:
                    return self._view(known.id)
            return self._submit(request)


def review_request(job: Job, units: Sequence[Unit]) -> JobRequest:
    """What to ask for: with a job that goes on, the film waits for its end; else it shows what is there.

    A frame that is not there, as with a step of two, is stood in for by the one before: the film keeps its length.

    Raises:
        BadRequest: the job makes no frames, makes them for another machine, or fewer than two are there.
    """
    if job.parent is not None:
        raise BadRequest(
            "This machine only helps with that job. Make the film where the job was added.", code="film_elsewhere"
        )
    if job.assemble or any(unit.spec.kind != UnitKind.FRAME for unit in units):
        raise BadRequest("This job makes a film itself.", code="film_already")
    done = [unit for unit in units if unit.artifact and unit.spec.first >= 0]
    if len(done) < FEWEST_FRAMES:
        raise BadRequest("A film needs two frames at least. Wait until they are rendered.", code="film_too_early")
    goes_on = job.status.is_active or job.status in {JobStatus.SCHEDULED, JobStatus.CONFIGURING}
    shown = [unit for unit in units if unit.spec.first >= 0 and not is_left_out(unit)] if goes_on else done
    return JobRequest(
        name=f"{job.name} review"[:LONGEST_NAME],
        engine="ffmpeg",
        preset=PRESET,
        args={"sequence_fps": job.fps or 24.0, "gaps": "hold"},
        frames=f"{shown[0].spec.first}-{shown[-1].spec.last}",
        local_path=str(Path(job.output_path) / done[0].artifact),
        after=[job.id] if goes_on else [],
    )


def film_under_way(jobs: Sequence[Job], job: Job, units: Sequence[Unit], frames: str | None) -> Job | None:
    """The one of ``jobs`` that is a review film of the same ``frames`` of ``job`` and has not ended; else None.

    Which image a film was begun with depends on what was there then: any of the job's will do.
    """
    images = {str(Path(job.output_path) / unit.spec.file) for unit in units}
    return next(
        (
            film
            for film in jobs
            if film.preset == PRESET and film.project in images and film.frames == frames and not film.status.is_final
        ),
        None,
    )


def files_to_come(state: FarmState, jobs: Sequence[str], folder: Path) -> list[str]:
    """Names of files that ``jobs`` are still to put into ``folder``."""
    with state.lock:
        makers = [state.job(job_id) for job_id in jobs if state.has(job_id)]
        return [
            unit.spec.file
            for job in makers
            if not job.assemble and Path(job.output_path) == folder
            for unit in state.ledger(job.id).values()
            if not unit.artifact and not is_left_out(unit)
        ]


def is_left_out(unit: Unit) -> bool:
    """Whether a person decided that a unit shall not be there."""
    return unit.state == UnitState.SKIPPED and not unit.artifact
