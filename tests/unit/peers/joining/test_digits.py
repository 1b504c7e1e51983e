"""Commit, then reveal: what a man in the middle could do to the six digits, and what he cannot."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zordon_app.domain.peering import JoinAsk, JoinReveal, JoinState
from zordon_app.errors import Forbidden
from zordon_app.peers.identity.keys import new_nonce
from zordon_app.peers.joining.admission import AdmissionDesk
from zordon_app.peers.joining.digits import Side, Transcript, commitment
from zordon_app.peers.joining.tokens import JoinTokens

ANNA = Side("a" * 64, "1" * 64, "anna")
BERT = Side("b" * 64, "2" * 64, "bert")
MALLORY = Side("c" * 64, "3" * 64, "anna")
HEX32 = st.binary(min_size=32, max_size=32).map(bytes.hex)


def transcript(**changes) -> Transcript:
    said = {
        "newcomer": BERT,
        "member": ANNA,
        "farm": "f" * 20,
        "newcomer_nonce": "4" * 64,
        "member_nonce": "5" * 64,
    }
    return Transcript(**{**said, **changes})


@given(HEX32, HEX32)
def test_the_digits_are_six_and_the_same_on_both_sides(one, other):
    mine = transcript(newcomer_nonce=one, member_nonce=other)
    theirs = transcript(newcomer_nonce=one, member_nonce=other)

    assert mine.digits() == theirs.digits()
    assert len(mine.digits()) == 6
    assert mine.digits().isdecimal()


@pytest.mark.parametrize(
    "changes",
    [
        {"member": MALLORY},
        {"newcomer": MALLORY},
        {"member": Side(ANNA.device, MALLORY.fingerprint, ANNA.name)},
        {"newcomer": Side(BERT.device, BERT.fingerprint, "berta")},
        {"farm": "g" * 20},
        {"newcomer_nonce": "6" * 64},
        {"member_nonce": "6" * 64},
    ],
)
def test_everything_that_was_said_changes_the_digits(changes):
    assert transcript(**changes).hash() != transcript().hash()
    assert transcript(**changes).digits() != transcript().digits()


@given(HEX32, HEX32)
def test_a_commitment_binds_the_nonce_and_the_whole_side(one, other):
    assert (commitment(BERT, one) == commitment(BERT, other)) == (one == other)
    assert commitment(BERT, one) != commitment(MALLORY, one)
    assert one not in commitment(BERT, one)


def test_the_digits_are_spread_evenly():
    counts = Counter(transcript(member_nonce=f"{number:064x}").digits()[0] for number in range(20_000))

    assert set(counts) == set("0123456789")
    assert all(1_800 < count < 2_200 for count in counts.values()), counts


def test_a_man_in_the_middle_who_must_commit_first_meets_the_digits_by_chance_only():
    """Both halves of his attack, with the order of messages that the protocol forces on him.

    He is the newcomer to anna and the member to bert. He has to send anna his commitment before anna tells her nonce,
    and to tell bert his nonce before bert opens his commitment: each time he chooses before he knows. Digits are cut
    to three here, so that chance shows: of 5,000 attempts about 5 succeed.
    """
    chance = random.Random(7)
    hits = sum(_attack_meets(chance) for _ in range(5_000))

    assert 0 < hits < 20


def test_without_the_commitment_he_would_meet_them_always():
    """The same man, told anna's nonce before he has to choose his own: this is what the order prevents."""
    chance = random.Random(7)

    assert all(_attack_meets(chance, knows_first=True) for _ in range(5))


def _attack_meets(chance: random.Random, *, knows_first: bool = False) -> bool:
    """Whether the (last three) digits on the two screens are equal though mallory sits between them."""
    bert_nonce, anna_nonce = _nonce(chance), _nonce(chance)
    mine_to_bert, mine_to_anna = _nonce(chance), _nonce(chance)
    at_bert = transcript(member=MALLORY, newcomer_nonce=bert_nonce, member_nonce=mine_to_bert).digits()[3:]

    def at_anna(nonce: str) -> str:
        return transcript(newcomer=MALLORY, newcomer_nonce=nonce, member_nonce=anna_nonce).digits()[3:]

    if knows_first:
        mine_to_anna = next(nonce for nonce in iter(lambda: _nonce(chance), None) if at_anna(nonce) == at_bert)
    return at_anna(mine_to_anna) == at_bert


def _nonce(chance: random.Random) -> str:
    return chance.randbytes(32).hex()


class TestTheDeskHoldsToTheOrder:
    @pytest.fixture
    def desk(self, identities, clock):
        return AdmissionDesk(
            identities[0],
            clock,
            name=lambda: "anna",
            farm=lambda: "f" * 20,
            is_open=lambda: True,
            is_joining=lambda: False,
            tokens=JoinTokens(clock),
            admit=self.admitted.append,
        )

    @pytest.fixture(autouse=True)
    def _nobody(self):
        self.admitted: list[Side] = []

    def ask(self, identity, nonce):
        own = Side(identity.public_key, identity.fingerprint, "bert")
        return own, JoinAsk(
            device=own.device,
            fingerprint=own.fingerprint,
            name=own.name,
            commitment=commitment(own, nonce),
            protocol_min=1,
            protocol_max=1,
            port=8586,
        )

    def said(self, own, reply, nonce):
        member = Side(reply.device, reply.fingerprint, reply.name)
        return Transcript(newcomer=own, member=member, farm=reply.farm, newcomer_nonce=nonce, member_nonce=reply.nonce)

    def test_the_members_nonce_comes_only_for_a_commitment_and_is_never_the_same(self, desk, identities):
        _, ask = self.ask(identities[1], new_nonce())

        assert desk.ask(ask, "192.0.2.1").nonce != desk.ask(ask, "192.0.2.1").nonce

    def test_another_nonce_than_the_committed_one_is_refused_though_the_signature_is_right(self, desk, identities):
        own, ask = self.ask(identities[1], new_nonce())
        reply = desk.ask(ask, "192.0.2.1")
        chosen = new_nonce()
        signature = identities[1].sign(self.said(own, reply, chosen).hash())

        with pytest.raises(Forbidden):
            desk.reveal(JoinReveal(request=reply.request, nonce=chosen, signature=signature), "192.0.2.1")
        assert self.admitted == []

    def test_the_key_of_somebody_else_cannot_be_brought_in(self, desk, identities):
        nonce = new_nonce()
        own, ask = self.ask(identities[1], nonce)
        reply = desk.ask(ask, "192.0.2.1")
        signature = identities[2].sign(self.said(own, reply, nonce).hash())

        with pytest.raises(Forbidden):
            desk.reveal(JoinReveal(request=reply.request, nonce=nonce, signature=signature), "192.0.2.1")
        assert self.admitted == []

    def test_the_honest_newcomer_gets_in_while_the_door_is_open(self, desk, identities):
        nonce = new_nonce()
        own, ask = self.ask(identities[1], nonce)
        reply = desk.ask(ask, "192.0.2.1")
        signature = identities[1].sign(self.said(own, reply, nonce).hash())
        state = desk.reveal(JoinReveal(request=reply.request, nonce=nonce, signature=signature), "192.0.2.1")

        assert state is JoinState.ADMITTED
        assert self.admitted == [own]
