"""What changed since a token, encoded once for all who ask the same at the same moment."""

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from zordon_app.domain.views import NodeView, QueueView
from zordon_app.farm.interfaces import Clock
from zordon_app.farm.ledger.feed import ChangeFeed
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.reading.views import JobViews

SHARED_SECONDS = 0.1
"""One change wakes all who wait, and most of them ask from the same token: they get the same bytes."""


class _Made(NamedTuple):
    asked: str | None
    token: str
    at: float
    body: bytes


class Deltas:
    """Answers of the delta long poll. Safe to share by threads."""

    def __init__(
        self,
        state: FarmState,
        feed: ChangeFeed,
        views: JobViews,
        clock: Clock,
        *,
        nodes: Callable[[], list[NodeView]],
        queue: Callable[[], QueueView],
        live_engines: Callable[[], list[dict[str, Any]]],
    ) -> None:
        """``nodes`` are the machines as they are now, ``queue`` when it ends; ``live_engines`` builds and downloads."""
        self._state = state
        self._feed = feed
        self._views = views
        self._clock = clock
        self._nodes = nodes
        self._queue = queue
        self._live_engines = live_engines
        self._lock = threading.Lock()
        self._made = _Made(None, "", 0.0, b"")

    def since(self, token: str | None) -> bytes:
        """``{"token","full","jobs","removed","nodes","queue","engines","time"}`` since ``token``."""
        with self._lock:
            made, now = self._made, self._clock.monotonic()
            is_fresh = made.asked == token and made.token == self._feed.token() and now - made.at < SHARED_SECONDS
            if not is_fresh:
                made = self._made = self._make(token, now)
            return made.body

    def _make(self, token: str | None, now: float) -> _Made:
        with self._state.lock:
            new_token = self._feed.token()
            since = self._feed.since(token)
            jobs = [msgspec.Raw(self._views.encoded(job_id)) for job_id in since.changed if self._state.has(job_id)]
        document = {
            "token": new_token,
            "full": since.full,
            "jobs": jobs,
            "removed": since.removed,
            "nodes": self._nodes(),
            "queue": self._queue(),
            "engines": self._live_engines() if since.engines else [],
            "time": self._clock.now(),
        }
        return _Made(token, new_token, now, msgspec.json.encode(document))
