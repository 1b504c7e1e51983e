"""A project as it travels: its files with their hashes, so that none travels twice."""

from typing import Annotated

from msgspec import Meta, Struct


class ProjectFile(Struct, frozen=True, kw_only=True):
    """One file; ``path`` is relative to the project's root, with ``/``, and never leaves it."""

    path: Annotated[str, Meta(min_length=1, max_length=2000)]
    bytes: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class ProjectManifest(Struct, frozen=True, kw_only=True):
    """All files a job's project needs. ``main`` is the path a job names; it may be a pattern (``shot_%04d.png``).

    ``missing`` are files that the project names and that are not there. ``sha256`` is that of the list itself.
    """

    main: Annotated[str, Meta(min_length=1, max_length=2000)]
    files: Annotated[tuple[ProjectFile, ...], Meta(max_length=200_000)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    missing: tuple[str, ...] = ()
