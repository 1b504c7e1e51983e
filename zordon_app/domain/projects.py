"""A project as it travels: its files with their hashes, so that none travels twice."""

from typing import Annotated

from msgspec import Meta, Struct

BLOCK = 2 * 1024 * 1024
"""Bytes of a film that travel and are hashed together when only parts of it are read."""
LARGE = 32 * BLOCK
"""Bytes from which on a film is read in parts: a smaller one is here before the first seek has paid."""


class ProjectFile(Struct, frozen=True, kw_only=True):
    """One file; ``path`` is relative to the project's root, with ``/``, and never leaves it."""

    path: Annotated[str, Meta(min_length=1, max_length=2000)]
    bytes: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class ProjectManifest(Struct, frozen=True, kw_only=True):
    """All files a job's project needs. ``main`` is the path a job names; it may be a pattern (``shot_%04d.png``).

    ``missing`` are files that the project names and that are not there. ``sha256`` is that of the list itself.
    ``blocks`` are the SHA-256 of each ``BLOCK`` bytes of the only file, where that is large; older nodes send none.
    """

    main: Annotated[str, Meta(min_length=1, max_length=2000)]
    files: Annotated[tuple[ProjectFile, ...], Meta(max_length=200_000)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    missing: tuple[str, ...] = ()
    blocks: tuple[Annotated[str, Meta(pattern="^[0-9a-f]{64}$")], ...] = ()
