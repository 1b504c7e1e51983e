"""Thumbnails and preview films of jobs: made when somebody looks, kept until the room is needed."""

import threading
from collections.abc import Callable
from pathlib import Path

from zordon_app.domain.jobs import Job
from zordon_app.errors import PreviewFailed
from zordon_app.render.preview_store import PreviewStore, stamp_of
from zordon_app.render.thumbnails import BIG, SMALL, make_thumbnail

GIB = 1024**3
AT_ONCE = 2
"""Pictures made at a time: more would only wait for each other, and for the engine."""
MOST_STOPS = 20.0


class Previews:
    """Meets the Protocol of ``api.services``. Nothing here is needed for rendering; its folder may go at any time."""

    def __init__(
        self,
        *,
        folder: Path,
        artifacts: Callable[[Job], list[tuple[int, Path]]],
        finished: Callable[[Job], Path | None],
        limit_bytes: Callable[[], int] = lambda: 2 * GIB,
    ) -> None:
        """``artifacts`` gives the published unit files in order; ``finished`` the film of a completed video job."""
        self._store = PreviewStore(folder)
        self._artifacts = artifacts
        self._finished = finished
        self._limit_bytes = limit_bytes
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def image(self, job: Job, *, big: bool, unit: int | None, exposure: float = 0.0) -> Path | None:
        """A JPEG, 320 px wide or 960 with ``big``; of ``unit``, else of the one published last. None: nothing yet.

        Raises:
            PreviewFailed: an output is there but no preview could be made.
        """
        source = self._source(job, unit)
        if source is None:
            return None
        number, path = source
        stops = max(-MOST_STOPS, min(MOST_STOPS, exposure))
        return self._picture(job.id, number, path, BIG if big else SMALL, stops)

    def film(self, job: Job) -> Path | None:
        """The result of a completed video job."""
        return self._finished(job)

    def forget(self, job_id: str) -> None:
        """Delete the previews of a job."""
        self._store.forget(job_id)

    def sweep(self) -> int:
        """Keep to the limit; bytes deleted. To be called now and then."""
        return self._store.sweep(self._limit_bytes())

    def _source(self, job: Job, unit: int | None) -> tuple[str, Path] | None:
        published = dict(self._artifacts(job))
        wanted = job.last_unit if unit is None else unit
        if wanted in published:
            return str(wanted), published[wanted]
        film = self._finished(job)
        if film is not None:
            return "film", film
        if published and unit is None:
            last = max(published)
            return str(last), published[last]
        return None

    def _picture(self, job_id: str, number: str, path: Path, width: int, exposure: float) -> Path | None:
        try:
            stamp = stamp_of([path], width, exposure)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PreviewFailed(f"{path.name} cannot be read: {error.strerror}.") from error
        kind = f"{number}-{width}" + (f"-{exposure:+g}" if exposure else "")
        return self._store.get(job_id, kind, stamp, ".jpg", lambda target: self._make(path, target, width, exposure))

    def _make(self, path: Path, target: Path, width: int, exposure: float) -> None:
        with self._places:
            make_thumbnail(path, target, width=width, exposure=exposure)
