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


class PinnedFile(Struct, frozen=True, kw_only=True):
    """A file of one version of a project: how it looked on this machine, and what is in it (empty: not hashed yet).

    ``path`` is where the project reads it. ``source`` is what travels in its stead, ``travels`` the place it gets
    elsewhere, relative to the project's root; both are empty for what cannot travel.
    """

    path: str
    bytes: int
    mtime_ns: int
    inode: int
    sha256: str = ""
    source: str = ""
    travels: str = ""


class ProjectVersion(Struct, frozen=True, kw_only=True):
    """What was submitted. ``sha256`` is that of the list of all files with theirs; empty until all are hashed.

    ``main`` is the project file among the places, ``kept`` are the places of files that Zordon has copied,
    ``stays`` names what cannot travel.
    """

    files: tuple[PinnedFile, ...]
    sha256: str = ""
    main: str = ""
    manifest: ProjectManifest | None = None
    kept: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
