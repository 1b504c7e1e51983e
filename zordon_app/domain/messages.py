"""What travels over the API: requests as they come in, checked by msgspec."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from zordon_app.domain.jobs import Existing, MissingFiles, ParentRef, ProjectPolicy


class ProjectUse(StrEnum):
    """With which version of its project a job goes on."""

    SUBMITTED = "submitted"
    NEW = "new"
    """For everything."""
    NEW_FOR = "new_for"
    """For what is not done, and for frames that are named."""


Name = Annotated[str, Meta(min_length=1, max_length=200)]
Frame = Annotated[int, Meta(ge=-1_048_574, le=1_048_574)]


class JobRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """One job of ``POST /api/add_job``; ``engine`` and ``renderer`` are the same field under two names."""

    name: Name | None = None
    renderer: str | None = None
    engine: str | None = None
    engine_version: str | None = None
    start_frame: Frame | None = None
    end_frame: Frame | None = None
    frames: Annotated[str, Meta(max_length=2000)] | None = None
    args: dict[str, Any] = field(default_factory=dict)
    enable_split_jobs: bool | None = None
    """Whether other machines may help; left out, the preset decides, else they may."""
    child_jobs: list[dict[str, Any]] = field(default_factory=list)
    local_path: str | None = None
    upload: str | None = None
    """Id under which a file that was sent to be looked into is kept."""
    project_of: str | None = None
    """Id of a job whose project is rendered again, in the place of a file or a path."""
    replaces: str | None = None
    """Id of a job that has not begun: the new one takes its place in the queue, and it is removed."""
    priority: Annotated[int, Meta(ge=0, le=100)] = 50
    paused: bool = False
    preset: str | None = None
    output_path: str | None = None
    missing_files: MissingFiles | None = None
    """Whether it waits for a person when its project names files that are not there; left out, the settings decide."""
    existing: Existing | None = None
    """What to do with files that are there; left out, the preset decides, else they are overwritten."""
    project_policy: ProjectPolicy = ProjectPolicy.PIN
    after: list[str] = field(default_factory=list)
    start_at: datetime | None = None
    nodes: list[str] = field(default_factory=list)
    max_attempts: Annotated[int, Meta(ge=1, le=20)] = 3
    parent: ParentRef | None = None
    idempotency_key: Annotated[str, Meta(min_length=1, max_length=200)] | None = None

    @property
    def may_split(self) -> bool:
        """Whether other machines may help, where no preset has a say."""
        return self.enable_split_jobs is not False

    @property
    def engine_name(self) -> str | None:
        """The engine asked for, under whichever of its two names."""
        return self.engine or self.renderer


class ManagedBuild(Struct, frozen=True, kw_only=True):
    """One download of an engine; the system that is left out is this machine's.

    ``version`` is a whole version, its beginning (``4.5``: the newest of them), or ``latest``, ``lts`` or ``daily``.
    """

    engine: Annotated[str, Meta(min_length=1, max_length=60)]
    version: Annotated[str, Meta(min_length=1, max_length=60)]
    system_os: Literal["linux", "macos", "windows"] | None = None
    cpu: Literal["x64", "arm64"] | None = None
    from_pip: bool = False
    """Blender as the Python module ``bpy``, which pip installs, instead of the program."""


class DownloadOrder(ManagedBuild, frozen=True, kw_only=True):
    """What to install; with ``wait`` the answer comes when it is installed, else at once.

    ``node`` is the id of the machine of the farm that shall have it, this one if left out; another is not waited for.
    """

    wait: bool = False
    node: Annotated[str, Meta(max_length=200)] = ""


class ArchiveOrder(Struct, frozen=True, kw_only=True):
    """An archive to install: a file that comes along, or a path on the server's machine.

    ``engine`` is needed when the file's name does not tell it; ``sha256`` (hex) is what its site published.
    """

    engine: Annotated[str, Meta(max_length=60)] | None = None
    local_path: Annotated[str, Meta(max_length=4096)] | None = None
    sha256: Annotated[str, Meta(pattern="^([0-9a-fA-F]{64})?$")] = ""
    wait: bool = False
