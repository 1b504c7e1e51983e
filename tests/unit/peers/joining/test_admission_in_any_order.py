"""Admitting as a state machine, with a clock that stands still until told."""

import contextlib

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.fakes.clock import FakeClock
from tests.unit.peers.joining.test_admission import Desk, Newcomer
from zordon_app.errors import ZordonError
from zordon_app.peers.identity.keys import Identity


class AnyOrderOfEvents(RuleBasedStateMachine):
    """Whatever three machines and a person do: nobody is admitted without a click, an open door or a token."""

    identities: list[Identity]

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.held = Desk(self.identities[0], self.clock)
        self.newcomers = [
            Newcomer(identity, f"n{number}", f"192.0.2.{number}")
            for number, identity in enumerate(self.identities[1:4])
        ]
        self.allowed: set[str] = set()

    @rule(number=st.integers(0, 2))
    def ask(self, number):
        self.attempt(lambda: self.newcomers[number].ask(self.held.desk))

    @rule(number=st.integers(0, 2))
    def reveal(self, number):
        newcomer = self.newcomers[number]
        if newcomer.reply is not None and self.held.open:
            self.allowed.add(newcomer.side.device)
        if newcomer.reply is not None:
            self.attempt(lambda: newcomer.reveal(self.held.desk))

    @rule(number=st.integers(0, 2))
    def poll(self, number):
        if self.newcomers[number].reply is not None:
            self.attempt(lambda: self.held.desk.state(self.newcomers[number].reply.request))

    @rule(number=st.integers(0, 2))
    def click(self, number):
        shown = [view.id for view in self.held.desk.pending()]
        if self.newcomers[number].id in shown:
            self.allowed.add(self.newcomers[number].side.device)
        self.attempt(lambda: self.held.desk.admit(self.newcomers[number].id))

    @rule(number=st.integers(0, 2))
    def ignore(self, number):
        self.attempt(lambda: self.held.desk.ignore(self.newcomers[number].id))

    @rule(is_open=st.booleans())
    def door(self, is_open):
        self.held.open = is_open

    @rule(seconds=st.sampled_from([1, 16, 31, 301]))
    def wait(self, seconds):
        self.clock.advance(seconds)

    @invariant()
    def only_those_who_were_allowed_are_in(self):
        assert {side.device for side in self.held.admitted} <= self.allowed

    @invariant()
    def no_machine_is_shown_twice(self):
        shown = [view.id for view in self.held.desk.pending()]
        assert len(shown) == len(set(shown))

    def attempt(self, action):
        with contextlib.suppress(ZordonError):
            action()


def test_no_order_of_events_admits_somebody_who_was_not_allowed_in(identities):
    AnyOrderOfEvents.identities = identities
    run_state_machine_as_test(AnyOrderOfEvents, settings=settings(stateful_step_count=40))
