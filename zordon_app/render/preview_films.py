"""Preview films are made in a thread of their own, one at a time: a long one keeps nobody waiting for ever."""

import contextlib
import threading
from concurrent.futures import CancelledError, Future
from pathlib import Path

from msgspec import Struct

from zordon_app.errors import PreviewFailed
from zordon_app.guard import Guard
from zordon_app.render.film_recipes import Recipe
from zordon_app.render.preview_store import PreviewStore

KIND = "film"
SUFFIX = ".mp4"


class _Making(Struct):
    future: Future[Path]
    given_up: threading.Event


class PreviewFilms:
    """Who asks waits a while for the film, and has the one before while the new one takes longer."""

    def __init__(self, store: PreviewStore, *, patience_seconds: float, guard: Guard | None = None) -> None:
        self._store = store
        self._patience = patience_seconds
        self._lock = threading.Lock()
        self._making: dict[str, _Making] = {}
        self._pool = (guard or Guard()).pool("preview film", 1)
        self._stopped = threading.Event()

    def get(self, job_id: str, recipe: Recipe) -> Path | None:
        """The film of the recipe, or the last one made before it; None while the very first is being made.

        Raises:
            PreviewFailed: it cannot be made.
        """
        ready = self._store.find(job_id, KIND, recipe.stamp, SUFFIX)
        if ready is not None:
            return ready
        making = self._begin(job_id, recipe)
        with contextlib.suppress(TimeoutError, CancelledError):
            return making.future.result(self._patience)
        return self._store.find_older(job_id, KIND)

    def forget(self, job_id: str) -> None:
        """Give up what is being made of a job; nothing of it is written afterwards."""
        with self._lock:
            making = self._making.pop(job_id, None)
        if making is not None:
            making.given_up.set()
            making.future.cancel()
            with contextlib.suppress(PreviewFailed, CancelledError):
                making.future.result()

    def stop(self) -> None:
        """Give up everything and end the thread."""
        self._stopped.set()
        self._pool.shutdown(cancel_futures=True)

    def _begin(self, job_id: str, recipe: Recipe) -> _Making:
        """One film of a job at a time: frames that arrive meanwhile are in the next one."""
        with self._lock:
            known = self._making.get(job_id)
            if known is not None and not known.future.done():
                return known
            if self._stopped.is_set():
                raise PreviewFailed("Zordon is stopping.")
            given_up = threading.Event()
            making = _Making(self._pool.submit(self._make, job_id, recipe, given_up), given_up)
            self._making[job_id] = making
            return making

    def _make(self, job_id: str, recipe: Recipe, given_up: threading.Event) -> Path:
        def stop() -> bool:
            return given_up.is_set() or self._stopped.is_set()

        return self._store.get(job_id, KIND, recipe.stamp, SUFFIX, lambda target: recipe.make(target, stop))
