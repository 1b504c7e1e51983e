"""The farm's memory of jobs and ledgers, and the one way to change it: persist first, then show."""

import copy
import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import msgspec

from zordon_app.domain.frames import format_frames
from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import ErrorGroup, Job, Unit, UnitCounts
from zordon_app.domain.news import News
from zordon_app.domain.pictures import Mark
from zordon_app.domain.sharing import HELPING
from zordon_app.domain.statuses import UnitState
from zordon_app.errors import JobNotFound, NotFound
from zordon_app.farm.interfaces import Store
from zordon_app.farm.ledger.feed import ChangeFeed
from zordon_app.farm.ledger.ledgers import Ledger, Ledgers
from zordon_app.guard import Guard


class Change:
    """One transaction in the making: copies to edit, committed together or not at all."""

    def __init__(self, state: "FarmState") -> None:
        """Start with nothing changed."""
        self._state = state
        self.jobs: dict[JobId, Job] = {}
        self.units: dict[JobId, Ledger] = {}
        self.deleted: list[JobId] = []
        self.requests: dict[str, tuple[str, JobId]] = {}
        self.published: list[tuple[JobId, Unit]] = []
        self.news: list[News] = []

    def job(self, job_id: JobId) -> Job:
        """A copy of the job to edit."""
        if job_id not in self.jobs:
            edited = copy.copy(self._state.job(job_id))
            edited.counts = copy.copy(edited.counts)
            edited.made, edited.held = dict(edited.made), dict(edited.held)
            self.jobs[job_id] = edited
        return self.jobs[job_id]

    def unit(self, job_id: JobId, number: int) -> Unit:
        """A copy of a unit to edit."""
        edited = self.units.setdefault(job_id, {})
        if number not in edited:
            edited[number] = copy.copy(self._state.unit(job_id, number))
        return edited[number]

    def add(self, job: Job, units: list[Unit]) -> None:
        """A new job."""
        job.counts = count_units(units)
        job.made, job.held = {}, {}
        for unit in units:
            note_part(job, unit, 1)
        self.jobs[job.id] = job
        self.units[job.id] = {unit.spec.number: unit for unit in units}

    def delete(self, job_id: JobId) -> None:
        """Forget a job."""
        self.deleted.append(job_id)


