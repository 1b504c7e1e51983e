"""Installations, one after the other: what each is doing, and pausing, resuming and cancelling them."""

import threading
import uuid
from collections import deque
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from zordon_app.engines.builds.available import Available
from zordon_app.engines.builds.errors import Stopped
from zordon_app.engines.builds.open_downloads import OpenDownload
from zordon_app.engines.builds.steps import DownloadState, Progress, Steps
from zordon_app.engines.builds.store import Managed
from zordon_app.engines.builds.tasks import Task
from zordon_app.errors import BadRequest, NotFound, TooBusy, ZordonError
from zordon_app.guard import Guard

HERE_ALREADY = "It is here already."
"""What the record of a build says that need not be downloaded."""
_REMEMBERED = 50
_MOST_WAITING = 50
_S = DownloadState


class DownloadRecord(Struct, kw_only=True):
    """One installation as the API shows it. ``reason`` says why it failed or what it waits for."""

    id: str
    engine: str
    version: str
    system_os: str
    cpu: str
    source: str
    file_name: str
    state: DownloadState
    reason: str = ""
    about: str = ""
    """Code and values of the reason of a failure (``ZordonError.about``)."""
    received: int = 0
    total: int = 0
    speed: float = 0.0
    eta_seconds: float | None = None
    verified: bool = False
    """Whether the site publishes a hash to check it against."""
    status: int = 0
    """The HTTP code of the failure."""

    @property
    def fraction(self) -> float:
        """How much of the bytes is here, 0–1."""
        return self.received / self.total if self.total else 0.0


class _Entry:
    """A record with what is needed to act on it."""

    def __init__(self, record: DownloadRecord, task: Task) -> None:
        self.record = record
        self.task = task
        self.steps: Steps | None = None
        self.stop_to: DownloadState | None = None
        self.managed: Managed | None = None


