import pytest

from zordon_app.errors import BadRequest
from zordon_app.peers.discovery.nearby import MAX_MACHINES, NearbyMachine, NearbyMachines
from zordon_app.peers.joining.auto_join import choose_farm
from zordon_app.peers.joining.door import Door
from zordon_app.peers.joining.tokens import JoinToken, read_token
from zordon_app.peers.notices import MAX_NOTICES, Notices


class Setting:
    def __init__(self) -> None:
        self.on = False

    def keep(self, on: bool) -> None:
        self.on = on


@pytest.fixture
def setting():
    return Setting()


@pytest.fixture
def door(clock, setting):
    return Door(clock, is_always_open=lambda: setting.on, keep_always_open=setting.keep)


def machine(device: str = "d" * 20, **changes) -> NearbyMachine:
    return NearbyMachine(**{"id": device, "name": "bert", "addresses": ("192.0.2.1:8586",), "farm": "f", **changes})


def test_the_door_asks_at_first(door):
    assert (door.view().mode, door.is_open) == ("ask", False)


def test_an_open_door_shuts_itself_after_ten_minutes(door, clock):
    door.set("open")
    assert (door.view().mode, door.view().seconds_left) == ("open", 600)

    clock.advance(600)
    assert door.view().mode == "ask"


def test_always_open_is_a_setting_and_asking_takes_it_back(door, setting):
    door.set("always")
    assert (door.view().mode, setting.on) == ("always", True)

    door.set("ask")
    assert (door.view().mode, setting.on) == ("ask", False)


def test_a_door_held_open_from_outside_stays_open(clock, setting):
    door = Door(clock, is_always_open=lambda: False, keep_always_open=setting.keep, forced_open=True)
    door.set("ask")

    assert door.view().mode == "always"


def test_hints_of_true_and_false_sources_stand_side_by_side(clock):
    nearby = NearbyMachines(clock)
    nearby.put("mdns:true", machine())
    nearby.put("mdns:false", machine(addresses=("192.0.2.66:8586",)))

    assert nearby.addresses_of("d" * 20) == ["192.0.2.1:8586", "192.0.2.66:8586"]
    nearby.drop("mdns:true")
    assert nearby.addresses_of("d" * 20) == ["192.0.2.66:8586"]


def test_a_machine_that_was_killed_and_came_back_under_another_name_is_one_hint(clock):
    nearby = NearbyMachines(clock)
    nearby.put("mdns:before", machine(name="old name"))
    nearby.put("mdns:after", machine(name="new name"))

    assert [known.name for known in nearby.all()] == ["new name"]


def test_a_change_is_told_once_and_a_flood_is_bounded(clock):
    told: list[int] = []
    nearby = NearbyMachines(clock, lambda: told.append(1))
    nearby.put("a", machine())
    nearby.put("a", machine())
    assert len(told) == 1

    for number in range(MAX_MACHINES * 2):
        nearby.put(f"source {number}", machine(device=f"{number:020d}"))
    assert len(nearby.all()) == MAX_MACHINES


def test_views_leave_members_out_and_clean_names(clock):
    nearby = NearbyMachines(clock)
    nearby.put("a", machine(name="be\x1brt"))
    nearby.put("b", machine(device="m" * 20))

    assert [view.name for view in nearby.views(without={"m" * 20})] == ["bert"]


@pytest.mark.parametrize(
    ("others", "chosen"),
    [
        ([], None),
        ([{"farm": "a"}], None),  # its door is shut
        ([{"farm": "a", "open": True}], "a"),
        ([{"farm": "m", "open": True}], None),  # that is this one
        ([{"farm": "z", "open": True}], None),  # it comes to us
        ([{"farm": "z", "open": True, "members": 2}], "z"),
        ([{"farm": "a", "open": True}, {"farm": "z", "open": True, "members": 3}], "z"),
        ([{"farm": "a", "open": True, "addresses": ()}], None),
    ],
)
def test_of_two_open_farms_exactly_one_goes_over(others, chosen):
    found = choose_farm([machine(**other) for other in others], own_farm="m", own_members=1)

    assert (found.farm if found else None) == chosen


def test_a_token_is_one_printable_string_and_reads_back():
    token = JoinToken(["192.0.2.1:8586", "[2001:db8::1]:8586"], "a" * 64, "0" * 32)
    text = token.text()

    assert text.isascii()
    assert text.replace("_", "").replace("-", "").isalnum()
    assert read_token(f"  {text[:30]}\n {text[30:]} ") == token


@pytest.mark.parametrize("text", ["", "hello", "zordon1_!!!!", "zordon1_AAAA", "zordon1_" + "k" * 500, "ü"])
def test_what_is_no_token_is_said_to_be_none(text):
    with pytest.raises(BadRequest, match="not a join token"):
        read_token(text)


def test_the_same_notice_is_told_once_and_only_the_newest_are_kept(clock):
    notices = Notices(clock)
    for number in range(MAX_NOTICES + 5):
        notices.add(f"matter {number}", "text")
        notices.add(f"matter {number}", "text")

    assert len(notices.all()) == MAX_NOTICES
    assert len({notice.id for notice in notices.all()}) == MAX_NOTICES
