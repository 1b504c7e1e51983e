"""The receipt of a job: the ledger as the signed word of this machine."""

from collections.abc import Callable
from pathlib import PurePath
from typing import Protocol

from zordon_app import __version__
from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Job, Unit
from zordon_app.domain.receipts import (
    VERSION,
    Receipt,
    ReceiptBuild,
    ReceiptFile,
    ReceiptJob,
    ReceiptNode,
    ReceiptUnit,
    SignedReceipt,
)
from zordon_app.errors import JobNotFound, NotFound
from zordon_app.farm.interfaces import Builds, Clock
from zordon_app.farm.ledger.state import FarmState


class Signer(Protocol):
    """The key of this machine."""

    id: str
    """Device id, derived from the key."""

    def sign_receipt(self, receipt: Receipt) -> SignedReceipt:
        """Sign it."""


class Receipts:
    """Makes receipts from the ledger, when they are asked for."""

    def __init__(
        self, state: FarmState, *, signer: Signer, builds: Builds, name_of: Callable[[str], str], clock: Clock
    ) -> None:
        """``name_of`` is what people call a node, this one too."""
        self._state = state
        self._signer = signer
        self._builds = builds
        self._name_of = name_of
        self._clock = clock

    def receipt(self, job_id: str) -> SignedReceipt:
        """The receipt of a job as it stands now.

        Raises:
            JobNotFound: there is no such job. NotFound: none of its files is there yet, or it belongs to a parent job.
        """
        if not self._state.has(job_id):
            raise JobNotFound(job_id)
        known = JobId(job_id)
        with self._state.lock:
            job, ledger = self._state.job(known), self._state.ledger(known)
            units = [ledger[number] for number in sorted(ledger)]
        if job.parent is not None:
            raise NotFound(
                "The receipt of this job is at the machine where it was submitted.", code="receipt_elsewhere"
            )
        files = output_files(job, units)
        if not files:
            raise NotFound("There is no receipt yet: no file of this job is done.", code="receipt_too_early")
        return self._signer.sign_receipt(self._make(job, units, files))

    def _make(self, job: Job, units: list[Unit], files: list[ReceiptFile]) -> Receipt:
        return Receipt(
            version=VERSION,
            zordon=__version__,
            made_at=self._clock.now(),
            node=self._node(self._signer.id),
            job=_job(job),
            build=self._build(job),
            units=[self._unit(unit) for unit in units],
            files=files,
        )

    def _node(self, node: str) -> ReceiptNode:
        return ReceiptNode(id=node, name=self._name_of(node))

    def _build(self, job: Job) -> ReceiptBuild:
        build = self._builds.find(job.build)
        return ReceiptBuild(
            engine=job.engine,
            version=job.build.version,
            sha256=job.build.sha256 or (build.sha256 if build else ""),
            kind=build.origin if build else "",
        )

    def _unit(self, unit: Unit) -> ReceiptUnit:
        return ReceiptUnit(
            unit=unit.spec.number,
            kind=unit.spec.kind,
            first=unit.spec.first,
            last=unit.spec.last,
            state=unit.state,
            file=unit.spec.file,
            sha256=unit.sha256,
            bytes=unit.bytes,
            node=self._node(unit.node) if unit.node else None,
            attempt=unit.attempt,
            seconds=unit.seconds,
            started_at=unit.started_at,
            ended_at=unit.ended_at,
            program=unit.program,
            project_sha256=unit.project,
        )


def output_files(job: Job, units: list[Unit]) -> list[ReceiptFile]:
    """The files in the output folder: those of the units, or what was put together from them."""
    made = [] if job.assemble else [(unit.artifact, unit.sha256) for unit in units if unit.artifact]
    joined = [(name, job.hashes.get(name, "")) for name in job.files]
    return [ReceiptFile(file=name, sha256=sha256) for name, sha256 in dict([*made, *joined]).items()]


def _job(job: Job) -> ReceiptJob:
    return ReceiptJob(
        id=job.id,
        name=job.name,
        project=PurePath(job.project).name,
        frames=job.frames,
        start_frame=job.start_frame,
        end_frame=job.end_frame,
        args=job.args,
        preset=job.preset,
        status=job.status,
        warnings=list(job.warnings),
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        project_sha256=job.project_sha256,
    )
