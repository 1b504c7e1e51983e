"""The ledger against a model, with random grants, results, losses and restarts (F41)."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.unit.farm.conftest import FarmBench
from zordon_app.domain.statuses import JobStatus, UnitState

UNITS = st.integers(1, 4)


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.bench = FarmBench(self.folder)
        self.job_id = self.bench.add(units=4, max_attempts=1000)
        self.attempts = dict.fromkeys(range(1, 5), 0)
        self.done: dict[int, int] = {}

    @rule(number=UNITS)
    def grant(self, number):
        if self.bench.state.unit(self.job_id, number).state == UnitState.WAITING:
            self.bench.lifecycle.grant(self.job_id, [number], "node", "atlas")
            self.attempts[number] += 1

    @rule(number=UNITS, lag=st.integers(0, 2))
    def deliver(self, number, lag):
        attempt = self.attempts[number] - lag
        is_current = self.bench.lifecycle.is_current(self.job_id, number, attempt)
        assert is_current == (attempt > 0 and lag == 0 and number not in self.done) or attempt == 0
        if is_current and attempt > 0:
            self.bench.lifecycle.publish(self.job_id, number, sha256="x", size=1, seconds=1, artifact="x")
            self.done[number] = attempt

    @rule(number=UNITS, lag=st.integers(0, 2))
    def fail(self, number, lag):
        self.bench.lifecycle.fail(self.job_id, number, self.attempts[number] - lag, "no")

    @rule(number=UNITS, lag=st.integers(0, 2))
    def lose(self, number, lag):
        self.bench.lifecycle.give_back(self.job_id, [(number, self.attempts[number] - lag)])

    @rule()
    def pause_and_go_on(self):
        self.bench.lifecycle.stop(self.job_id, JobStatus.PAUSED, "Paused.")
        self.bench.lifecycle.set_job_status(self.job_id, JobStatus.NOT_STARTED, "In the queue.")

    @rule()
    def restart(self):
        self.bench.reopen()

    @invariant()
    def attempts_only_grow_and_done_stays_done(self):
        ledger = self.bench.state.ledger(self.job_id)
        for number, unit in ledger.items():
            assert unit.attempt == self.attempts[number]
            assert (unit.state == UnitState.DONE) == (number in self.done)

    @invariant()
    def counts_and_history_agree_with_the_units(self):
        job = self.bench.state.job(self.job_id)
        states = [unit.state for unit in self.bench.state.ledger(self.job_id).values()]
        assert {state: getattr(job.counts, state) for state in UnitState} == {s: states.count(s) for s in UnitState}
        assert len(self.bench.store.commits(self.job_id)) == len(self.done)

    def teardown(self):
        self.bench.database.close()
        shutil.rmtree(self.folder)


LedgerMachine.TestCase.settings = settings(stateful_step_count=40)
TestLedger = LedgerMachine.TestCase
