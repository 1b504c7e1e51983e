"""What the commands of a job are made of: data that travels with the job, as its ``facts``."""

from typing import Any

import msgspec
from msgspec import Struct, structs

from zordon_app.domain.jobs import Job, UnitSpec
from zordon_app.engines.ffmpeg.film import Film
from zordon_app.engines.ffmpeg.settings import Settings
from zordon_app.engines.ffmpeg.streams import Company, Track


class Timing(Struct, frozen=True, kw_only=True):
    """How sound, subtitles and chapters of the source lie beside the picture; seconds."""

    seek: float | None = None
    """Time stamp of the first wanted frame; None: the source from its beginning."""
    seconds: float = 0.0
    """Length of the wanted part; 0: to the end."""
    delay: float = 0.0
    """How long after the source's beginning its picture starts, where the film is joined and nothing is cut off."""
    skip: float = 0.0
    """How much after ``seek`` the wanted part begins; what lies before is read, and left out."""


class Recipe(Struct, frozen=True, kw_only=True):
    """Everything but the paths. ``unsplittable`` says why the job is one piece; empty when it is several."""

    settings: Settings
    film: Film
    timing: Timing = Timing()
    width: int = 0
    height: int = 0
    unsplittable: str = ""
    is_resized: bool = False
    """Whether the picture changes its size in the film, or is cropped, so that it is first brought to one size."""
    is_by_time: bool = False
    """Whether the source's time stamps do not tell which frames there are."""
    is_constant: bool = False
    """Whether the source's frames follow each other evenly."""


class Cut(Struct, frozen=True, kw_only=True):
    """The part of the source that a unit covers: ``UnitSpec.detail``."""

    seek: float | None = None
    """Time stamp (s) from which the source is read: that of a picture from which decoding can start, or just before the
    first frame. None: from the beginning."""
    lead: float = 0.0
    """Seconds from ``seek`` to the first frame."""
    after: float = 0.0
    """Seconds from ``seek`` to the middle between the frame before and the first: what comes earlier is left out."""
    until: float = 0.0
    """Seconds from ``seek`` to just after the time stamp of the last frame; 0: all that come."""
    frames: int = 0
    """Frames to encode; 0: all that come."""
    is_part: bool = False
    """Whether it is joined with others at the end, on whichever machine, so that it is made without sound."""
    start: int = 0
    end: int = 0
    """Microseconds from the first wanted frame."""


def recipe_of(job: Job) -> Recipe:
    """The recipe in a job's facts."""
    recipe = msgspec.convert(job.facts, Recipe)
    old = job.facts["settings"]
    return recipe if "company" in old else structs.replace(recipe, settings=_upgraded(recipe, old))


def _upgraded(recipe: Recipe, old: dict[str, Any]) -> Settings:
    """The settings of a job that was added before streams were chosen one by one."""
    sound = recipe.film.of("audio") if old.get("audio", "none") != "none" else []
    company = Company(
        sound=tuple(Track(stream=track.index, codec=old["audio_codec"]) for track in sound),
        subtitles=tuple(Track(stream=stream, codec=codec) for stream, codec in old.get("subtitles", ())),
    )
    return structs.replace(recipe.settings, company=company)


def cut_of(unit: UnitSpec) -> Cut:
    """The cut in a unit's detail."""
    return msgspec.convert(unit.detail, Cut)


def as_data(struct: Struct) -> dict[str, Any]:
    """A struct as what JSON can hold."""
    data: dict[str, Any] = msgspec.to_builtins(struct)
    return data
