"""Plain HTTP to a node, as any program would send it: no client of ours in between."""

import json
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

from tests.fakes.patience import HANG_SECONDS

ENDED = {"completed", "error", "cancelled"}


class Answer:
    """Status, headers and body of one answer."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.data

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def kind(self) -> str:
        return str(self.headers.get("Content-Type", "")).partition(";")[0]

    def refused(self, status: int) -> str:
        """The sentence of an error; fails when this is not one: plain text, one sentence or more, no traceback."""
        assert self.status == status, (self.status, self.text)
        assert self.kind == "text/plain", self.headers
        assert "Traceback" not in self.text, self.text
        assert 10 < len(self.text) < 1000, self.text
        assert self.text.endswith((".", "?")), self.text
        return self.text


class Api:
    """A node's API."""

    def __init__(self, address: str, *, timeout: float = HANG_SECONDS) -> None:
        self.address = address
        self._pool = urllib3.PoolManager(maxsize=10, timeout=timeout, retries=False)

    def close(self) -> None:
        self._pool.clear()

    def send(self, method: str, path: str, **options: Any) -> Answer:
        query = options.pop("query", None)
        url = f"{self.address}{path}"
        if query:
            url += "?" + urlencode(query)
        return Answer(self._pool.request(method, url, redirect=False, **options))

    def get(self, path: str, headers: dict[str, str] | None = None, **query: object) -> Answer:
        return self.send("GET", path, query=query, headers=headers or {})

    def post(self, path: str, value: object = None, headers: dict[str, str] | None = None, **query: object) -> Answer:
        if value is None:
            return self.send("POST", path, query=query, headers=headers or {})
        return self.send("POST", path, query=query, headers=headers or {}, json=value)

    def upload(self, path: str, value: object, file: Path | None = None, name: str | None = None) -> Answer:
        fields: dict[str, Any] = {"json": json.dumps(value)}
        if file is not None:
            fields["file"] = (name or file.name, file.read_bytes())
        return self.send("POST", path, fields=fields)

    def add(self, project: Path, **fields: object) -> dict[str, Any]:
        """A job of a project on this machine."""
        answer = self.post("/api/add_job", {"local_path": str(project), **fields})
        assert answer.status == 200, answer.text
        return answer.json

    def job(self, job_id: str) -> dict[str, Any]:
        answer = self.get(f"/api/jobs/{job_id}")
        assert answer.status == 200, answer.text
        return answer.json

    def units(self, job_id: str) -> dict[int, dict[str, Any]]:
        return {unit["unit"]: unit for unit in self.get(f"/api/jobs/{job_id}/units").json}

    def wait_for(self, job_id: str, is_so: Any, seconds: float = HANG_SECONDS) -> dict[str, Any]:
        """The job once it is as wanted; looks at every change of the list."""
        token = ""
        for _ in _until(seconds):
            job = self.job(job_id)
            if is_so(job):
                return job
            answer = self.get("/api/jobs/long_poll", token=token, delta=1, timeout=1)
            token = answer.json["token"] if answer.status == 200 else token
        raise AssertionError(f"after {seconds} s the job is {self.job(job_id)}")

    def wait_ended(self, job_id: str, seconds: float = HANG_SECONDS) -> dict[str, Any]:
        return self.wait_for(job_id, lambda job: job["status"] in ENDED, seconds)

    def wait_status(self, job_id: str, status: str, seconds: float = HANG_SECONDS) -> dict[str, Any]:
        return self.wait_for(job_id, lambda job: job["status"] == status, seconds)


def wait_until(is_so: Any, seconds: float = HANG_SECONDS, every: float = 0.05) -> Any:
    """What ``is_so`` gives once that is true."""
    pause = threading.Event()
    for _ in _until(seconds):
        found = is_so()
        if found:
            return found
        pause.wait(every)
    raise AssertionError(f"not within {seconds} s")


def _until(seconds: float) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
