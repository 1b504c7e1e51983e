"""What a job may do to a file that has the name of one of its results already."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from zordon_app.domain.jobs import Existing


class Claim(Struct, frozen=True, kw_only=True):
    """A result that wants its name. ``sha256`` is its own, ``known`` are those that the job has published before it.

    ``since`` is when the job was made: what other jobs put there later is theirs. ``reader`` names what reads a file,
    else is empty; ``is_open`` tells of a job whether it goes on.
    """

    job: str
    sha256: str
    since: datetime
    existing: Existing
    known: tuple[str, ...] = ()
    reader: Callable[[str], str] = lambda _path: ""
    is_open: Callable[[str], bool] = lambda _job: False


class MadeFile(Struct, frozen=True, kw_only=True):
    """A file that Zordon made; ``bytes`` and ``mtime_ns`` tell at a glance that it is unchanged."""

    file: str
    sha256: str
    bytes: int
    mtime_ns: int
    job: str
    at: datetime
