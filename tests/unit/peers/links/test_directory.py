"""The directory and the links of its peers wait for each other in one order only."""

import threading

import pytest

from tests.fakes.patience import HANG_SECONDS
from zordon_app.peers.discovery.nearby import NearbyMachines
from zordon_app.peers.links.directory import Directory
from zordon_app.peers.membership.members import Members
from zordon_app.peers.notices import Notices


@pytest.fixture
def directory(identities, tmp_path, clock):
    """Of a farm of two."""
    members = Members(tmp_path / "members.json", identities[0], "anna")
    made = Directory(
        tmp_path / "addresses.json",
        identity=identities[0],
        members=members,
        nearby=NearbyMachines(clock, lambda: None),
        notices=Notices(clock),
        clock=clock,
        silent_seconds=8.0,
    )
    said = Members(tmp_path / "others.json", identities[1], "bert").present[identities[1].id]
    made._members = Known({identities[1].id: said})
    made.refresh()
    return made


class Known:
    """A member list."""

    def __init__(self, others):
        self.others = others


def watch(peer, directory, free):
    """Whenever the peer's link is closed: whether somebody else may ask the directory meanwhile."""

    def close():
        asking = threading.Thread(target=directory.addresses_of, args=(peer.id,), daemon=True)
        asking.start()
        asking.join(HANG_SECONDS)
        free.append(not asking.is_alive())

    peer.link.close = close


@pytest.mark.parametrize("others", [{}, None], ids=["removed", "renewed"])
def test_a_link_that_connects_may_ask_for_addresses_while_its_peer_is_taken_out(
    directory, others, identities, tmp_path
):
    free = []
    (peer,) = directory.all()
    watch(peer, directory, free)
    again = Members(tmp_path / "again.json", identities[1], "bert the second").present[identities[1].id]
    directory._members = Known({peer.id: again} if others is None else others)
    directory.refresh()

    assert free == [True]
    assert peer not in directory.all()


def test_a_link_that_connects_may_ask_for_addresses_while_all_ends(directory):
    free = []
    watch(directory.all()[0], directory, free)
    directory.close()

    assert free == [True]
