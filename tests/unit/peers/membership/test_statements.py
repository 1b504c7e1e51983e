"""The member list: what counts, what does not, and that all who know the same agree."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zordon_app.domain.peering import Statement
from zordon_app.errors import BadRequest, NotFound
from zordon_app.peers.identity.keys import Identity, load_identity
from zordon_app.peers.membership.members import Members
from zordon_app.peers.membership.statements import Evaluation, farm_hash, farm_id, is_authentic, keys_in, signed


class Machine:
    """A member list with the keys of its machine."""

    def __init__(self, folder, identity: Identity, name: str) -> None:
        self.identity = identity
        self.id = identity.id
        self.members = Members(folder / f"{name}.json", identity, name)

    def admit(self, other: "Machine") -> None:
        """As admission does: the newcomer takes over the list."""
        self.members.admit(other.identity.public_key, other.identity.fingerprint, other.members.own_name)
        other.members.adopt(self.members.farm, self.members.statements, by=self.id)

    def hear(self, other: "Machine") -> None:
        self.members.merge(other.members.statements)

    @property
    def sees(self) -> set[str]:
        return {said.name for said in self.members.present.values()}


@pytest.fixture
def machines(tmp_path, identities):
    names = ("anna", "bert", "carl", "dora", "emil")
    return [Machine(tmp_path, identity, name) for identity, name in zip(identities, names, strict=True)]


def tell_all(machines) -> None:
    for _ in range(2):
        for one in machines:
            for other in machines:
                one.hear(other)


def forged(machine: Machine, **changes) -> Statement:
    """A statement that a machine signs by hand, whether it may or not."""
    said = {
        "kind": "member",
        "farm": machine.members.farm,
        "device": machine.identity.public_key,
        "fingerprint": machine.identity.fingerprint,
        "name": "forged",
        "counter": 50,
        "by": machine.id,
        "term": 0,
    }
    return signed(Statement(**{**said, **changes}), machine.identity)


def test_a_machine_begins_as_a_farm_of_one_and_stays_it_over_a_restart(tmp_path, identities):
    first = Members(tmp_path / "m.json", identities[0], "anna")
    again = Members(tmp_path / "m.json", identities[0], "anna")

    assert list(first.present) == [identities[0].id]
    assert (again.farm, again.digest) == (first.farm, first.digest)


def test_farms_of_the_same_founder_differ(tmp_path, identities):
    one = Members(tmp_path / "1.json", identities[0], "anna")
    other = Members(tmp_path / "2.json", identities[0], "anna")

    assert one.farm != other.farm
    assert farm_hash(one.farm) != farm_hash(other.farm)
    assert one.farm not in farm_hash(one.farm)


def test_members_admitted_by_members_count_however_long_the_chain(machines):
    anna, bert, carl, dora, _ = machines
    anna.admit(bert)
    bert.admit(carl)
    carl.admit(dora)
    tell_all(machines[:4])

    assert anna.sees == dora.sees == {"anna", "bert", "carl", "dora"}


def test_nobody_admits_himself(machines):
    anna, mallory = machines[0], machines[4]
    statement = forged(mallory, farm=anna.members.farm)

    anna.members.merge([statement])

    assert anna.sees == {"anna"}


def test_a_founding_statement_for_somebody_elses_farm_proves_nothing(machines):
    anna, mallory = machines[0], machines[4]
    statement = forged(mallory, farm=anna.members.farm, salt="00" * 16, counter=0)

    anna.members.merge([statement])

    assert anna.sees == {"anna"}
    assert farm_id(mallory.identity.public_key, "00" * 16) != anna.members.farm


def test_a_statement_that_was_changed_on_the_way_is_dropped(machines):
    anna, bert, _, _, mallory = machines
    anna.admit(bert)
    real = next(said for said in bert.members.statements if said.device == bert.identity.public_key)
    for changes in ({"fingerprint": mallory.identity.fingerprint}, {"name": "x"}, {"counter": 9}, {"term": 1}):
        changed = msgspec.structs.replace(real, **changes)
        assert not is_authentic(changed, keys_in(bert.members.statements))
        anna.members.merge([changed])

    assert anna.members.present[bert.id] == real


def test_a_member_cannot_be_signed_for_under_another_key(machines):
    anna, bert, _, _, mallory = machines
    anna.admit(bert)
    statement = msgspec.structs.replace(
        forged(mallory, farm=anna.members.farm, term=anna.members.present[bert.id].counter), by=bert.id
    )

    anna.members.merge([statement])

    assert anna.sees == {"anna", "bert"}


def test_a_removal_wins_wherever_it_is_known(machines):
    anna, bert, carl, _, _ = machines
    anna.admit(bert)
    anna.admit(carl)
    tell_all(machines[:3])
    carl.members.remove(bert.id)
    tell_all(machines[:3])

    assert anna.sees == carl.sees == {"anna", "carl"}
    assert bert.id not in bert.members.present
    assert anna.members.removal_of(bert.id).by == carl.id


def test_whom_a_removed_member_had_admitted_stays(machines):
    anna, bert, carl, dora, _ = machines
    anna.admit(bert)
    bert.admit(carl)
    tell_all(machines[:3])
    anna.members.remove(bert.id)
    anna.admit(dora)  # it learns everything at once

    assert dora.sees == {"anna", "carl", "dora"}


@pytest.mark.parametrize("backdated", [0, 1, 2])
def test_what_a_removed_member_signs_afterwards_does_not_count_whatever_it_claims(machines, backdated):
    anna, bert, _, _, mallory = machines
    anna.admit(bert)
    term = bert.members.present[bert.id].counter
    anna.members.remove(bert.id)
    late = signed(
        Statement(
            kind="member",
            farm=anna.members.farm,
            device=mallory.identity.public_key,
            fingerprint=mallory.identity.fingerprint,
            name="mallory",
            counter=backdated,
            by=bert.id,
            term=term,
        ),
        bert.identity,
    )

    anna.members.merge([late])

    assert anna.sees == {"anna"}


def test_a_removed_member_cannot_bring_itself_back(machines):
    anna, bert, *_ = machines
    anna.admit(bert)
    term = bert.members.present[bert.id].counter
    anna.members.remove(bert.id)
    for claimed in (term, 50):
        anna.members.merge([forged(bert, farm=anna.members.farm, term=claimed, counter=50)])

    assert anna.sees == {"anna"}


def test_even_the_founder_can_be_removed_and_the_farm_lives_on(machines):
    anna, bert, carl, *_ = machines
    anna.admit(bert)
    bert.members.remove(anna.id)
    bert.admit(carl)
    salt = next(said.salt for said in anna.members.statements if said.salt)
    again = [forged(anna, farm=bert.members.farm, salt=salt, counter=counter) for counter in (0, 1, 50)]
    bert.members.merge([*anna.members.statements, *again])

    assert bert.sees == carl.sees == {"bert", "carl"}


def test_a_removed_machine_that_is_admitted_anew_is_a_member_like_any_other(machines):
    anna, bert, carl, *_ = machines
    anna.admit(bert)
    anna.members.remove(bert.id)
    anna.admit(bert)
    bert.admit(carl)
    tell_all(machines[:3])

    assert anna.sees == bert.sees == carl.sees == {"anna", "bert", "carl"}


def test_a_new_name_and_certificate_reach_the_others_and_their_pins(machines, tmp_path):
    anna, bert, *_ = machines
    anna.admit(bert)
    bert.members.rename("render-02")
    anna.hear(bert)

    assert anna.sees == {"anna", "render-02"}


def test_a_lost_certificate_is_made_anew_and_told_by_the_device_key_itself(tmp_path):
    folder = tmp_path / "device"
    before = load_identity(folder, "bert")
    members = Members(tmp_path / "m.json", before, "bert")
    (folder / "tls.crt").unlink()
    after = load_identity(folder, "bert")

    again = Members(tmp_path / "m.json", after, "bert")

    assert after.id == before.id
    assert after.fingerprint != before.fingerprint
    assert again.present[after.id].fingerprint == after.fingerprint
    assert again.farm == members.farm


def test_adopting_needs_a_list_that_names_both(machines):
    anna, bert, carl, *_ = machines
    anna.admit(bert)

    with pytest.raises(BadRequest):
        carl.members.adopt(anna.members.farm, anna.members.statements, by=anna.id)
    with pytest.raises(BadRequest):
        bert.members.adopt(anna.members.farm, anna.members.statements, by=carl.id)
    assert carl.sees == {"carl"}


def test_removing_whom_one_does_not_know_is_an_error(machines):
    with pytest.raises(NotFound):
        machines[0].members.remove(machines[1].id)


def test_a_list_that_cannot_be_read_is_set_aside_and_said(tmp_path, identities):
    file = tmp_path / "m.json"
    Members(file, identities[0], "anna")
    file.write_bytes(b"{ broken")

    members = Members(file, identities[0], "anna")

    assert members.was_lost
    assert list(members.present) == [identities[0].id]
    assert (tmp_path / "m.json.broken").read_bytes() == b"{ broken"


def test_statements_that_were_changed_on_disk_do_not_count(tmp_path, identities):
    file = tmp_path / "m.json"
    members = Members(file, identities[0], "anna")
    members.admit(identities[1].public_key, identities[1].fingerprint, "bert")
    file.write_bytes(file.read_bytes().replace(identities[1].fingerprint.encode(), b"0" * 64))

    assert list(Members(file, identities[0], "anna").present) == [identities[0].id]


STEPS = st.lists(
    st.tuples(st.sampled_from(["admit", "remove", "hear", "hear", "rename"]), st.integers(0, 3), st.integers(0, 3)),
    max_size=25,
)


@given(STEPS, st.randoms(use_true_random=False))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_happens_in_whatever_order_all_who_heard_everything_agree(tmp_path_factory, identities, steps, chance):
    folder = tmp_path_factory.mktemp("farm")
    machines = [Machine(folder, identity, f"m{number}") for number, identity in enumerate(identities[:4])]
    founder = machines[0]
    for other in machines[1:]:
        founder.admit(other)
    tell_all(machines)
    for action, one, other in steps:
        _do(action, machines[one], machines[other])
    everything = [said for machine in machines for said in machine.members.statements]
    chance.shuffle(everything)

    tell_all(machines)

    rolls = [Evaluation(founder.members.farm, machine.members.statements).roll for machine in machines]
    assert len({machine.members.digest for machine in machines}) == 1
    assert all(roll.members == rolls[0].members and roll.gone == rolls[0].gone for roll in rolls)
    assert Evaluation(founder.members.farm, everything).roll.members == rolls[0].members
    for device, removal in rolls[0].gone.items():
        assert device not in rolls[0].members
        assert removal.kind == "gone"


def _do(action: str, one: Machine, other: Machine) -> None:
    if one.id not in one.members.present:
        return
    if action == "hear":
        one.hear(other)
    elif action == "rename":
        one.members.rename(f"name {len(one.members.statements)}")
    elif action == "admit" and other.id not in one.members.present:
        one.members.admit(other.identity.public_key, other.identity.fingerprint, "again")
    elif action == "remove" and other.id in one.members.present:
        one.members.remove(other.id)
