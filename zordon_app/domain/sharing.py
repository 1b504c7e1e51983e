"""What a parent and the nodes that work for it say to each other.

The child asks for leases, reports what happens in them and hands results in; the parent answers with orders. Every
message names lease and attempt, so repeated, late and reordered ones change nothing.
"""

from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from zordon_app.domain.jobs import BuildRef, Expected
from zordon_app.domain.leases import Lease, LeaseOrder

LEFT_OUT = "left out"
"""The status of a child job whose machine failed what others render well; it is one until a person tries again."""

STALE = "stale"
"""The status of a child job that has an older version of the project: it ends, and its machine is asked anew."""

HELPING = frozenset({"running", "configuring"})
"""The statuses of a child job whose machine is to be told when nobody wants its help any more."""

MOST_LOG = 128 * 1024
"""Bytes of logs in one message."""

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64)]


class JobOffer(Struct, frozen=True, kw_only=True):
    """All a child must know of its parent's job to render units of it; the project itself travels apart."""

    job: str
    name: str
    engine: str
    build: BuildRef
    args: dict[str, Any]
    facts: dict[str, Any]
    fps: float
    priority: int
    start_frame: int | None
    end_frame: int | None
    assemble: bool
    expected: Expected | None
    reads_parts: bool = False


class LeaseAsk(Struct, kw_only=True, forbid_unknown_fields=True):
    """A child wants work; the answer comes when there is some, or after ``wait`` seconds."""

    child: Annotated[str, Meta(max_length=60)]
    wait: Annotated[float, Meta(ge=0, le=25)] = 25.0


class LeaseGiven(Struct, kw_only=True):
    """The work, or none for now; ``ended`` when the job has ended and there will be none."""

    lease: Lease | None = None
    ended: bool = False


class NewsKind(StrEnum):
    """What happened to a unit, or to the whole lease."""

    STARTED = "started"
    PROGRESS = "progress"
    FAILED = "failed"
    RETURNED = "returned"
    """Given back untouched; nobody is to blame."""
    WARNING = "warning"
    FATAL = "fatal"
    """The project cannot be rendered at all."""


class News(Struct, frozen=True, kw_only=True):
    """One thing that happened; ``fraction`` is 0–1 inside the unit."""

    kind: NewsKind
    lease: str
    unit: int | None = None
    attempt: int | None = None
    fraction: float = 0.0
    message: Annotated[str, Meta(max_length=2000)] = ""


class LogPiece(Struct, frozen=True, kw_only=True):
    """Lines that an engine printed for a unit: bytes ``start`` to ``end`` of the unit's log on the child's machine."""

    unit: int
    start: Annotated[int, Meta(ge=0)]
    end: Annotated[int, Meta(ge=0)]
    text: Annotated[str, Meta(max_length=MOST_LOG)]


class Holding(Struct, frozen=True, kw_only=True):
    """A lease that a child still works on: its units with their attempts, so that a parent that forgot it knows it."""

    lease: str
    units: Annotated[list[tuple[int, int]], Meta(max_length=1000)]
    """Number and attempt of each."""
    made: Annotated[list[int], Meta(max_length=1000)] = field(default_factory=list)
    """Those that are rendered, and on their way to the parent."""


class ChildUpdate(Struct, kw_only=True):
    """``POST …/subjob_update``: what a child job did since the last one. ``seq`` grows with each."""

    id: Annotated[str, Meta(max_length=60)]
    """The child job."""
    status: str = ""
    reason: Annotated[str, Meta(max_length=1000)] = ""
    boot: Annotated[str, Meta(max_length=60)] = ""
    """Which start of the child's program this is; ``seq`` begins anew with each."""
    seq: int = 0
    holding: Annotated[list[Holding], Meta(max_length=100)] = field(default_factory=list)
    news: Annotated[list[News], Meta(max_length=5000)] = field(default_factory=list)
    logs: Annotated[list[LogPiece], Meta(max_length=1000)] = field(default_factory=list)


class ChildOrders(Struct, kw_only=True):
    """The parent's answer: what to do with each lease held, and units of it that others have by now."""

    orders: dict[str, LeaseOrder] = field(default_factory=dict)
    lost: dict[str, list[int]] = field(default_factory=dict)
    ended: bool = False


class Delivered(Struct, kw_only=True):
    """What became of a result: published, or set aside because another one counts."""

    published: bool


class Parcel(Struct, frozen=True, kw_only=True):
    """A result on its way to the parent: for which unit of whose job, under which lease and attempt."""

    child: str
    """The child job here."""
    job: str
    """The parent's job."""
    node: str
    """The parent."""
    unit: int
    attempt: int
    lease: str
    sha256: str
    bytes: int
    seconds: float
    program: str = ""
    """SHA-256 of the program that made it; empty where it is not known."""
