"""What the nodes of a farm ask of each other while they share a job; taken from members only."""

from pathlib import Path
from typing import Any

from zordon_app.client.calls import Calls, Json, job_path, path_part, typed
from zordon_app.client.download import OnBytes, Wanted, download, target_for
from zordon_app.client.transport import LIST_BYTES
from zordon_app.domain.projects import ProjectManifest
from zordon_app.domain.results import CheckedFile
from zordon_app.domain.sharing import ChildOrders, ChildUpdate, Delivered, JobOffer, LeaseAsk, LeaseGiven

SHORT_SECONDS = 10.0
LONG_SECONDS = 120.0
"""For answers that come after a check or a hash of a large file."""


def delivery(file: CheckedFile, *, attempt: int, lease: str) -> dict[str, Any]:
    """How the artifact of a unit is sent: the options of ``Transport.send`` but for the body, which is the file."""
    return {
        "query": {
            "attempt": attempt,
            "lease": lease,
            "sha256": file.sha256,
            "seconds": f"{file.seconds:.6f}",
            "program": file.program,
        },
        "headers": {"Content-Type": "application/octet-stream", "Content-Length": str(file.bytes)},
        "read_seconds": LONG_SECONDS,
        "repeatable": False,
    }


class WorkCalls(Calls):
    """The routes of shared work. ``job_id`` is the parent's job."""

    def get_job_offer(self, job_id: str) -> JobOffer:
        """What a node must know to help."""
        return typed(self.request("GET", job_path(job_id, "offer")), JobOffer)

    def ask_for_lease(self, job_id: str, ask: LeaseAsk) -> LeaseGiven:
        """Units to render; waits for some as long as ``ask`` says."""
        seconds = ask.wait + SHORT_SECONDS
        return typed(self.request("POST", job_path(job_id, "lease"), json=ask, read_seconds=seconds), LeaseGiven)

    def send_subjob_update_notification(self, job_id: str, update: ChildUpdate | Json) -> ChildOrders:
        """Tell that a child job changed; what the child is to do now."""
        answer = self.request("POST", job_path(job_id, "subjob_update"), json=update, read_seconds=SHORT_SECONDS)
        return typed(answer, ChildOrders)

    def end_child_job(self, job_id: str) -> None:
        """Tell a child that its parent's job has ended."""
        self.request("POST", job_path(job_id, "end_child"), json={}, repeatable=True)

    def deliver_unit(self, job_id: str, unit: int, file: CheckedFile, *, attempt: int, lease: str) -> Delivered:
        """Send the artifact of one unit; under its attempt it may be sent again."""
        options = delivery(file, attempt=attempt, lease=lease)
        with file.path.open("rb") as body:
            return typed(self.request("PUT", job_path(job_id, f"units/{unit}"), body=body, **options), Delivered)

    def get_job_project(self, job_id: str) -> ProjectManifest:
        """The files of the project, with their hashes."""
        return typed(
            self.request("GET", job_path(job_id, "project"), read_seconds=LONG_SECONDS, most_bytes=LIST_BYTES),
            ProjectManifest,
        )

    def download_project_file(self, job_id: str, sha256: str, folder: Path, on_bytes: OnBytes | None = None) -> Path:
        """One file of the project into ``folder``, named by its hash: resumed after a break, and checked."""
        path = job_path(job_id, f"project/{path_part(sha256)}")
        return download(self._transport, Wanted(path=path, query={}, target=target_for(folder, sha256)), on_bytes)