class FarmState:
    """Jobs in memory, ledgers of the jobs in work, everything else in the store."""

    def __init__(self, store: Store, feed: ChangeFeed, guard: Guard | None = None) -> None:
        """Load the jobs."""
        self.lock = threading.RLock()
        """Guards everything here; held while a change is persisted."""
        self._store = store
        self._feed = feed
        self._guard = guard or Guard()
        self._jobs: dict[JobId, Job] = {job.id: job for job in store.load_jobs()}
        self._unsettled = {job.id for job in self._jobs.values() if not is_settled(job)}
        self._ledgers = Ledgers(store.load_units)
        self._listeners: list[Callable[[list[JobId]], None]] = []
        self._before_saving: list[Callable[[Change], None]] = []
        feed.load(list(self._jobs))

    def listen(self, listener: Callable[[list[JobId]], None]) -> None:
        """Call ``listener`` with the ids of changed jobs after each change, under the lock: it must not wait."""
        self._listeners.append(listener)

    def before_saving(self, hook: Callable[[Change], None]) -> None:
        """Call ``hook`` with each change before it is persisted, under the lock: what it adds is part of it."""
        self._before_saving.append(hook)

    def jobs(self) -> list[Job]:
        """All jobs, oldest first. Not to be edited."""
        with self.lock:
            return list(self._jobs.values())

    def unsettled(self) -> list[Job]:
        """The jobs with which something is still to be done, in no order: for what looks at jobs every second."""
        with self.lock:
            return [self._jobs[job_id] for job_id in self._unsettled]

    def has(self, job_id: str) -> bool:
        """Whether there is such a job."""
        with self.lock:
            return job_id in self._jobs

    def find(self, job_id: str) -> Job | None:
        """One job, if it is there; not to be edited."""
        with self.lock:
            return self._jobs.get(JobId(job_id))

    def job(self, job_id: str) -> Job:
        """One job; not to be edited. Raises JobNotFound."""
        with self.lock:
            try:
                return self._jobs[JobId(job_id)]
            except KeyError:
                raise JobNotFound(job_id) from None

    def ledger(self, job_id: JobId) -> Ledger:
        """The units of one job by number; not to be edited."""
        with self.lock:
            return self._ledgers.of(self.job(job_id).id)

    def unit(self, job_id: JobId, number: int) -> Unit:
        """One unit; not to be edited. Raises NotFound."""
        unit = self.ledger(job_id).get(number)
        if unit is None:
            raise NotFound("This job has no frame or segment {number}.", code="no_unit", number=number)
        return unit

    def find_request(self, key: str) -> tuple[str, JobId] | None:
        """Fingerprint and job of a request that was accepted under an idempotency key."""
        return self._store.find_request(key)

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Edit copies inside the block; afterwards all of it is on disk and visible, or (an exception) none of it."""
        with self.lock:
            change = Change(self)
            yield change
            self._commit(change)

    def _commit(self, change: Change) -> None:
        for job_id, units in change.units.items():
            if job_id in self._jobs:
                self._recount(change, job_id, units)
        if not (change.jobs or change.deleted or change.requests):
            return
        for hook in self._before_saving:
            hook(change)
        self._store.save(
            jobs=change.jobs.values(),
            units={job_id: units.values() for job_id, units in change.units.items()},
            deleted=change.deleted,
            requests=change.requests,
            published=change.published,
            news=change.news,
        )
        self._apply(change)

    def _recount(self, change: Change, job_id: JobId, units: Ledger) -> None:
        """Counts and error groups follow from the units; kept in the job so that a list need not read ledgers."""
        old = self.ledger(job_id)
        job = change.job(job_id)
        for number, unit in units.items():
            before, after = old[number].state, unit.state
            setattr(job.counts, before, getattr(job.counts, before) - 1)
            setattr(job.counts, after, getattr(job.counts, after) + 1)
            note_part(job, old[number], -1)
            note_part(job, unit, 1)
        if job.errors or job.counts.failed:
            job.errors = group_errors([units.get(number, unit) for number, unit in old.items()])
        if job.marks or any(unit.marks for unit in units.values()):
            job.marks = group_marks([units.get(number, unit) for number, unit in old.items()])

    def _apply(self, change: Change) -> None:
        for job_id, units in change.units.items():
            keep = self._ledgers.update if job_id in self._jobs else self._ledgers.put
            keep(job_id, units)
        self._jobs.update(change.jobs)
        self._unsettled.difference_update(change.jobs)
        self._unsettled.update(job.id for job in change.jobs.values() if not is_settled(job))
        self._unsettled.difference_update(change.deleted)
        for job_id in change.deleted:
            self._jobs.pop(job_id, None)
            self._ledgers.forget(job_id)
        changed = [job_id for job_id in change.jobs if job_id not in change.deleted]
        self._feed.touch(changed, change.deleted)
        for listener in self._listeners:
            # What is on disk is so: a listener that raises must not make it look as if it were not.
            with self._guard.item("Following changes", "a change of a job"):
                listener(changed)


def is_settled(job: Job) -> bool:
    """Whether a job has ended, and every peer that helped has been told."""
    return job.status.is_final and not any(child.get("status") in HELPING for child in job.child_jobs)


def count_units(units: list[Unit]) -> UnitCounts:
    """How many units are in each state."""
    counts = UnitCounts()
    for unit in units:
        setattr(counts, unit.state, getattr(counts, unit.state) + 1)
    return counts


def note_part(job: Job, unit: Unit, more: int) -> None:
    """Count a unit for or against the node that made it or has it in hand."""
    parts = {UnitState.DONE: job.made, UnitState.LEASED: job.held}.get(unit.state)
    if parts is None or not unit.node:
        return
    parts[unit.node] = parts.get(unit.node, 0) + more
    if parts[unit.node] <= 0:
        del parts[unit.node]


def group_errors(units: list[Unit]) -> list[ErrorGroup]:
    """The failed units, grouped by message and node; the largest group first."""
    groups: dict[tuple[str, str], list[int]] = {}
    for unit in units:
        if unit.state == UnitState.FAILED:
            groups.setdefault((unit.error, unit.node), []).append(unit.spec.number)
    found = [
        ErrorGroup(message=message, units=format_frames(numbers), count=len(numbers), node=node)
        for (message, node), numbers in groups.items()
    ]
    return sorted(found, key=lambda group: -group.count)


def group_marks(units: Iterable[Unit]) -> dict[str, str]:
    """The marked units by mark, each a frame range text."""
    found: dict[Mark, list[int]] = {}
    for unit in units:
        for mark in unit.marks:
            found.setdefault(mark, []).append(unit.spec.number)
    return {mark.value: format_frames(found[mark]) for mark in Mark if mark in found}


def fingerprint(value: object) -> str:
    """A short mark of a request's content, to tell a repeated request from another under the same key."""
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:32]