class Downloads:
    """The queue of installations. ``run_once`` is called by a thread of its own."""

    def __init__(
        self,
        *,
        monotonic: Callable[[], float],
        on_change: Callable[[], None],
        keep: Callable[[Sequence[OpenDownload]], None] = lambda _open: None,
        guard: Guard | None = None,
    ) -> None:
        """``on_change`` is called, from any thread, when a record changed; ``keep`` with those that have not ended."""
        self._monotonic = monotonic
        self._on_change = on_change
        self._keep = keep
        self._guard = guard or Guard()
        self._changed = threading.Condition()
        self._entries: dict[str, _Entry] = {}
        self._queue: deque[str] = deque()
        self._closed = False

    def add(self, task: Task, *, paused: bool = False) -> DownloadRecord:
        """Queue an installation, or hold it; one of the same build that has not ended is gone on with instead.

        Raises:
            TooBusy: too many wait already.
        """
        with self._changed:
            same = self._find(task.build)
            if same is not None:
                if same.record.state == _S.PAUSED:
                    self._enqueue(same)
                return same.record
            if len(self._queue) >= _MOST_WAITING:
                raise TooBusy("{count} downloads are waiting already.", code="downloads_full", count=_MOST_WAITING)
            entry = _Entry(_new_record(task.build), task)
            self._entries[entry.record.id] = entry
            if paused:
                self._set(entry.record, _S.PAUSED, _STOPPED[_S.PAUSED])
            else:
                self._enqueue(entry)
            self._forget_old()
        self._on_change()
        return entry.record

    def add_needless(self, task: Task) -> DownloadRecord:
        """The record of an installation that ends as it begins: the build is here already."""
        record = _new_record(task.build)
        record.state, record.reason = _S.INSTALLED, HERE_ALREADY
        with self._changed:
            self._entries[record.id] = _Entry(record, task)
            self._forget_old()
        return record

    def all(self) -> list[DownloadRecord]:
        """Every record, oldest first; copies."""
        with self._changed:
            return [msgspec.structs.replace(entry.record) for entry in self._entries.values()]

    def get(self, download_id: str) -> DownloadRecord:
        """One record, a copy. Raises NotFound."""
        with self._changed:
            return msgspec.structs.replace(self._entry(download_id).record)

    def latest(self, engine: str, version: str) -> DownloadRecord | None:
        """The last record of a build."""
        found = [record for record in self.all() if (record.engine, record.version) == (engine, version)]
        return found[-1] if found else None

    def pause(self, download_id: str) -> DownloadRecord:
        """Hold it; what is there is kept."""
        return self._end(download_id, _S.PAUSED, {_S.QUEUED, _S.DOWNLOADING})

    def cancel(self, download_id: str) -> DownloadRecord:
        """End it, and remove what is there."""
        return self._end(download_id, _S.CANCELLED, {state for state in _S if state.is_active} | {_S.PAUSED, _S.FAILED})

    def resume(self, download_id: str) -> DownloadRecord:
        """Go on, or try again."""
        with self._changed:
            entry = self._entry(download_id)
            if entry.record.state not in {_S.PAUSED, _S.FAILED, _S.CANCELLED}:
                raise BadRequest(
                    "This download is {state}; there is nothing to resume.",
                    code="download_over",
                    state=entry.record.state,
                )
            self._enqueue(entry)
        self._on_change()
        return self.get(download_id)

    def wait(self, download_id: str, timeout: float) -> DownloadRecord:
        """The record when it goes on no more, or after ``timeout`` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._entry(download_id).record.state.is_active, timeout)
        return self.get(download_id)

    def run_once(self, timeout: float) -> bool:
        """Run one installation to its end; False when nothing came within ``timeout`` seconds, or it was closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._queue, timeout)
            if self._closed or not self._queue:
                return False
            entry = self._entries[self._queue.popleft()]
            entry.stop_to = None
            entry.steps = Steps(
                lambda state: self._note(entry, state=state),
                lambda progress: self._note(entry, progress=progress),
                self._monotonic,
            )
            steps = entry.steps
        self._run(entry, steps)
        return True

    def close(self) -> None:
        """Stop what runs, keeping what is there, and let every waiter go."""
        with self._changed:
            self._closed = True
            for entry in self._entries.values():
                if entry.steps is not None:
                    entry.steps.stop()
            self._changed.notify_all()

    def _run(self, entry: _Entry, steps: Steps) -> None:
        try:
            entry.managed = entry.task.run(steps)
        except Stopped:
            state = entry.stop_to or _S.PAUSED
            if state == _S.CANCELLED:
                entry.task.discard()
            self._finish(entry, state, _STOPPED[state])
        except ZordonError as error:
            self._finish(entry, _S.FAILED, str(error), status=error.status, about=error.about)
        except Exception as error:  # noqa: BLE001 - the record says so, and the next download begins
            self._guard.meet("Downloads", error)
            self._finish(entry, _S.FAILED, "Something unforeseen went wrong; the log has the details.", status=500)
        else:
            self._finish(entry, _S.INSTALLED, "")

    def _finish(self, entry: _Entry, state: DownloadState, reason: str, *, status: int = 0, about: str = "") -> None:
        with self._changed:
            entry.steps = None
            entry.record.status, entry.record.about = status, about
            if entry.managed is not None:
                entry.record.version = entry.managed.version
            self._set(entry.record, state, reason)
        self._on_change()

    def _note(self, entry: _Entry, *, state: DownloadState | None = None, progress: Progress | None = None) -> None:
        with self._changed:
            if state is not None:
                self._set(entry.record, state, "")
            if progress is not None:
                for name in progress.__struct_fields__:
                    setattr(entry.record, name, getattr(progress, name))
        self._on_change()

    def _set(self, record: DownloadRecord, state: DownloadState, reason: str) -> None:
        record.state, record.reason = state, reason
        record.speed, record.eta_seconds = 0.0, None
        # When all ends they are stopped, and shall go on at the next start.
        if not self._closed:
            with self._guard.item("Downloads", "the list of open downloads"):
                self._keep(self._open())
        self._changed.notify_all()

    def _open(self) -> list[OpenDownload]:
        return [
            OpenDownload(build=entry.task.build, paused=entry.record.state == _S.PAUSED)
            for entry in self._entries.values()
            if entry.record.state.is_active or entry.record.state == _S.PAUSED
        ]

    def _end(self, download_id: str, state: DownloadState, allowed: set[DownloadState]) -> DownloadRecord:
        with self._changed:
            entry = self._entry(download_id)
            if entry.record.state not in allowed:
                raise BadRequest(
                    "This download is {state}; it cannot be {wanted} now.",
                    code="download_fixed",
                    state=entry.record.state,
                    wanted=state,
                )
            if entry.steps is not None:
                entry.stop_to = state
                entry.steps.stop()
                self._changed.wait_for(lambda: self._closed or entry.steps is None, _SECONDS_TO_STOP)
            else:
                if download_id in self._queue:
                    self._queue.remove(download_id)
                self._set(entry.record, state, _STOPPED[state])
                if state == _S.CANCELLED:
                    entry.task.discard()
        self._on_change()
        return self.get(download_id)

    def _enqueue(self, entry: _Entry) -> None:
        self._queue.append(entry.record.id)
        waits = len(self._queue) > 1 or any(other.steps is not None for other in self._entries.values())
        self._set(entry.record, _S.QUEUED, "Waits for the download before it." if waits else "Starts in a moment.")

    def _find(self, build: Available) -> _Entry | None:
        for entry in self._entries.values():
            known = entry.task.build
            same = (known.engine, known.version, known.system_os, known.cpu, known.source) == (
                build.engine,
                build.version,
                build.system_os,
                build.cpu,
                build.source,
            )
            if same and build.version and (entry.record.state.is_active or entry.record.state == _S.PAUSED):
                return entry
        return None

    def _entry(self, download_id: str) -> _Entry:
        if download_id not in self._entries:
            raise NotFound("There is no download {id!r}.", code="no_download", id=download_id[:60])
        return self._entries[download_id]

    def _forget_old(self) -> None:
        ended = [key for key, entry in self._entries.items() if not entry.record.state.is_active]
        for key in ended[: max(0, len(self._entries) - _REMEMBERED)]:
            del self._entries[key]


_SECONDS_TO_STOP = 5.0
_STOPPED = {
    _S.PAUSED: "Paused; what is here is kept. Resume goes on from there.",
    _S.CANCELLED: "Cancelled; what was here has been removed.",
}


def _new_record(build: Available) -> DownloadRecord:
    return DownloadRecord(
        id=str(uuid.uuid4()),
        engine=build.engine,
        version=build.version,
        system_os=build.system_os,
        cpu=build.cpu,
        source=build.source,
        file_name=build.file_name,
        total=build.size,
        state=DownloadState.QUEUED,
        verified=build.is_verified,
    )
