"""Thumbnails and preview films of jobs: made when somebody looks, kept until the room is needed."""

import threading
from collections.abc import Callable
from pathlib import Path

from zordon_app.domain.jobs import Job
from zordon_app.errors import PreviewFailed
from zordon_app.guard import Guard
from zordon_app.render.film_recipes import FilmRecipes
from zordon_app.render.film_writing import is_playable
from zordon_app.render.preview_films import PreviewFilms
from zordon_app.render.preview_store import PreviewStore, stamp_of
from zordon_app.render.thumbnails import BIG, SMALL, make_thumbnail

GIB = 1024**3
PATIENCE_SECONDS = 15.0
"""How long who asks for a film is kept waiting."""
AT_ONCE = 2
"""Pictures made at a time: more would only wait for each other, and for the engine."""
MOST_STOPS = 20.0
RESULT = "result"


class Previews:
    """Meets the Protocol of ``api.services``. Nothing here is needed for rendering; its folder may go at any time."""

    def __init__(
        self,
        *,
        folder: Path,
        artifacts: Callable[[Job], list[tuple[int, Path]]],
        finished: Callable[[Job], Path | None],
        limit_bytes: Callable[[], int] = lambda: 2 * GIB,
        patience_seconds: float = PATIENCE_SECONDS,
        guard: Guard | None = None,
    ) -> None:
        """``artifacts`` gives the published unit files in order; ``finished`` the film of a completed video job."""
        self._store = PreviewStore(folder)
        self._artifacts = artifacts
        self._finished = finished
        self._limit_bytes = limit_bytes
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._recipes = FilmRecipes(self._store, self._film_picture)
        self._films = PreviewFilms(self._store, patience_seconds=patience_seconds, guard=guard)

    def image(self, job: Job, *, big: bool, unit: int | None, exposure: float = 0.0) -> Path | None:
        """A JPEG, 320 px wide or 960 with ``big``; of ``unit``, else of the one published last. None: nothing yet.

        ``exposure``, in stops, makes images brighter or darker.

        Raises:
            PreviewFailed: an output is there but no preview could be made.
        """
        source = self._source(job, unit)
        if source is None:
            return None
        stops = max(-MOST_STOPS, min(MOST_STOPS, exposure))
        return self._picture(job.id, *source, BIG if big else SMALL, stops)

    def film(self, job: Job) -> Path | None:
        """An MP4 (or WebM) of all that is there by now; None when there is nothing, or the first takes its time.

        Of frames: each that is missing shows as a card. Of a video in work: the segments up to the first that is
        missing. Of a finished video: itself, where browsers play it.

        Raises:
            PreviewFailed: an output is there but no film could be made.
        """
        result = self._finished(job)
        if result is not None and result.is_file():
            return result if is_playable(result) else self._films.get(job.id, self._recipes.of_result(result))
        recipe = self._recipes.of_units(job, self._artifacts(job))
        return None if recipe is None else self._films.get(job.id, recipe)

    def forget(self, job_id: str) -> None:
        """Delete the previews of a job, and give up what is being made."""
        self._films.forget(job_id)
        self._store.forget(job_id)

    def sweep(self) -> int:
        """Keep to the limit; bytes deleted. To be called now and then."""
        return self._store.sweep(self._limit_bytes())

    def stop(self) -> None:
        """End the thread that makes films."""
        self._films.stop()

    def _source(self, job: Job, unit: int | None) -> tuple[str, Path] | None:
        result = self._finished(job)
        if unit is None and result is not None:
            return RESULT, result
        published = dict(self._artifacts(job))
        wanted = job.last_unit if unit is None else unit
        if wanted not in published and unit is None and published:
            wanted = max(published)
        if wanted in published and (result is None or published[wanted].is_file()):
            return str(wanted), published[wanted]
        return None if result is None else (RESULT, result)

    def _film_picture(self, job_id: str, number: int, path: Path) -> Path | None:
        return self._picture(job_id, str(number), path, BIG, 0.0)

    def _picture(self, job_id: str, name: str, path: Path, width: int, exposure: float) -> Path | None:
        try:
            stamp = stamp_of([path], width, exposure)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PreviewFailed(f"{path.name} cannot be read: {error.strerror}.") from error
        kind = f"{name}-{width}" + (f"e{exposure:+g}" if exposure else "")
        return self._store.get(job_id, kind, stamp, ".jpg", lambda target: self._make(path, target, width, exposure))

    def _make(self, path: Path, target: Path, width: int, exposure: float) -> None:
        with self._places:
            make_thumbnail(path, target, width=width, exposure=exposure)
