"""Admitting as a state machine, with a clock that stands still until told."""

import contextlib

import pytest

from tests.fakes.clock import FakeClock
from zordon_app.domain.peering import JoinAsk, JoinReply, JoinReveal, JoinState
from zordon_app.errors import BadRequest, Forbidden, NotFound, TooBusy, ZordonError
from zordon_app.peers.identity.keys import Identity, new_nonce
from zordon_app.peers.joining.admission import LIFE, MOST_DRAWS, REVEAL_SECONDS, SILENT_SECONDS, AdmissionDesk
from zordon_app.peers.joining.digits import Side, Transcript, commitment
from zordon_app.peers.joining.tokens import JoinTokens


class Newcomer:
    """The other half, with a real key."""

    def __init__(self, identity: Identity, name: str = "bert", address: str = "192.0.2.1") -> None:
        self.identity = identity
        self.id = identity.id
        self.side = Side(identity.public_key, identity.fingerprint, name)
        self.address = address
        self.nonce = ""
        self.reply: JoinReply | None = None

    def ask(self, desk: AdmissionDesk, **changes) -> None:
        self.nonce = new_nonce()
        said = {
            "device": self.side.device,
            "fingerprint": self.side.fingerprint,
            "name": self.side.name,
            "commitment": commitment(self.side, self.nonce),
            "protocol_min": 1,
            "protocol_max": 1,
            "port": 8586,
        }
        self.reply = desk.ask(JoinAsk(**{**said, **changes}), self.address)

    def reveal(self, desk: AdmissionDesk) -> JoinState:
        reveal = JoinReveal(
            request=self.reply.request, nonce=self.nonce, signature=self.identity.sign(self.transcript.hash())
        )
        return desk.reveal(reveal, self.address)

    @property
    def transcript(self) -> Transcript:
        reply = self.reply
        return Transcript(
            newcomer=self.side,
            member=Side(reply.device, reply.fingerprint, reply.name),
            farm=reply.farm,
            newcomer_nonce=self.nonce,
            member_nonce=reply.nonce,
        )


class Desk:
    """A desk with switches for everything it asks about."""

    def __init__(self, identity: Identity, clock: FakeClock) -> None:
        self.open = self.joining = False
        self.farm = "f" * 20
        self.admitted: list[Side] = []
        self.tokens = JoinTokens(clock)
        self.desk = AdmissionDesk(
            identity,
            clock,
            name=lambda: "anna",
            farm=lambda: self.farm,
            is_open=lambda: self.open,
            is_joining=lambda: self.joining,
            tokens=self.tokens,
            admit=self.admitted.append,
        )


@pytest.fixture
def held(identities, clock):
    return Desk(identities[0], clock)


@pytest.fixture
def bert(identities):
    return Newcomer(identities[1])


@pytest.fixture
def carl(identities):
    return Newcomer(identities[2], "carl", "192.0.2.2")


def test_nothing_is_shown_before_the_newcomer_has_opened_its_commitment(held, bert):
    bert.ask(held.desk)

    assert held.desk.pending() == []
    with pytest.raises(NotFound):
        held.desk.admit(bert.id)


def test_the_digits_on_the_desk_are_those_of_the_newcomer(held, bert):
    bert.ask(held.desk)
    bert.reveal(held.desk)

    assert [(view.id, view.name, view.digits) for view in held.desk.pending()] == [
        (bert.id, "bert", bert.transcript.digits())
    ]


def test_an_ipv4_address_that_came_in_over_ipv6_is_shown_as_people_know_it(held, identities):
    bert = Newcomer(identities[1], address="::ffff:192.0.2.1")
    bert.ask(held.desk)
    bert.reveal(held.desk)

    assert held.desk.pending()[0].address == "192.0.2.1"


def test_a_click_admits_once(held, bert):
    bert.ask(held.desk)
    bert.reveal(held.desk)
    held.desk.admit(bert.id)

    assert held.desk.state(bert.reply.request) is JoinState.ADMITTED
    assert held.admitted == [bert.side]
    with pytest.raises(NotFound):
        held.desk.admit(bert.id)


def test_an_ignored_newcomer_is_told_and_five_times_ignored_shut_out(held, bert):
    for _ in range(5):
        bert.ask(held.desk)
        bert.reveal(held.desk)
        held.desk.ignore(bert.id)
        assert held.desk.state(bert.reply.request) is JoinState.IGNORED

    with pytest.raises(Forbidden):
        bert.ask(held.desk)
    assert held.admitted == []


def test_newcomers_ask_side_by_side_and_each_is_admitted_by_its_own_click(held, bert, carl):
    bert.ask(held.desk)
    carl.ask(held.desk)
    bert.reveal(held.desk)
    carl.reveal(held.desk)
    assert {view.id for view in held.desk.pending()} == {bert.id, carl.id}
    held.desk.admit(carl.id)

    assert held.admitted == [carl.side]
    assert [view.id for view in held.desk.pending()] == [bert.id]


def test_digits_that_are_not_liked_are_not_drawn_anew(held, bert, carl):
    """outside.md 9: the newcomer knows its digits from the reply alone, and could ask until they fit."""
    for _ in range(6):
        bert.ask(held.desk)
    with pytest.raises(Forbidden):
        bert.ask(held.desk)

    carl.ask(held.desk)


