"""Something kept for each job, and forgotten with it."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class ByJob(Generic[T]):
    """One ``T`` for each job. With the first word of a new job, those of deleted jobs are forgotten."""

    def __init__(self, make: Callable[[], T], is_there: Callable[[str], bool]) -> None:
        """``make`` gives the first of a job; ``is_there`` tells whether a job was not deleted yet."""
        self._make = make
        self._is_there = is_there
        self._kept: dict[str, T] = {}

    def of(self, job_id: str) -> T:
        """That of one job."""
        if job_id not in self._kept:
            self._kept = {job: kept for job, kept in self._kept.items() if self._is_there(job)}
            self._kept[job_id] = self._make()
        return self._kept[job_id]
