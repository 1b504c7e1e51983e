"""What nodes ask of each other about work, over the link between them. Meets ``farm``'s ``PeerCalls``."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from urllib3.exceptions import HTTPError

from zordon_app.client import errors as refused
from zordon_app.client.calls import path_part
from zordon_app.client.engines import DOWNLOADS
from zordon_app.client.transport import LIST_BYTES, Answer
from zordon_app.client.work import LONG_SECONDS, SHORT_SECONDS, delivery
from zordon_app.domain.messages import DownloadOrder, JobRequest
from zordon_app.domain.projects import BLOCK, LARGE, ProjectFile, ProjectManifest
from zordon_app.domain.results import CheckedFile
from zordon_app.domain.sharing import ChildOrders, ChildUpdate, Delivered, JobOffer, LeaseAsk, LeaseGiven
from zordon_app.domain.views import NodeView
from zordon_app.engines.base import Report
from zordon_app.engines.builds.steps import Steps
from zordon_app.errors import BadRequest, Forbidden, NotFound, PeerGone, TooBusy
from zordon_app.peers.interfaces import Projects
from zordon_app.peers.links.hashing import HashBeside
from zordon_app.peers.links.link import PeerLink, Removed, read_answer

T = TypeVar("T")
Json = dict[str, Any]

ORDER_SECONDS = 50.0
"""The other machine may have to ask sites before it answers; who gave the order waits a minute for that."""

CHUNK = 128 * 1024
"""Bytes; of what was under way when a connection breaks, less than this is lost."""

log = logging.getLogger(__name__)


class Calls:
    """Calls to one peer."""

    def __init__(self, link: PeerLink, name: str, projects: Projects) -> None:
        """``projects`` is where projects that come from there are kept."""
        self._link = link
        self._name = name
        self._projects = projects

    def add_child(self, request: JobRequest) -> str:
        """Ask for help with a job; the id of the child job."""
        body = {name: value for name, value in msgspec.to_builtins(request).items() if value not in (None, [], {})}
        with self._errors():
            # Not repeated here either: it is asked again in the next round, and is then the same child job.
            answer = self._link.request("POST", "/api/add_job", json=body, repeatable=False, read_seconds=SHORT_SECONDS)
            return str(read_answer(answer, dict[str, Any])["id"])

    def end_child(self, job: str) -> None:
        """Our job has ended."""
        with self._errors():
            # Not repeated here: whoever tells it tells it again, and must not wait for one machine meanwhile.
            path = f"/api/jobs/{job}/end_child"
            self._link.request("POST", path, json={}, repeatable=False, read_seconds=SHORT_SECONDS)

    def pause(self, *, paused: bool, after_current: bool, until: datetime | None = None) -> NodeView:
        """Take it out of the work, for good or ``until`` a moment; or back."""
        how = {"after_current": after_current, "until": until.isoformat() if until else None}
        verb, body = ("pause", how) if paused else ("resume", {})
        with self._errors():
            answer = self._link.request("POST", f"/api/nodes/this/{verb}", json=body, read_seconds=SHORT_SECONDS)
            return read_answer(answer, NodeView)

    def history(self, seconds: float) -> dict[str, Any]:
        """Its load, as columns."""
        with self._errors():
            answer = self._link.request("GET", "/api/nodes/this/history", query={"seconds": seconds})
            return read_answer(answer, dict[str, Any])

    def benchmarks(self) -> list[dict[str, Any]]:
        """What was measured of it."""
        with self._errors():
            return read_answer(self._link.request("GET", "/api/nodes/this/benchmarks"), list[dict[str, Any]])

    def download(self, order: DownloadOrder) -> Json:
        """Let it install a build; ``order.node`` stays here, so that nobody passes an order on twice."""
        body = {name: value for name, value in msgspec.to_builtins(order).items() if value and name != "node"}
        with self._refusals():
            answer = self._link.request("POST", "/api/engines/download", json=body, read_seconds=ORDER_SECONDS)
            return read_answer(answer, Json)

    def downloads(self) -> list[Json]:
        """What it installs."""
        with self._refusals():
            return read_answer(self._link.request("GET", DOWNLOADS, read_seconds=SHORT_SECONDS), list[Json])

    def download_record(self, download_id: str) -> Json:
        """One of them."""
        with self._refusals():
            answer = self._link.request("GET", f"{DOWNLOADS}/{path_part(download_id)}", read_seconds=SHORT_SECONDS)
            return read_answer(answer, Json)

    def act_on_download(self, download_id: str, action: str) -> Json:
        """Hold it, go on with it or end it."""
        with self._refusals():
            path = f"{DOWNLOADS}/{path_part(download_id)}/{action}"
            return read_answer(self._link.request("POST", path, json={}, read_seconds=SHORT_SECONDS), Json)

    def offer(self, job: str) -> JobOffer:
        """What its job needs."""
        with self._errors():
            return read_answer(self._link.request("GET", f"/api/jobs/{job}/offer"), JobOffer)

    def lease(self, job: str, ask: LeaseAsk) -> LeaseGiven:
        """Units of its job."""
        with self._errors():
            return self._link.call(f"/api/jobs/{job}/lease", ask, LeaseGiven, read_seconds=ask.wait + SHORT_SECONDS)

    def update(self, job: str, update: ChildUpdate) -> ChildOrders:
        """News, and orders for them."""
        with self._errors():
            return self._link.call(f"/api/jobs/{job}/subjob_update", update, ChildOrders, read_seconds=SHORT_SECONDS)

    def deliver(self, job: str, number: int, *, attempt: int, lease: str, file: CheckedFile) -> Delivered:
        """Send one result."""
        options = delivery(file, attempt=attempt, lease=lease)
        with self._errors(), file.path.open("rb") as body:
            answer = self._link.request("PUT", f"/api/jobs/{job}/units/{number}", body=body, **options)
            return read_answer(answer, Delivered)

    def project(self, job: str) -> ProjectManifest:
        """The files of its job's project."""
        with self._errors():
            return read_answer(
                self._link.request("GET", f"/api/jobs/{job}/project", read_seconds=LONG_SECONDS, most_bytes=LIST_BYTES),
                ProjectManifest,
            )

    def fetch(self, job: str, manifest: ProjectManifest, report: Report) -> Path:
        """Bring the files that are not here yet; where the project file is."""
        wanted = self._projects.lacks(manifest)
        total = sum(file.bytes for file in wanted) or 1
        done = 0
        for file in wanted:

            def advance(count: int, path: str = file.path) -> None:
                nonlocal done
                done += count
                report(f"Copies {path}", min(done / total, 1.0))

            self._bring_file(job, file, advance)
        return self._projects.tree(manifest)

    def read_in_parts(self, job: str, manifest: ProjectManifest) -> str:
        """An address where engines here read what they need of a project; empty where it is better brought whole."""
        wanted = self._projects.lacks(manifest)
        if len(manifest.files) != 1 or not wanted or wanted[0].bytes < LARGE:
            return ""
        [file] = wanted
        if manifest.blocks and len(manifest.blocks) != -(-file.bytes // BLOCK):
            return ""

        def bring(start: int, end: int) -> bytes:
            path, headers = f"/api/jobs/{job}/project/{file.sha256}", {"Range": f"bytes={start}-{end - 1}"}
            with self._errors():
                data: bytes = self._link.request("GET", path, headers=headers, read_seconds=LONG_SECONDS).data
            if len(data) != end - start:
                raise BadRequest(f"{self._name} sent another part of {file.path} than was asked for.")
            return data

        return self._projects.in_parts(file, bring, manifest.blocks)

    def fetch_build(self, program_sha256: str, target: Path, steps: Steps) -> None:
        """Bring a packed build, going on with what ``target`` has already; its hash is compared with what was sent.

        Raises:
            Stopped: a person held or cancelled it.
            BadRequest: it is not there any more, or what came is damaged.
        """
        with self._errors(), HashBeside() as digest:
            with self._opened(f"/api/peer/builds/{program_sha256}", target, digest) as (answer, start):
                steps.begin(start, start + int(answer.headers.get("Content-Length", 0)))
                _append(answer, target, digest, steps.advance)
            if digest.hexdigest() != answer.headers.get("ETag", "").strip('"'):
                raise BadRequest(f"The build arrived damaged from {self._name}.")

    def _bring_file(self, job: str, file: ProjectFile, advance: Callable[[int], None]) -> None:
        """One file of a project, from where an earlier try ended; ``advance`` is told the bytes of each step."""
        part = self._projects.part(file)
        if part.exists() and part.stat().st_size >= file.bytes:
            part.unlink()
        path = f"/api/jobs/{job}/project/{file.sha256}"
        with self._errors(), HashBeside() as digest:
            with self._opened(path, part, digest) as (answer, start):
                advance(start)
                _append(answer, part, digest, advance)
            self._projects.keep(file, digest.hexdigest())

    @contextmanager
    def _opened(self, path: str, part: Path, digest: HashBeside) -> Iterator[tuple[Answer, int]]:
        """The answer with the bytes that ``part`` lacks, and how many it has; those are in ``digest`` then."""
        start = part.stat().st_size if part.exists() else 0
        if start:
            digest.read(part)
        headers = {"Range": f"bytes={start}-"} if start else {}
        answer = self._link.request("GET", path, headers=headers, stream=True, read_seconds=LONG_SECONDS)
        if start and answer.status != 206:
            start = 0
            digest.begin_anew()
        try:
            yield answer, start
        finally:
            answer.release_conn()

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """The same for orders of people: what it does not have is not found here either, what it cannot now is told."""
        with self._errors():
            try:
                yield
            except refused.NotFound as error:
                raise NotFound(str(error)) from error
            except refused.Busy as error:
                raise TooBusy(str(error)) from error

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """What went wrong, in the words of the farm."""
        try:
            yield
        except (refused.Unreachable, refused.Busy, refused.ServerFailed, refused.NotSignedIn, Removed) as error:
            raise PeerGone("{name} does not answer: {why}", code="peer_gone", name=self._name, why=error) from error
        except refused.Forbidden as error:
            raise Forbidden(str(error)) from error
        except refused.ServerError as error:
            raise BadRequest(str(error)) from error
        except (OSError, HTTPError) as error:
            raise PeerGone(
                "The connection to {name} broke: {why}", code="peer_broke", name=self._name, why=error
            ) from error


def _append(answer: Answer, part: Path, digest: HashBeside, advance: Callable[[int], None]) -> None:
    with part.open("ab" if answer.status == 206 else "wb") as target:
        for block in answer.stream(CHUNK):
            digest.update(block)
            target.write(block)
            advance(len(block))
