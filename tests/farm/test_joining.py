"""Joining a farm as people do it: a click beside equal digits, or a token on the command line."""

import sys

import pytest

from tests.farm.conftest import MakeFarm
from tests.farm.farm import eventually
from tests.farm.oracle import nothing_lost

pytestmark = [pytest.mark.farm, pytest.mark.xdist_group("namespaces")]


def test_a_click_beside_equal_digits_or_a_token_lets_a_machine_in(make_farm: MakeFarm) -> None:
    farm = make_farm(3)
    first, second, third = farm.start_walls()

    second.post("/api/farm/join", {"address": first.peer_address})
    pending = eventually(lambda: first.get("/api/farm")["pending"], "the newcomer asks")[0]
    shown = eventually(lambda: second.get("/api/farm")["joining"]["digits"], "it shows its digits")
    assert pending["id"] == second.id()
    assert len(shown) == 6
    assert pending["digits"] == shown
    assert second.id() not in first.sees()
    first.post("/api/farm/admit", {"id": pending["id"]})
    eventually(lambda: second.id() in first.sees() and first.id() in second.sees(), "they see each other")

    third.stop()
    token = first.post("/api/farm/token")["token"]
    command = [sys.executable, "-m", "zordon_app", "serve", "--data-dir", str(third.home), "--no-discovery"]
    walls, third.command = third.command, [*command, "--join", token]
    third.start()
    farm.wait_until_joined()

    # What was let in works: the same node with an engine that all have.
    third.stop()
    third.command = walls
    third.start()
    farm.wait_until_joined()
    job_id = second.submit(farm.wall(seconds=0.2), start_frame=1, end_frame=36)
    nothing_lost(farm, second, job_id, range(1, 37))
    assert len({unit["node"] for unit in second.units(job_id)}) == 3
