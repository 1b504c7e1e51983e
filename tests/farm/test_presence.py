"""Who is there: found on every interface, gone when it dies, welcomed back, and told apart by their versions."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from tests.farm.conftest import MakeFarm
from tests.farm.farm import Machine, eventually
from tests.farm.network import Network

pytestmark = [pytest.mark.farm, pytest.mark.xdist_group("namespaces")]

LATER = """
import sys
import zordon_app.domain.peering as peering
peering.PROTOCOL_MIN = peering.PROTOCOL_MAX = 99
from zordon_app.cli.main import run
sys.exit(run(sys.argv[1:]))
"""
"""A Zordon of years to come, as far as its peers can tell."""


def view(machine: Machine, of: str) -> dict[str, Any]:
    return next(dict(node) for node in machine.get("/api/nodes") if node["id"] == of)


def test_a_machine_that_dies_is_shown_gone_and_welcomed_back(make_farm: MakeFarm) -> None:
    farm = make_farm(2, ZORDON_FARM_OPEN="1")
    first, second = farm.start_walls(discovery=[True] * 2)
    farm.wait_until_joined()
    other = second.id()
    statuses = first.get("/api/full_status").values()
    assert sorted(status["online"] for status in statuses) == [True, True]
    assert {status["id"] for status in statuses if "this" not in status} == {other}
    token = first.get("/api/jobs/long_poll?delta=1")["token"]

    second.kill()
    eventually(lambda: other not in first.sees(), "it is shown gone")
    assert view(first, other)["reason"]
    news = first.get(f"/api/jobs/long_poll?delta=1&token={token}")
    assert news["token"] != token
    gone = [status for status in first.get("/api/full_status").values() if not status["online"]]
    assert [status["id"] for status in gone] == [other]
    assert gone[0]["reason"]

    second.start()
    eventually(lambda: other in first.sees(), "it is welcomed back")
    assert all(status["online"] for status in first.get("/api/full_status").values())


def test_machines_are_found_on_every_interface_by_ipv4_and_ipv6(make_farm: MakeFarm) -> None:
    farm = make_farm(3, ZORDON_FARM_OPEN="1")
    _give_the_third_a_cable_of_its_own(farm.network)
    first, second, third = farm.start_walls(discovery=[True] * 3)
    ids = {machine.id() for machine in (first, second, third)}
    eventually(lambda: first.sees() == ids, "the one with two interfaces sees both")
    addresses = {member["id"]: member["address"] for member in first.get("/api/farm")["members"]}

    assert addresses[second.id()] == second.peer_address
    assert addresses[third.id()].startswith("[fd77::3]:")


def test_a_machine_whose_network_comes_up_later_is_found(make_farm: MakeFarm) -> None:
    farm = make_farm(2, ZORDON_FARM_OPEN="1")
    inside = farm.network.command
    _run(*inside(2, "ip", "link", "set", "eth0", "down"))
    _, second = farm.start_walls(discovery=[True] * 2)
    assert len(second.sees()) == 1
    _run(*inside(2, "ip", "link", "set", "eth0", "up"))
    _run(*inside(2, "ip", "route", "add", "224.0.0.0/4", "dev", "eth0"))

    farm.wait_until_joined()


def test_another_version_is_named_on_both_sides_and_gets_no_work(make_farm: MakeFarm, tmp_path: Path) -> None:
    farm = make_farm(2, ZORDON_FARM_OPEN="1")
    first, second = farm.start_real()
    farm.wait_until_joined()
    second.stop()
    second.command = [sys.executable, "-c", LATER, *second.command[3:]]
    second.start()
    ids = first.id(), second.id()

    for machine, other in ((first, ids[1]), (second, ids[0])):
        reason = eventually(lambda machine=machine, other=other: _version(view(machine, other)["reason"]), "it is said")
        assert view(machine, other)["state"] == "offline"
        members = {member["id"]: member["reason"] for member in machine.get("/api/farm")["members"]}
        assert members[other] == reason

    film = tmp_path / "film.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=24:d=8"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, str(film)], check=True)
    job = first.finish(first.submit(film, args={"container": "mp4"}))
    assert job["child_jobs"] == []
    assert {unit["node"] for unit in first.units(job["id"])} == {ids[0]}


def _version(reason: str) -> str:
    return reason if "another version of Zordon" in reason else ""


def _give_the_third_a_cable_of_its_own(network: Network) -> None:
    """The first machine gets a second interface, and what is at its other end speaks IPv6 only."""
    switch = network.command(0, "")[3].replace("n0", "s")
    within = ("ip", "netns", "exec", switch)
    for step in (
        "ip link add name switch1 type bridge",
        "ip link set switch1 up",
        f"ip link add q1 type veth peer name eth1 netns {network.name(1)}",
        "ip link set q1 master switch1 up",
        "ip link set p3 nomaster",
        "ip link set p3 master switch1",
    ):
        _run(*within, *step.split())
    for number, device in ((1, "eth1"), (3, "eth0")):
        for step in (f"ip addr flush dev {device} scope global", f"ip link set {device} up"):
            _run(*network.command(number, *step.split()))
        _run(*network.command(number, "ip", "addr", "add", f"fd77::{number}/64", "dev", device, "nodad"))


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True)
