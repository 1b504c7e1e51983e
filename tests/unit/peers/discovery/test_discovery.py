"""Real multicast DNS between nodes on this machine's interfaces."""

import secrets
import threading

import pytest

from tests.fakes.nodes import SCALE, eventually
from zordon_app.clock import SystemClock
from zordon_app.peers.discovery.multicast import MAX_QUEUE, Announcement, Discovery, read_announcement
from zordon_app.peers.discovery.nearby import NearbyMachines

# All use the one multicast group of this machine, so that two at once would hear each other.
pytestmark = pytest.mark.xdist_group("mdns")

LOOPBACK = ["127.0.0.1"]
# Of this run alone: other runs on this machine talk in the same multicast group.
ANNA, BERT = ("".join(secrets.choice("abcdefgh234567") for _ in range(20)) for _ in "ab")


def announcement(**changes) -> Announcement:
    said = {
        "id": ANNA,
        "name": "anna",
        "port": 8586,
        "farm": "f" * 20,
        "members": 1,
        "open": False,
        "boot": "1",
        "addresses": ("127.0.0.1",),
    }
    return Announcement(**{**said, **changes})


class Looker:
    """A discovery with its thread."""

    def __init__(self, told: Announcement) -> None:
        self.told = told
        self.nearby = NearbyMachines(SystemClock())
        self.discovery = Discovery(self.nearby, lambda: self.told, SystemClock(), interfaces=LOOPBACK)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="looker")
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            self.discovery.run_once(0.1)

    def sees(self, device: str) -> dict:
        return {machine.name: machine for machine in self.nearby.all() if machine.id == device}

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        self.discovery.close()


@pytest.fixture
def looking():
    lookers: list[Looker] = []

    def begin(**changes) -> Looker:
        lookers.append(Looker(announcement(**changes)))
        return lookers[-1]

    yield begin
    for looker in lookers:
        looker.stop()


def test_two_machines_find_each_other_and_one_that_goes_says_goodbye(looking):
    anna, bert = looking(), looking(id=BERT, name="bert", port=9000)
    seen = eventually(lambda: anna.sees(BERT))["bert"]
    eventually(lambda: bert.sees(ANNA))

    assert seen.addresses == ("127.0.0.1:9000",)
    assert (seen.farm, seen.boot, seen.members, seen.open) == ("f" * 20, "1", 1, False)
    assert not anna.sees(ANNA), "not itself"

    bert.stop()
    eventually(lambda: not anna.sees(BERT))


def test_a_machine_that_is_renamed_or_opens_its_door_stays_the_same_machine(looking):
    anna, bert = looking(), looking(id=BERT, name="bert")
    eventually(lambda: anna.sees(BERT))

    bert.told = announcement(id=BERT, name="Bönisch’ Rechner", open=True, members=3)

    seen = eventually(lambda: anna.sees(BERT).get("Bönisch’ Rechner"))
    assert (seen.open, seen.members) == (True, 3)
    assert len(anna.sees(BERT)) == 1


def test_a_clone_of_the_same_id_is_a_second_hint_and_hides_nothing(looking):
    anna = looking()
    looking(id=BERT, name="bert", port=9000)
    eventually(lambda: anna.sees(BERT))

    looking(id=BERT, name="clone", port=9666, addresses=("127.0.0.2",))

    eventually(lambda: set(anna.sees(BERT)) == {"bert", "clone"})
    told = {name: machine.addresses for name, machine in anna.sees(BERT).items()}
    assert told == {"bert": ("127.0.0.1:9000",), "clone": ("127.0.0.2:9666",)}


def test_nodes_find_each_other_and_say_so(start):
    anna, bert = start("anna", "bert", discovery=True, interfaces=LOOPBACK)

    eventually(lambda: any(machine.id == bert.id for machine in anna.view.hints))
    assert "bert" in anna.peers.detected()
    assert [machine.address for machine in anna.view.hints if machine.id == bert.id] == [bert.address]
    assert SCALE < 1


@pytest.mark.parametrize(
    ("properties", "addresses", "port"),
    [
        ({}, ["192.0.2.1"], 1),
        ({"proto": "1"}, ["192.0.2.1"], 1),
        ({"proto": "99", "id": "x"}, ["192.0.2.1"], 1),
        ({"proto": "1", "id": "x"}, [], 1),
        ({"proto": "1", "id": "x"}, ["192.0.2.1"], 0),
        ({"proto": None, "id": None}, ["192.0.2.1"], 1),
    ],
)
def test_announcements_that_say_nothing_usable_are_left_out(properties, addresses, port):
    assert read_announcement(properties, addresses, port) is None


def test_odd_words_in_an_announcement_do_no_harm():
    told = {"proto": "1", "id": "x" * 500, "name": "n" * 500, "members": "99999999999", "open": "yes", "farm": None}
    machine = read_announcement(told, ["192.0.2.1", "fe80::1%2"], 8586)

    assert (len(machine.id), len(machine.name), machine.members, machine.open) == (40, 100, 1, False)
    assert machine.addresses == ("192.0.2.1:8586", "[fe80::1%2]:8586")


def test_a_callback_never_waits_even_when_nobody_takes_events(clock):
    discovery = Discovery(NearbyMachines(clock), announcement, clock)
    change = type("Change", (), {"name": "Added"})
    for number in range(MAX_QUEUE + 10):
        discovery._note(name=f"n{number}", state_change=change, zeroconf=None, service_type="")

    assert discovery._events.qsize() == MAX_QUEUE