def test_an_attempt_that_nobody_clicked_counts_as_a_try(held, bert, clock):
    for _ in range(5):
        bert.ask(held.desk)
        bert.reveal(held.desk)
        clock.advance(SILENT_SECONDS + 1)
    with pytest.raises(Forbidden):
        bert.ask(held.desk)


def test_many_strangers_draw_thirty_times_in_five_minutes_at_most(held, identities, clock):
    drawn = 0
    for second in range(int(LIFE)):
        for place in range(20):
            with contextlib.suppress(ZordonError):
                Newcomer(identities[1], address=f"192.0.{second % 250}.{place}").ask(held.desk)
                drawn += 1
        clock.advance(1)

    assert drawn == MOST_DRAWS == 30


def test_one_strangers_asks_under_any_key_keep_no_honest_newcomer_out(held, identities, bert):
    for number in range(50):
        stranger = Newcomer(identities[2], address="192.0.2.9")
        with contextlib.suppress(ZordonError):
            stranger.ask(held.desk, device=f"{number:064x}")

    bert.ask(held.desk)
    bert.reveal(held.desk)
    assert [view.id for view in held.desk.pending()] == [bert.id]


def test_who_only_names_the_key_of_another_does_not_end_its_attempt(held, identities, bert):
    bert.ask(held.desk)
    bert.reveal(held.desk)
    stranger = Newcomer(identities[1], address="192.0.2.9")
    for _ in range(3):
        stranger.ask(held.desk)

    assert [view.digits for view in held.desk.pending()] == [bert.transcript.digits()]


def test_an_open_door_draws_no_digits_that_count(held, identities):
    held.open = True
    for place in range(MOST_DRAWS + 1):
        newcomer = Newcomer(identities[1], address=f"192.0.2.{place}")
        newcomer.ask(held.desk)
        assert newcomer.reveal(held.desk) is JoinState.ADMITTED


def test_a_newcomer_that_asks_anew_replaces_its_own_attempt(held, bert):
    bert.ask(held.desk)
    first = bert.reply
    bert.ask(held.desk)
    bert.reveal(held.desk)

    assert len(held.desk.pending()) == 1
    with pytest.raises(NotFound):
        held.desk.state(first.request)


def test_an_attempt_lives_five_minutes(held, bert, clock):
    bert.ask(held.desk)
    bert.reveal(held.desk)
    for _ in range(int(LIFE / 10)):
        clock.advance(10)
        if held.desk.pending():
            held.desk.state(bert.reply.request)
    clock.advance(1)

    assert held.desk.pending() == []
    with pytest.raises(NotFound):
        held.desk.admit(bert.id)


def test_a_newcomer_that_went_away_makes_room(held, bert, carl, clock):
    bert.ask(held.desk)
    bert.reveal(held.desk)
    clock.advance(SILENT_SECONDS + 1)

    assert held.desk.pending() == []
    carl.ask(held.desk)


def test_one_that_never_opens_its_commitment_makes_room_soon_and_is_shut_out_when_it_goes_on(held, bert, carl, clock):
    for _ in range(5):
        bert.ask(held.desk)
        clock.advance(REVEAL_SECONDS + 1)
        held.desk.pending()

    with pytest.raises(Forbidden):
        bert.ask(held.desk)
    carl.ask(held.desk)


def test_a_token_needs_no_click_and_does_not_wait_for_others(held, bert, carl):
    bert.ask(held.desk)
    bert.reveal(held.desk)
    token = held.tokens.make(["h:1"], "0" * 64)
    carl.ask(held.desk, secret=token.secret)

    assert carl.reveal(held.desk) is JoinState.ADMITTED
    assert held.admitted == [carl.side]
    assert [view.id for view in held.desk.pending()] == [bert.id]


def test_who_is_joining_itself_admits_nobody(held, bert):
    held.joining = True

    with pytest.raises(TooBusy):
        bert.ask(held.desk)


def test_a_farm_that_changed_under_an_attempt_is_not_what_the_digits_vouched_for(held, bert):
    bert.ask(held.desk)
    bert.reveal(held.desk)
    held.farm = "g" * 20

    with pytest.raises(BadRequest):
        held.desk.admit(bert.id)
    assert held.admitted == []


@pytest.mark.parametrize("changes", [{"protocol_min": 2, "protocol_max": 9}, {"protocol_min": 0, "protocol_max": 0}])
def test_programs_that_do_not_fit_are_told_so(held, bert, changes):
    with pytest.raises(BadRequest, match="Update"):
        bert.ask(held.desk, **changes)


def test_a_machine_cannot_join_itself(identities, held):
    with pytest.raises(BadRequest):
        Newcomer(identities[0]).ask(held.desk)


def test_names_from_outside_are_shown_without_control_characters(held, identities):
    bert = Newcomer(identities[1], "be\x1b[31mrt\u202e\n")
    bert.ask(held.desk)
    bert.reveal(held.desk)

    assert held.desk.pending()[0].name == "be[31mrt"
