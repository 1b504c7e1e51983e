"""Bodies and answers of the API that are nobody else's: records for msgspec and for the document."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from zordon_app.domain.messages import ProjectUse
from zordon_app.domain.views import JobView, NodeView, QueueView

FrameText = Annotated[str, Meta(min_length=1, max_length=2000, examples=["1-10x2,15"])]


class JobList(Struct, kw_only=True):
    """All jobs; ``token`` changes whenever one of them does."""

    jobs: list[JobView]
    token: str


class Delta(Struct, kw_only=True):
    """What changed since a token; ``full`` means that ``jobs`` are all jobs. ``time`` is the server's clock."""

    token: str
    full: bool
    jobs: list[JobView]
    removed: list[str]
    nodes: list[NodeView]
    queue: QueueView
    engines: list[Any]
    time: Any


class Snapshot(Struct, kw_only=True):
    """Status and jobs at one moment."""

    timestamp: datetime
    status: dict[str, Any]
    jobs: list[JobView]
    token: str


class DiskSpeed(Struct, kw_only=True):
    """Megabytes per second."""

    write_mb_per_s: float
    read_mb_per_s: float


class BenchmarkOrder(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which build to measure: a version or its beginning; the one that jobs get if left out."""

    version: Annotated[str, Meta(max_length=100)] | None = None


class EngineSpeed(Struct, kw_only=True):
    """How fast an engine (``kind``) does a standard job, the same on every machine; larger is faster.

    FFmpeg: frames per second; Blender: millions of samples per second.
    """

    kind: str
    value: float
    at: datetime
    version: str


class Done(Struct, kw_only=True):
    """It is done and there is nothing to tell."""

    ok: bool = True


class Confirm(Struct, kw_only=True):
    """``confirm`` must be truthy, here or in the query."""

    confirm: bool = False
    redirect: bool = False


class Delete(Confirm, kw_only=True):
    """The same; with ``keep_output`` the files that the job has made stay where they are."""

    keep_output: bool = False


class Pause(Struct, kw_only=True, forbid_unknown_fields=True):
    """With ``after_current`` what is being rendered is finished first."""

    after_current: bool = False


class NodePause(Pause, kw_only=True, forbid_unknown_fields=True):
    """The same for a machine; ``until`` (with its time zone) ends the pause by itself."""

    until: datetime | None = None


class Frames(Struct, kw_only=True, forbid_unknown_fields=True):
    """The units meant, by frame range; all that fit when left out."""

    frames: FrameText | None = None


class FramesAgain(Frames, kw_only=True, forbid_unknown_fields=True):
    """The units to be made again; ``elsewhere``: by other machines than made them, while there are some."""

    elsewhere: bool = False


class ProjectToUse(Struct, kw_only=True, forbid_unknown_fields=True):
    """The version of its project with which a job goes on; ``frames`` that have ended are rendered again."""

    use: ProjectUse
    frames: FrameText | None = None


class NeededFrames(Struct, kw_only=True, forbid_unknown_fields=True):
    """The units meant, by frame range."""

    frames: FrameText


class Priority(Struct, kw_only=True, forbid_unknown_fields=True):
    """0 to 100; higher goes first."""

    priority: Annotated[int, Meta(ge=0, le=100)]


class JobNodes(Struct, kw_only=True, forbid_unknown_fields=True):
    """Ids of the machines that may take part (``this``: the one that has the job), none for all.

    ``enable_split_jobs`` says whether others than the one that has the job may; left out, that stays as it is.
    """

    nodes: Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(max_length=1000)]
    enable_split_jobs: bool | None = None


class Move(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where to; ``other`` is a job id, for before and after."""

    where: Literal["top", "up", "down", "bottom", "before", "after"]
    other: Annotated[str, Meta(max_length=100)] | None = None


class ProbeRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """What to look into: a file that comes along, ``local_path`` for programs on this machine, or a job's project."""

    local_path: Annotated[str, Meta(min_length=1, max_length=4096)] | None = None
    project_of: Annotated[str, Meta(max_length=100)] | None = None
    engine: Annotated[str, Meta(max_length=100)] | None = None
    engine_version: Annotated[str, Meta(max_length=100)] | None = None
    keep: bool = False
    """Whether the file that comes along is kept for an hour, for the job that follows: the answer's ``upload``."""


class PresetsText(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a presets.yaml could hold."""

    text: Annotated[str, Meta(max_length=1024 * 1024)]


class PresetsFileBody(PresetsText, kw_only=True, forbid_unknown_fields=True):
    """What presets.yaml shall hold; with ``replaces``, the hash of the file as it was read, nobody's work is lost."""

    replaces: Annotated[str, Meta(max_length=64)] | None = None


class PresetBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """One of the person's own presets; what is left out is taken over from what it ``extends``.

    ``output`` may hold ``existing`` (overwrite, skip), ``split`` may hold ``enabled``; ``params`` are arguments of the
    engine, and null there takes back an inherited one.
    """

    name: Annotated[str, Meta(max_length=200)] = ""
    engine: Annotated[str, Meta(max_length=60)] = ""
    description: Annotated[str, Meta(max_length=2000)] = ""
    extends: Annotated[str, Meta(max_length=60)] = ""
    params: dict[str, Any] = field(default_factory=dict)
    tags: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=50)] = field(default_factory=list)
    icon: Annotated[str, Meta(max_length=60)] = ""
    output: dict[str, Any] = field(default_factory=dict)
    split: dict[str, Any] = field(default_factory=dict)


class Uploaded(Struct, kw_only=True):
    """The fields of a multipart form; ``json`` is the same as a JSON body, as text or as a part."""

    json: Any
    file: bytes = field(default=b"")
