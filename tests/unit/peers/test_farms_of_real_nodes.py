"""Nodes that join, spread, part and come back, over real TLS on loopback."""

import socket
import threading

import pytest

from tests.fakes.nodes import Node, eventually, join
from zordon_app.client.errors import NotFound
from zordon_app.domain.peering import JoinState
from zordon_app.peers.links.link import Removed


def test_both_screens_show_the_same_six_digits_and_one_click_admits(start):
    anna, bert = start("anna", "bert")
    bert.peers.desk.join(anna.address)

    pending = eventually(lambda: anna.view.pending)
    digits = eventually(lambda: bert.view.joining.digits)

    assert [view.digits for view in pending] == [digits]
    assert (pending[0].name, bert.view.joining.name, len(digits)) == ("bert", "anna", 6)
    assert len(anna.view.members) == len(bert.view.members) == 1, "nobody clicked yet"

    anna.peers.desk.admit(bert.id)

    eventually(lambda: anna.sees(bert) and bert.sees(anna))
    assert anna.view.farm == bert.view.farm
    assert bert.view.joining.state is JoinState.ADMITTED


def test_a_third_machine_is_known_to_all_though_only_one_admitted_it(start):
    anna, bert, carl = start("anna", "bert", "carl")
    join(bert, anna)
    join(carl, bert)

    eventually(lambda: anna.sees(carl) and carl.sees(anna))

    assert {member.name for member in anna.view.members} == {"anna", "bert", "carl"}
    assert anna.peers.members.digest == bert.peers.members.digest == carl.peers.members.digest


def test_a_peer_that_dies_is_shown_offline_and_welcomed_back(start, tmp_path):
    anna, bert = start("anna", "bert")
    join(bert, anna)
    bert.stop()

    eventually(lambda: not anna.sees(bert))
    assert anna.member(bert).reason

    (again,) = start("bert")
    eventually(lambda: anna.sees(again) and again.sees(anna))
    assert again.id == bert.id


def test_a_removed_machine_is_out_everywhere_and_alone_again(start):
    anna, bert, carl = start("anna", "bert", "carl")
    join(bert, anna)
    join(carl, anna)
    eventually(lambda: bert.sees(carl))

    anna.peers.desk.revoke(bert.id)

    eventually(lambda: carl.member(bert) is None)
    eventually(lambda: len(bert.view.members) == 1)
    assert bert.view.farm != anna.view.farm
    assert any("removed" in notice.text and "anna" in notice.text for notice in bert.view.notices)


def test_a_removed_machine_can_be_admitted_anew(start):
    anna, bert = start("anna", "bert")
    join(bert, anna)
    anna.peers.desk.revoke(bert.id)
    eventually(lambda: len(bert.view.members) == 1)

    join(bert, anna)

    assert anna.sees(bert)


def test_a_machine_that_leaves_is_alone_and_the_others_know(start):
    anna, bert = start("anna", "bert")
    join(bert, anna)

    bert.peers.desk.leave()

    eventually(lambda: anna.member(bert) is None)
    assert [member.name for member in bert.view.members] == ["bert"]


def test_an_open_door_admits_without_a_click(start):
    anna, bert = start("anna", "bert")
    anna.peers.desk.set_door("open")
    bert.peers.desk.join(anna.address)

    eventually(lambda: anna.sees(bert) and bert.sees(anna))


def test_machines_whose_doors_are_all_open_find_one_farm_by_themselves(start):
    anna, bert, carl = start("anna", "bert", "carl", forced_open=True)
    everyone = [anna, bert, carl]
    look_at(everyone)

    eventually(lambda: len({node.view.farm for node in everyone}) == 1)
    eventually(lambda: all(one.sees(other) for one in everyone for other in everyone))


def test_a_machine_whose_door_is_shut_joins_no_open_farm_by_itself(start):
    anna, bert = start("anna", "bert")
    anna.peers.desk.set_door("always")
    look_at([anna, bert])
    eventually(lambda: any(machine.id == anna.id and machine.open for machine in bert.view.hints))

    assert not bert.peers.joining.is_busy
    assert len(bert.view.members) == 1


def test_a_join_token_admits_one_machine_once(start):
    anna, bert, carl = start("anna", "bert", "carl")
    token = anna.peers.desk.make_token().token
    bert.peers.desk.join_with_token(token)
    eventually(lambda: anna.sees(bert) and bert.sees(anna))

    carl.peers.desk.join_with_token(token)

    view = eventually(lambda: carl.view.joining.state is JoinState.FAILED and carl.view.joining)
    assert "not good" in view.reason
    assert anna.member(carl) is None


