"""The list of jobs of a server, kept fresh by one thread and one long poll."""

import threading
from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

from zordon_app.client.errors import BadAnswer, Busy, ServerError
from zordon_app.client.transport import Transport, json_of
from zordon_app.guard import LOOK_IN_LOG, Guard

POLL_SECONDS = 25
GRACE_SECONDS = 10.0
"""How much later than promised a poll may be answered before it counts as lost."""
FIRST_SECONDS = 15.0
CLOSING_STEP_SECONDS = 0.1
CLOSING_STEPS = 50
PAUSES = (0.25, 0.5, 1.0, 2.0, 5.0)

Job = dict[str, Any]


class Seen(Struct):
    """What the server last told: jobs by id, machines, and its token. ``revision`` counts our own updates."""

    jobs: dict[str, Job] = field(default_factory=dict)
    nodes: list[dict[str, Any]] = field(default_factory=list)
    token: str = ""
    revision: int = 0


def merged(seen: Seen, delta: dict[str, Any]) -> Seen:
    """``seen`` with a delta of the long poll laid over it. Raises BadAnswer when it is none."""
    try:
        jobs = {} if delta.get("full", True) else dict(seen.jobs)
        jobs |= {str(job["id"]): job for job in delta["jobs"]}
        for job_id in delta.get("removed", []):
            jobs.pop(job_id, None)
        return Seen(jobs, delta.get("nodes") or seen.nodes, str(delta["token"]), seen.revision + 1)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadAnswer("The server's list of jobs cannot be read. Is it really a Zordon?") from error


def in_queue_order(jobs: Iterable[Job]) -> list[Job]:
    """Jobs as the server works on them: priority, place in the queue, age."""
    return sorted(
        jobs, key=lambda job: (-job.get("priority", 0), job.get("order", 0.0), str(job.get("created_at", "")))
    )


class JobCache:
    """Polls from the first question on, until ``close``."""

    def __init__(self, transport: Transport) -> None:
        """Nothing runs before the first question."""
        self._transport = transport
        self._stop = threading.Event()
        self._guard = Guard()
        self._news = threading.Condition()
        self._seen = Seen()
        self._error: ServerError | None = None
        self._thread: threading.Thread | None = None
        self._connections = transport.connections(1)

    def seen(self) -> Seen:
        """What is known now; waits for the first answer.

        Raises:
            ServerError: the server does not answer at present, so what is known may be old.
        """
        self._start()
        with self._news:
            self._news.wait_for(self._has_answer, FIRST_SECONDS)
            if self._error is not None:
                raise self._error
            return self._seen

    def wait(self, revision: int, seconds: float) -> bool:
        """Block until something newer than ``revision`` is known, the server is lost, or ``seconds`` pass (False)."""
        self._start()
        with self._news:
            return self._news.wait_for(lambda: self._seen.revision > revision or self._error is not None, seconds)

    def close(self) -> None:
        """Break off the poll and join the thread; may be called twice."""
        self._stop.set()
        with self._news:
            thread = self._thread
            self._news.notify_all()
        # More than once: the thread may be just about to connect.
        for _ in range(CLOSING_STEPS):
            self._connections.close()
            if thread is None or not thread.is_alive():
                break
            thread.join(CLOSING_STEP_SECONDS)

    def _has_answer(self) -> bool:
        return self._seen.revision > 0 or self._error is not None or self._stop.is_set()

    def _start(self) -> None:
        with self._news:
            if self._thread is None and not self._stop.is_set():
                self._thread = self._guard.thread(
                    "zordon-jobs-of", self._run, about=self._transport.address.host, daemon=True
                )
                self._thread.start()

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                pause = 0.0 if self._poll() else PAUSES[0]
                failures = 0
            except ServerError as error:
                pause = error.retry_after if isinstance(error, Busy) else PAUSES[min(failures, len(PAUSES) - 1)]
                failures += 1
                self._tell(error=error)
            except Exception as error:  # noqa: BLE001 - who asks is told, and the next poll may go well
                self._guard.meet("zordon-jobs-of", error)
                pause = PAUSES[-1]
                self._tell(error=BadAnswer(f"The list of jobs could not be followed; {LOOK_IN_LOG}"))
            self._stop.wait(pause)

    def _poll(self) -> bool:
        """Ask once; False when the answer was that nothing changed."""
        query = {"token": self._seen.token or None, "delta": 1, "timeout": POLL_SECONDS}
        answer = self._transport.send(
            "GET",
            "/api/jobs/long_poll",
            query=query,
            read_seconds=POLL_SECONDS + GRACE_SECONDS,
            repeatable=False,
            over=self._connections,
        )
        if answer.status == 204:
            self._tell()
            return False
        self._tell(merged(self._seen, json_of(answer)))
        return True

    def _tell(self, seen: Seen | None = None, error: ServerError | None = None) -> None:
        with self._news:
            self._seen = seen or self._seen
            self._error = error
            self._news.notify_all()
