"""A look at a source as the window shows it."""

from pathlib import Path

from zordon_app.engines.base import Probe
from zordon_app.engines.ffmpeg.film import Film
from zordon_app.engines.ffmpeg.look import look_at_film
from zordon_app.engines.ffmpeg.recipe import as_data
from zordon_app.engines.ffmpeg.sequence import is_image, look_at_sequence, missing_numbers


def look(project: Path) -> Probe:
    """Look into a film or at numbered images; tens of milliseconds.

    ``facts`` is the ``Film`` as data. Frames of a film are counted from 1, images by their own numbers.

    Raises:
        BadRequest: nothing that a film can be made from; the sentence says why.
    """
    film = look_at_sequence(project) if is_image(project) else look_at_film(project)
    first, last = _frames(film)
    return Probe(
        engine="ffmpeg",
        project=str(project),
        start_frame=first,
        end_frame=last,
        fps=float(film.rate),
        width=film.width,
        height=film.height,
        missing_files=_missing(film),
        warnings=_warnings(film),
        facts=as_data(film),
    )


def _frames(film: Film) -> tuple[int | None, int | None]:
    if film.sequence is not None:
        numbers = film.sequence.numbers()
        return numbers[0], numbers[-1]
    return (1, film.frame_count) if film.frame_count else (None, None)


def _missing(film: Film) -> list[str]:
    if film.sequence is None:
        return []
    return [film.sequence.name(number) for number in missing_numbers(film.sequence.numbers())]


def _warnings(film: Film) -> list[str]:
    warnings: list[str] = []
    if film.is_hdr:
        warnings.append("The film is HDR. Its brightness is kept as it is; choose HEVC or AV1 with ten bits for it.")
    if film.is_dolby_vision:
        warnings.append(
            "The film is Dolby Vision without a picture for other screens (profile 5): "
            "its colours come out wrong, purple and green."
        )
    if film.is_interlaced:
        warnings.append("The film is interlaced; the filter yadif makes whole frames of it.")
    return warnings
