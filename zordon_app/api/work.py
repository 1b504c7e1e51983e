"""What the routes of shared work need: met by ``farm.parent.desk``."""

from pathlib import Path
from typing import Protocol

from zordon_app.domain.projects import ProjectManifest
from zordon_app.domain.sharing import ChildOrders, ChildUpdate, Delivered, JobOffer, LeaseAsk, LeaseGiven


class SharedWork(Protocol):
    """Answers members of the farm; ``node`` is the one that signed in."""

    def offer(self, job_id: str, node: str) -> JobOffer:
        """What a node must know to help. Raises JobNotFound, Forbidden."""

    def lease(self, job_id: str, node: str, ask: LeaseAsk) -> LeaseGiven:
        """Units. Raises Forbidden."""

    def update(self, job_id: str, node: str, update: ChildUpdate) -> ChildOrders:
        """News, and orders for them. Raises Forbidden."""

    def deliver(
        self,
        job_id: str,
        node: str,
        number: int,
        *,
        attempt: int,
        lease: str,
        sha256: str,
        seconds: float,
        program: str,
        path: Path,
    ) -> Delivered:
        """A result. Raises Forbidden, BadRequest, DiskFull."""

    def project(self, job_id: str, node: str) -> ProjectManifest:
        """The project's files. Raises JobNotFound, Forbidden, BadRequest."""

    def project_file(self, job_id: str, node: str, sha256: str) -> Path:
        """One of them. Raises JobNotFound, Forbidden, NotFound."""

    def end(self, job_id: str, node: str) -> None:
        """The parent's job, for which this node worked, has ended. Raises JobNotFound."""
