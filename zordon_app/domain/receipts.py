"""Render receipts: what a job made, by whom and how, in a form that can be signed and checked for ever."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from zordon_app.domain.jobs import UnitKind
from zordon_app.domain.statuses import JobStatus, UnitState

VERSION = 1

Sha256 = Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]
"""In hex; empty where nobody knows it."""


class ReceiptNode(Struct, frozen=True, kw_only=True):
    """A machine: its device id, which follows from its key, and what people call it."""

    id: str
    name: str


class ReceiptBuild(Struct, frozen=True, kw_only=True):
    """The engine build that the job is bound to; every machine renders with that version.

    ``sha256`` is that of the program, ``kind`` (system, embedded, managed, bpy) where it came from, both on the machine
    that signs; empty when the build is no longer there.
    """

    engine: str
    version: str
    sha256: str
    kind: str


class ReceiptUnit(Struct, frozen=True, kw_only=True):
    """One frame or segment. ``seconds`` is engine time; ``sha256`` and ``bytes`` are of what the unit made.

    ``node`` is None for a unit that nobody rendered, such as one whose file was there before. ``program`` is the hash
    (SHA-256) of the program that made it: of one version there may be several, as a system's own and a fetched one.
    """

    unit: int
    kind: UnitKind
    first: int
    last: int
    state: UnitState
    file: str
    sha256: Sha256
    bytes: int
    node: ReceiptNode | None
    attempt: int
    seconds: float | None
    started_at: datetime | None
    ended_at: datetime | None
    program: str = ""
    project_sha256: Sha256 = ""


class ReceiptFile(Struct, frozen=True, kw_only=True):
    """A file of the job's output; ``file`` is relative to its folder."""

    file: str
    sha256: Sha256


class ReceiptJob(Struct, frozen=True, kw_only=True):
    """What was asked for. ``project`` is the name of the project file, without its folder.

    ``project_sha256`` is that of the list of all files of the project with their hashes.
    """

    id: str
    name: str
    project: str
    frames: str
    start_frame: int | None
    end_frame: int | None
    args: dict[str, Any]
    preset: str
    status: JobStatus
    warnings: list[str]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    project_sha256: Sha256 = ""


class Receipt(Struct, frozen=True, kw_only=True):
    """What is signed. ``node`` made it; ``files`` are all files of the output, ``units`` how each came to be."""

    version: int
    zordon: str
    made_at: datetime
    node: ReceiptNode
    job: ReceiptJob
    build: ReceiptBuild
    units: list[ReceiptUnit]
    files: list[ReceiptFile]


class SignedReceipt(Struct, frozen=True, kw_only=True):
    """A receipt, and the Ed25519 ``signature`` (hex) of the owner of ``public_key`` (hex) under ``message``."""

    receipt: Receipt
    public_key: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    signature: Annotated[str, Meta(pattern="^[0-9a-f]{128}$")]


def message(receipt: object) -> bytes:
    """What is signed: a purpose, and the receipt (a record, or its JSON as read) with all keys sorted and no spaces."""
    return b"zordon receipt 1\0" + msgspec.json.encode(msgspec.to_builtins(receipt), order="sorted")
