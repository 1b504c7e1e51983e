"""Jobs: reading, adding and acting."""

import uuid
from pathlib import Path

from zordon_app.client.calls import (
    Calls,
    Json,
    as_list,
    as_object,
    given,
    job_path,
    path_part,
)
from zordon_app.client.download import OnBytes


class JobCalls(Calls):
    """The routes of jobs."""

    def list_jobs(self) -> Json:
        """All jobs, asked now: ``{"jobs": […], "token": …}``."""
        return self._object("GET", "/api/jobs")

    def get_queue(self) -> Json:
        """When all that waits and runs will be done: ``{"jobs", "seconds", "at_least", "ends_at"}``."""
        return self._object("GET", "/api/queue")

    def long_poll(self, token: str | None = None, *, delta: bool = False, seconds: float = 25.0) -> Json | None:
        """One long poll; None when nothing changed for ``seconds``."""
        query = {"token": token, "delta": int(delta), "timeout": seconds}
        answer = self.request("GET", "/api/jobs/long_poll", query=query, read_seconds=seconds + 10)
        return None if answer.status == 204 else as_object(answer)

    def get_jobs_in_status(self, status: str) -> list[Json]:
        """The jobs in one status. Raises BadRequest for none."""
        return self._list("GET", f"/api/jobs/status/{path_part(status)}")

    def get_job(self, job_id: str) -> Json:
        """One job."""
        return self._object("GET", job_path(job_id))

    def get_job_units(self, job_id: str) -> list[Json]:
        """The ledger of one job."""
        return self._list("GET", job_path(job_id, "units"))

    def get_job_reads(self, job_id: str) -> Json:
        """Its project and what that reads, as paths of the server's machine: for programs there only."""
        return self._object("GET", job_path(job_id, "reads"))

    def forget_upload(self, upload_id: str) -> None:
        """Forget a file that a look into it kept for the job to come."""
        self.request("DELETE", f"/api/uploads/{path_part(upload_id)}")

    def create_job(
        self, jobs: Json | list[Json], file: Path | None = None, on_bytes: OnBytes | None = None
    ) -> Json | list[Json]:
        """Add one job (an object) or several (a list), all or none; ``file`` is sent along without being read whole.

        Each job gets an ``idempotency_key`` if it has none, so that a repeated request makes no second job.
        """
        keyed = [{"idempotency_key": uuid.uuid4().hex, **job} for job in (jobs if isinstance(jobs, list) else [jobs])]
        answer = self._submit("/api/add_job", keyed if isinstance(jobs, list) else keyed[0], file, on_bytes)
        return as_list(answer) if isinstance(jobs, list) else as_object(answer)

    def probe(self, wanted: Json, file: Path | None = None, on_bytes: OnBytes | None = None) -> Json:
        """Look into a project: of ``file``, or of ``wanted["local_path"]`` on the server's machine."""
        return as_object(self._submit("/api/probe", wanted, file, on_bytes))

    def plan(self, wanted: Json) -> Json:
        """What a job would come to: ``units``, and in ``unsplittable`` why it would be one piece, if it would."""
        return self._object("POST", "/api/plan", json=wanted)

    def cancel_job(self, job_id: str) -> Json:
        """Stop it; the job as it is now."""
        return self._object("POST", job_path(job_id, "cancel"), json={"confirm": True})

    def delete_job(self, job_id: str, *, keep_output: bool = False) -> None:
        """Stop and remove it, with ``keep_output`` without the files that it has made."""
        self.request("POST", job_path(job_id, "delete"), json={"confirm": True, "keep_output": keep_output})

    def pause_job(self, job_id: str, *, after_current: bool = False) -> Json:
        """Hold it."""
        return self._object("POST", job_path(job_id, "pause"), json={"after_current": after_current})

    def resume_job(self, job_id: str) -> Json:
        """Go on."""
        return self._object("POST", job_path(job_id, "resume"), json={})

    def retry_job(self, job_id: str, frames: str | None = None) -> Json:
        """Try failed units again."""
        return self._object("POST", job_path(job_id, "retry"), json=given(frames=frames))

    def skip_units(self, job_id: str, frames: str) -> Json:
        """Leave units out."""
        return self._object("POST", job_path(job_id, "skip"), json={"frames": frames})

    def rerender_units(self, job_id: str, frames: str | None = None, *, elsewhere: bool = False) -> Json:
        """Render done units again; ``elsewhere``: on other machines than made them, while there are some."""
        wanted = given(frames=frames, elsewhere=elsewhere or None)
        return self._object("POST", job_path(job_id, "rerender"), json=wanted)

    def choose_project(self, job_id: str, use: str, frames: str | None = None) -> Json:
        """Go on with a version of the project: submitted, new, or new_for what is not done and ``frames``."""
        return self._object("POST", job_path(job_id, "project"), json=given(use=use, frames=frames))

    def move_job(self, job_id: str, where: str, other: str | None = None) -> Json:
        """``where``: top, up, down, bottom, before or after (``other``, a job id)."""
        return self._object("POST", job_path(job_id, "move"), json=given(where=where, other=other))

    def make_review_film(self, job_id: str) -> Json:
        """Add a job that makes a film of its frames; that job. It waits for one that goes on.

        While such a job for the same frames has not ended, it is that one.
        """
        return self._object("POST", job_path(job_id, "review_film"), json={})

    def set_job_nodes(self, job_id: str, nodes: list[str], *, split: bool | None = None) -> Json:
        """The machines (ids) that may take part, none for all; ``split``: whether others than its own may."""
        return self._object("POST", job_path(job_id, "nodes"), json=given(nodes=nodes, enable_split_jobs=split))

    def set_job_priority(self, job_id: str, priority: int) -> Json:
        """0 to 100."""
        return self._object("POST", job_path(job_id, "priority"), json={"priority": priority})
