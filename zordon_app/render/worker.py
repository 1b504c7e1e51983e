"""The worker: takes a lease, renders it, reports. Decides nothing about jobs."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from zordon_app.domain.jobs import Expected
from zordon_app.domain.leases import Lease
from zordon_app.domain.results import Checked
from zordon_app.engines.assignments import Assignment
from zordon_app.engines.base import Engine, Invocation
from zordon_app.errors import DiskFull
from zordon_app.guard import Guard, sentence_of
from zordon_app.render.interfaces import JobFolders, WorkSource
from zordon_app.render.joblog import JobLogs
from zordon_app.render.lease_run import LeaseRun
from zordon_app.render.processes import ProcessOwner
from zordon_app.render.publisher import Publisher
from zordon_app.render.session import EngineSession
from zordon_app.render.settings import RenderSettings
from zordon_app.render.settling import Settling
from zordon_app.render.unit_log import UnitLog

LOOP = "Rendering"


class Worker:
    """Renders one lease after the other; a warm session is kept for the next lease of the same job."""

    def __init__(
        self,
        source: WorkSource,
        *,
        folders: JobFolders,
        processes: ProcessOwner,
        logs: JobLogs,
        check: Callable[[Path, Expected], Checked],
        prepare: Callable[[Expected], None],
        settings: Callable[[], RenderSettings],
        monotonic: Callable[[], float],
        stop: threading.Event,
        guard: Guard | None = None,
    ) -> None:
        """``stop`` ends it: the unit in hand is given back. ``prepare`` loads what ``check`` needs for such files."""
        self._source = source
        self._folders = folders
        self._processes = processes
        self._logs = logs
        self._check = check
        self._prepare = prepare
        self._settings = settings
        self._monotonic = monotonic
        self._stop = stop
        self._guard = guard or Guard()
        self._warm: tuple[str, EngineSession, UnitLog] | None = None
        self._warm_fit: tuple[object, ...] = ()
        """What the warm session was started with, beside its job."""

    def run(self) -> None:
        """Work until told to stop. To be called by a thread of its own."""
        publisher = Publisher(self._source, self._check, self._prepare, self._guard)
        settling = Settling(publisher, self._guard)
        try:
            while not self._stop.is_set():
                if not self._guard.step(LOOP, lambda: self._run_once(publisher, settling)):
                    self._end_warm()
                    self._stop.wait(1)
        finally:
            self._end_warm()
            settling.finish()
            publisher.stop()

    def _run_once(self, publisher: Publisher, settling: Settling) -> None:
        keep = self._warm[0] if self._warm else None
        wait = self._settings().idle_session_seconds if keep else 25.0
        assignment = self._source.next_lease(wait=wait, keep_job=keep)
        if assignment is None:
            self._end_warm()
        else:
            self._work(assignment, publisher, settling)

    def _work(self, assignment: Assignment, publisher: Publisher, settling: Settling) -> None:
        lease = assignment.lease
        folder = self._make_folder(lease)
        run = LeaseRun(
            assignment,
            folder=folder,
            source=self._source,
            publisher=publisher,
            settings=self._settings(),
            monotonic=self._monotonic,
            stop=self._stop,
        )
        try:
            self._render(assignment, run)
        finally:
            run.give_back_rest("The worker stopped.")
            settling.begin(lease.id, folder, run.renew, self._settings().renew_seconds)

    def _render(self, assignment: Assignment, run: LeaseRun) -> None:
        try:
            if assignment.engine.warm:
                self._render_warm(assignment, run)
            else:
                self._render_each(assignment, run)
        except DiskFull:
            raise
        except Exception as error:  # noqa: BLE001 - counted against the job, which else would come first for ever
            self._guard.meet(LOOP, error)
            self._end_warm()
            run.fail_in_hand(sentence_of(LOOP, f"the job {assignment.job.name}", error))

    def _make_folder(self, lease: Lease) -> Path:
        try:
            return self._folders.work(lease.job, lease.id)
        except OSError as error:
            self._source.give_back(lease, list(lease.units), f"No folder to work in: {error.strerror}.")
            raise

    def _render_warm(self, assignment: Assignment, run: LeaseRun) -> None:
        session, unit_log = self._warm_session(assignment, run)
        if session is None:
            return
        units = [unit.spec for unit in assignment.lease.units]
        unit_log.expect(assignment.lease.units)
        session.feed(assignment.engine.feed(assignment.job, units, run.folder))
        if not run.follow(session, unit_log):
            self._end_warm()

    def _warm_session(self, assignment: Assignment, run: LeaseRun) -> tuple[EngineSession | None, UnitLog]:
        job, threads = assignment.job, self._settings().threads
        fit = (job.project, job.project_version, threads)
        is_fit = self._warm is not None and self._warm[0] == job.id and self._warm_fit == fit
        if self._warm is not None and is_fit and not self._warm[1].has_ended:
            return self._warm[1], self._warm[2]
        self._end_warm()
        scratch = self._folders.work(job.id, "session")
        invocation = self._limited(assignment, assignment.engine.start(job, assignment.build, scratch=scratch), threads)
        unit_log = UnitLog(self._logs, job.id, self._monotonic)
        try:
            session = self._start(assignment.engine, unit_log, scratch, invocation=invocation, stdin=True)
        except OSError as error:
            unit_log.close()
            run.fail_all(f"{assignment.engine.label} could not be started: {error.strerror}.")
            return None, unit_log
        self._warm, self._warm_fit = (job.id, session, unit_log), fit
        return session, unit_log

    def _render_each(self, assignment: Assignment, run: LeaseRun) -> None:
        self._end_warm()
        unit_log = UnitLog(self._logs, assignment.job.id, self._monotonic)
        try:
            for unit in assignment.lease.units:
                if not run.is_owed(unit.spec.number):
                    continue
                if not self._render_one(assignment, run, unit_log, unit.spec.number):
                    break
        finally:
            unit_log.close()

    def _render_one(self, assignment: Assignment, run: LeaseRun, unit_log: UnitLog, number: int) -> bool:
        """Whether to go on with the next unit of the lease."""
        spec = next(unit.spec for unit in assignment.lease.units if unit.spec.number == number)
        if not run.begin(number, unit_log):
            return False
        command = assignment.engine.run(assignment.job, assignment.build, spec, run.folder)
        invocation = self._limited(assignment, command, self._settings().threads)
        steps = (*invocation.before, invocation)
        for step, each in enumerate(steps):
            try:
                session = self._start(assignment.engine, unit_log, run.folder, invocation=each, stdin=False)
            except OSError as error:
                run.fail_unit(number, f"{assignment.engine.label} could not be started: {error.strerror}.")
                return True
            try:
                goes_on = run.follow_one(session, number, step=step, steps=len(steps))
            finally:
                session.end(self._settings().end_grace_seconds)
            if not goes_on or not run.is_owed(number):
                return goes_on
        return True

    def _limited(self, assignment: Assignment, invocation: Invocation, threads: int) -> Invocation:
        return assignment.engine.limit(invocation, threads) if threads else invocation

    def _start(
        self, engine: Engine, unit_log: UnitLog, folder: Path, *, invocation: Invocation, stdin: bool
    ) -> EngineSession:
        return EngineSession(
            engine,
            invocation,
            processes=self._processes,
            folder=folder,
            stdin=stdin,
            on_line=unit_log.write,
            monotonic=self._monotonic,
            guard=self._guard,
        )

    def _end_warm(self) -> None:
        if self._warm is None:
            return
        job_id, session, unit_log = self._warm
        self._warm = None
        session.end(self._settings().end_grace_seconds)
        unit_log.close()
        shutil.rmtree(self._folders.work(job_id, "session"), ignore_errors=True)
