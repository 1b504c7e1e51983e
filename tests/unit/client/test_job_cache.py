import json
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.fakes.api import wait_until
from tests.fakes.patience import HANG_SECONDS
from tests.fakes.scripted_server import Request, ScriptedServer, answer
from zordon_app.client import job_cache
from zordon_app.client.errors import (
    ServerError,
    Unreachable,
)


def raises(kind: type[Exception], call: Callable[[], object]) -> bool:
    try:
        call()
    except kind:
        return True
    return False


def until(condition: Callable[[], bool]) -> None:
    wait_until(condition, every=0.01)


class Feed:
    """A server's side of the long poll: gives one delta per poll, then lets the poll hang."""

    def __init__(self) -> None:
        self.deltas: list[dict] = []
        self.tokens: list[str] = []
        self.more = threading.Event()
        self.fail = False

    def __call__(self, request: Request) -> bytes | None:
        if self.fail:
            return None
        self.tokens.append(request.path)
        if not self.deltas:
            self.more.wait(HANG_SECONDS)
            self.more.clear()
        return answer(json.dumps(self.deltas.pop(0)).encode()) if self.deltas else answer(status="204 No Content")


def job(job_id: str, order: float = 0.0, **fields: object) -> dict:
    return {"id": job_id, "priority": 50, "order": order, "created_at": "2026-01-01T00:00:00Z", **fields}


@pytest.fixture
def feed(monkeypatch) -> Iterator[tuple[Feed, ScriptedServer]]:
    monkeypatch.setattr(job_cache, "PAUSES", (0.01,))
    feed = Feed()
    with ScriptedServer(feed) as server:
        yield feed, server
        feed.more.set()


def test_jobs_come_from_a_cache_that_applies_changes(feed, client_of):
    source, server = feed
    source.deltas = [{"token": "b.1", "full": True, "jobs": [job("a", 2), job("b", 1)], "removed": [], "nodes": []}]
    client = client_of(server.url)
    assert [one["id"] for one in client.get_jobs()] == ["b", "a"]

    revision = client.wait_for_change(0, 5)
    source.deltas.append({"token": "b.2", "full": False, "jobs": [job("c", 0)], "removed": ["a"], "nodes": []})
    source.more.set()
    client.wait_for_change(revision, 10)

    assert [one["id"] for one in client.get_jobs()] == ["c", "b"]
    assert "token=b.1" in source.tokens[1]


def test_a_full_answer_replaces_everything(feed, client_of):
    source, server = feed
    source.deltas = [
        {"token": "b.1", "full": True, "jobs": [job("a")], "removed": []},
        {"token": "c.1", "full": True, "jobs": [job("z")], "removed": []},
    ]
    client = client_of(server.url)
    client.wait_for_change(1, 10)

    assert [one["id"] for one in client.get_jobs()] == ["z"]


def test_a_lost_server_shows_and_so_does_its_return(feed, client_of):
    source, server = feed
    source.deltas = [{"token": "b.1", "full": True, "jobs": [job("a")], "removed": []}]
    client = client_of(server.url)
    client.get_jobs()
    source.fail = True
    source.more.set()
    until(lambda: raises(Unreachable, client.get_jobs))

    source.deltas = [{"token": "c.1", "full": True, "jobs": [job("b")], "removed": []}]
    source.fail = False
    until(lambda: not raises(ServerError, client.get_jobs))
    assert [one["id"] for one in client.get_jobs()] == ["b"]


def test_closing_ends_a_poll_that_hangs(feed, client_of):
    source, server = feed
    source.deltas = [{"token": "b.1", "full": True, "jobs": [], "removed": []}]
    client = client_of(server.url)
    client.get_jobs()
    client.close()
    client.close()

    assert not any("zordon-jobs" in thread.name for thread in threading.enumerate())
