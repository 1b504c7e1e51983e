"""The change feed: one revision for everything, and long polls that wake at once."""

import threading
from collections import deque
from typing import NamedTuple

from zordon_app.domain.ids import JobId
from zordon_app.errors import TooBusy

REMEMBERED = 5000
"""Removals remembered; a poller that is further behind gets everything anew."""


class Since(NamedTuple):
    """What changed after a token; ``full`` means that the token was unknown or too old."""

    full: bool
    changed: list[JobId]
    removed: list[JobId]
    engines: bool = False
    """Whether engine builds or their downloads changed."""


class ChangeFeed:
    """Revisions of jobs. Holds ids only: readers fetch the present state of what changed."""

    def __init__(self, boot_id: str, *, max_waiting: int = 64) -> None:
        """``boot_id`` tells the tokens of this start from those of another."""
        self._boot_id = boot_id
        self._changed = threading.Condition()
        self._revision = 1
        self._revs: dict[JobId, int] = {}
        self._removed: deque[tuple[int, JobId]] = deque(maxlen=REMEMBERED)
        self._oldest = 1
        self._engines_rev = 1
        self._waiting = 0
        self._max_waiting = max_waiting
        self._closed = False

    def touch(self, changed: list[JobId], removed: list[JobId] | None = None) -> None:
        """A new revision in which these jobs changed or went away; wakes every poll."""
        with self._changed:
            self._revision += 1
            for job_id in changed:
                # Taken out first, so that the dict stays ordered by revision.
                self._revs.pop(job_id, None)
                self._revs[job_id] = self._revision
            for job_id in removed or []:
                self._revs.pop(job_id, None)
                self._forget_oldest()
                self._removed.append((self._revision, job_id))
            self._changed.notify_all()

    def touch_engines(self) -> None:
        """A new revision in which engine builds or their downloads changed."""
        with self._changed:
            self._engines_rev = self._revision + 1
            self.touch([])

    def nudge(self, job_id: JobId) -> None:
        """Show a job again whose progress moved; nothing for one that is gone."""
        with self._changed:
            if job_id in self._revs:
                self.touch([job_id])

    def load(self, jobs: list[JobId]) -> None:
        """The jobs there are at start."""
        with self._changed:
            self._revs = dict.fromkeys(jobs, self._revision)

    def token(self) -> str:
        """The present revision, as ``<boot id>.<revision>``."""
        with self._changed:
            return f"{self._boot_id}.{self._revision}"

    def revs(self) -> dict[JobId, int]:
        """The revision in which each job changed last."""
        with self._changed:
            return dict(self._revs)

    def rev(self, job_id: JobId) -> int:
        """The revision in which a job changed last."""
        with self._changed:
            return self._revs.get(job_id, 0)

    def wait(self, token: str | None, timeout: float) -> bool:
        """Block until the feed is past ``token``; False after ``timeout`` seconds.

        Raises:
            TooBusy: too many wait already.
        """
        with self._changed:
            if self._parse(token) != self._revision:
                return True
            if self._waiting >= self._max_waiting:
                raise TooBusy("Too many programs wait for changes of this Zordon. Try again in a moment.")
            self._waiting += 1
            try:
                behind = self._revision
                return (
                    self._changed.wait_for(lambda: self._closed or self._revision != behind, timeout)
                    and not self._closed
                )
            finally:
                self._waiting -= 1

    def since(self, token: str | None) -> Since:
        """What changed after ``token``."""
        with self._changed:
            revision = self._parse(token)
            if revision is None or revision < self._oldest or revision > self._revision:
                return Since(full=True, changed=list(self._revs), removed=[], engines=True)
            return Since(
                full=False,
                changed=self._changed_after(revision),
                removed=self._removed_after(revision),
                engines=self._engines_rev > revision,
            )

    def close(self) -> None:
        """Let every waiting poll go, for good."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _changed_after(self, revision: int) -> list[JobId]:
        found: list[JobId] = []
        for job_id, rev in reversed(self._revs.items()):
            if rev <= revision:
                break
            found.append(job_id)
        return found

    def _removed_after(self, revision: int) -> list[JobId]:
        return [job_id for rev, job_id in self._removed if rev > revision]

    def _forget_oldest(self) -> None:
        if len(self._removed) == REMEMBERED:
            self._oldest = self._removed[0][0]

    def _parse(self, token: str | None) -> int | None:
        boot_id, _, revision = (token or "").partition(".")
        return int(revision) if boot_id == self._boot_id and revision.isdecimal() and len(revision) < 16 else None