def test_the_click_may_come_at_any_member(start):
    anna, bert, carl = start("anna", "bert", "carl")
    join(bert, anna)
    carl.peers.desk.join(anna.address)

    asked = eventually(lambda: bert.view.pending)[0]
    assert (asked.id, asked.at) == (carl.id, anna.id)
    assert asked.digits == eventually(lambda: carl.view.joining.digits)

    bert.peers.desk.admit(carl.id)
    eventually(lambda: bert.sees(carl) and anna.sees(carl))


def test_one_machine_joins_at_a_time_and_the_next_waits_for_it(start):
    anna, bert, carl = start("anna", "bert", "carl")
    bert.peers.desk.join(anna.address)
    eventually(lambda: anna.view.pending)
    carl.peers.desk.join(anna.address)

    anna.peers.desk.ignore(bert.id)

    pending = eventually(lambda: anna.view.pending)
    assert [view.id for view in pending] == [carl.id]
    eventually(lambda: bert.view.joining.state is JoinState.IGNORED)


def test_a_new_name_reaches_the_others(start):
    anna, bert = start("anna", "bert")
    join(bert, anna)

    bert.name = "render-02"

    eventually(lambda: anna.member(bert).name == "render-02")


def test_the_status_of_every_peer_comes_back_with_a_mark_for_those_that_do_not_answer(start):
    anna, bert, carl = start("anna", "bert", "carl")
    join(bert, anna)
    join(carl, anna)
    carl.stop()
    eventually(lambda: not anna.sees(carl))

    statuses = anna.peers.statuses(5.0)

    found = {status["name"]: status["online"] for status in statuses.values()}
    assert found == {"bert": True, "carl": False}
    assert all("reason" in status or "cpu_count" in status for status in statuses.values())
    assert socket.gethostname() not in statuses, "that is the key of the node that was asked, on the same machine"


def test_a_peer_that_says_we_are_removed_does_not_break_the_status_of_all(start, monkeypatch):
    anna, bert = start("anna", "bert")
    join(bert, anna)
    said = anna.peers.members.present[bert.id]
    monkeypatch.setattr(anna.peers.directory.get(bert.id).link, "request", lambda *_args, **_options: removed(said))
    [status] = anna.peers.statuses(5).values()

    assert status["online"] is False
    assert "removed" in status["reason"]


def removed(statement):
    raise Removed(statement)


def test_machines_meet_over_ipv6_too(start):
    anna, bert = start("anna", "bert", host="::1")
    join(bert, anna)

    assert anna.member(bert).address == bert.address == f"[::1]:{bert.server.port}"


def test_a_machine_that_moved_to_another_address_is_found_again_with_the_same_key(start):
    anna, bert = start("anna", "bert")
    join(bert, anna)
    before = bert.address
    bert.stop()
    eventually(lambda: not anna.sees(bert))

    (again,) = start("bert")

    assert again.address != before
    eventually(lambda: anna.sees(again))
    assert anna.member(again).address == again.address


def test_a_file_is_sent_from_its_beginning_again_when_the_session_had_ended(start, tmp_path):
    anna, bert = start("anna", "bert")
    join(bert, anna)
    result = tmp_path / "frame.png"
    result.write_bytes(b"pixels")
    anna.peers.sessions.end_all_but([])

    with result.open("rb") as body, pytest.raises(NotFound, match="shares no work"):
        bert.peers.directory.get(anna.id).link.request(
            "PUT",
            "/api/jobs/7c9e6679-7425-40de-944b-e07fc1f90ae7/units/1",
            query={"attempt": 1, "lease": "lease", "sha256": "ab"},
            body=body,
            headers={"Content-Type": "application/octet-stream", "Content-Length": "6"},
            read_seconds=5,
        )


def test_stopping_ends_every_thread_even_while_a_machine_is_asked_that_does_not_answer(start):
    (anna,) = start("anna")
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes connections and says nothing
        anna.peers.desk.join(f"127.0.0.1:{deaf.getsockname()[1]}")
        anna.stop()

    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("peers")]


def look_at(nodes: list[Node]) -> None:
    """Have every node look at the others' addresses, as if a person had written them down."""
    for node in nodes:
        addresses = [other.address for other in nodes if other is not node]
        node.peers._probe._addresses = lambda addresses=addresses: addresses
