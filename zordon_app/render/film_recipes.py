"""How a preview film is made of what a job has by now: frames, segments, or a result that browsers cannot play."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from zordon_app.domain.jobs import Job
from zordon_app.errors import PreviewFailed
from zordon_app.render.film_frames import Shot, film_rate, in_pieces, list_shots, make_card
from zordon_app.render.film_pictures import shown_size
from zordon_app.render.film_writing import can_copy, encode_pictures, join_films, shrink_film
from zordon_app.render.preview_store import PreviewStore, stamp_of
from zordon_app.render.thumbnails import BIG, image_suffixes, read_jpeg

if TYPE_CHECKING:
    from zordon_app.render.film_frames import Rows

Stop = Callable[[], bool]
Published = Sequence[tuple[int, Path]]
_FORM = 1
"""To be raised when films are made differently, so that older ones are made again."""


class Recipe(Struct, frozen=True):
    """``stamp`` changes when the film would; ``make`` writes it to a path, or raises PreviewFailed if told to stop."""

    stamp: str
    make: Callable[[Path, Stop], None]


class FilmRecipes:
    """Finds the recipe for a job. Pieces of films are kept in the store beside the thumbnails."""

    def __init__(self, store: PreviewStore, picture: Callable[[str, int, Path], Path | None]) -> None:
        """``picture`` gives the large JPEG of a frame of a job; None when its file has gone. Raises PreviewFailed."""
        self._store = store
        self._picture = picture

    def of_result(self, film: Path) -> Recipe:
        """A smaller copy of a finished film, with its sound."""
        return Recipe(stamp_of([film], _FORM, "result"), lambda target, stop: shrink_film(film, target, BIG, stop=stop))

    def of_units(self, job: Job, published: Published) -> Recipe | None:
        """Of the frames or segments that are there; None when they do not make a film."""
        first = next((path for _number, path in published), None)
        if first is None:
            return None
        if first.suffix.lower() in image_suffixes():
            return self._of_frames(job, list_shots(job, published))
        return self._of_segments(job, [path for place, (number, path) in enumerate(published) if number == place])

    def _of_frames(self, job: Job, shots: Sequence[Shot]) -> Recipe | None:
        if len(shots) < 2:
            return None
        rate = film_rate(job.fps)

        def make(target: Path, stop: Stop) -> None:
            size = self._size(job, shots)
            join_films([self._piece(job, piece, size, rate, stop) for piece in in_pieces(shots)], target)

        return Recipe(_stamp(shots, rate), make)

    def _of_segments(self, job: Job, segments: Sequence[Path]) -> Recipe | None:
        there = [path for path in segments if path.is_file()]
        if not there or there[0] != segments[0]:
            return None

        def make(target: Path, stop: Stop) -> None:
            as_they_are = all(can_copy(path) for path in there)
            parts = there if as_they_are else [self._small(job, place, path, stop) for place, path in enumerate(there)]
            join_films(parts, target)

        return Recipe(stamp_of(there, _FORM, "segments"), make)

    def _size(self, job: Job, shots: Sequence[Shot]) -> tuple[int, int]:
        """That of the first frame that can be shown."""
        for shot in shots:
            picture = self._look(job, shot)
            if picture is not None:
                return shown_size(picture.shape[1], picture.shape[0], BIG)
        raise PreviewFailed("None of the frames can be shown.")

    def _piece(self, job: Job, shots: Sequence[Shot], size: tuple[int, int], rate: Fraction, stop: Stop) -> Path:
        def make(target: Path) -> None:
            encode_pictures(self._pictures(job, shots, size, stop), target, size=size, rate=rate)

        return self._store.get(job.id, f"piece-{shots[0].number}", _stamp(shots, rate, size), ".mp4", make)

    def _small(self, job: Job, place: int, path: Path, stop: Stop) -> Path:
        def make(target: Path) -> None:
            shrink_film(path, target, BIG, stop=stop, sound=False)

        return self._store.get(job.id, f"segment-{place}", stamp_of([path], _FORM), ".mp4", make)

    def _pictures(self, job: Job, shots: Sequence[Shot], size: tuple[int, int], stop: Stop) -> Iterator["Rows"]:
        for shot in shots:
            if stop():
                raise PreviewFailed("The preview was given up.")
            picture = self._look(job, shot)
            if picture is None:
                picture = make_card(*size, f"Frame {shot.number}", "cannot be shown" if shot.path else "is missing")
            yield picture

    def _look(self, job: Job, shot: Shot) -> "Rows | None":
        if shot.path is None:
            return None
        try:
            jpeg = self._picture(job.id, shot.number, shot.path)
        except PreviewFailed:
            return None  # The card says so; the other frames are worth seeing.
        return None if jpeg is None else read_jpeg(jpeg)


def _stamp(shots: Sequence[Shot], *parameters: object) -> str:
    facts = [(shot.number, str(shot.path or ""), shot.stamp) for shot in shots]
    return hashlib.sha256(repr((_FORM, facts, parameters)).encode()).hexdigest()[:16]
