"""Jobs and the engine builds they are bound to."""

from collections.abc import Iterable

from zordon_app.domain.jobs import BuildRef, Job


def job_bound_to(jobs: Iterable[Job], build: BuildRef) -> str:
    """The name of a job that has not ended and renders with ``build``; empty when there is none."""
    return next((job.name for job in jobs if job.build == build and not job.status.is_final), "")
