"""What the commands of a job are made of: data that travels with the job, as its ``facts``."""

from typing import Any

import msgspec
from msgspec import Struct

from zordon_app.domain.jobs import Job, UnitSpec
from zordon_app.engines.ffmpeg.film import Film
from zordon_app.engines.ffmpeg.settings import Settings


class Timing(Struct, frozen=True, kw_only=True):
    """How sound, subtitles and chapters of the source lie beside the picture; seconds."""

    seek: float | None = None
    """Time stamp of the first wanted frame; None: the source from its beginning."""
    seconds: float = 0.0
    """Length of the wanted part; 0: to the end."""
    delay: float = 0.0
    """How long after the source's beginning its picture starts, where nothing is cut off."""


class Recipe(Struct, frozen=True, kw_only=True):
    """Everything but the paths. ``unsplittable`` says why the job is one piece; empty when it is several."""

    settings: Settings
    film: Film
    timing: Timing = Timing()
    width: int = 0
    height: int = 0
    unsplittable: str = ""
    is_constant: bool = False
    """Whether the source's frames follow each other evenly."""


class Cut(Struct, frozen=True, kw_only=True):
    """The part of the source that a unit covers: ``UnitSpec.detail``."""

    seek: float | None = None
    """Time stamp (s) just before the first frame; None: from the beginning."""
    frames: int = 0
    """Frames to encode; 0: all that come."""
    start: int = 0
    end: int = 0
    """Microseconds from the first wanted frame."""


def recipe_of(job: Job) -> Recipe:
    """The recipe in a job's facts."""
    return msgspec.convert(job.facts, Recipe)


def cut_of(unit: UnitSpec) -> Cut:
    """The cut in a unit's detail."""
    return msgspec.convert(unit.detail, Cut)


def as_data(struct: Struct) -> dict[str, Any]:
    """A struct as what JSON can hold."""
    data: dict[str, Any] = msgspec.to_builtins(struct)
    return data
