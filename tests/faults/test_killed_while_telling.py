"""A node that is killed while it tells of a job tells of it after the next start."""

import pytest

from tests.fakes.nodes import eventually
from tests.fakes.website import website
from tests.faults.conftest import also

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

ANOTHER_MACHINE = """
import zordon_app.peers.discovery.network
zordon_app.peers.discovery.network.own_addresses = list
"""
"""The site listens on an address of this machine, which would be refused as its own."""


@pytest.fixture
def site():
    with website() as made:
        yield made


@pytest.fixture
def node(make_alone, site):
    made = make_alone(timescale=1.0)
    (made.folder / "plugin" / "sitecustomize.py").write_text(ANOTHER_MACHINE, encoding="utf-8")
    made.start()
    address = f"http://{site.server_address[0]}:{site.server_port}/"
    assert made.api.send("PATCH", "/api/settings", json={"webhook": address}).status == 200
    return made


@pytest.mark.parametrize("how", ["kill", *also("stop")])
def test_what_a_site_in_trouble_did_not_take_is_told_after_a_restart(node, site, how):
    site.otherwise = 503
    job = node.api.wait_ended(node.api.add(node.project())["id"])
    eventually(lambda: len(site.seen) >= 2)
    getattr(node, how)()
    site.otherwise = 200
    before = len(site.seen)
    node.start()
    eventually(lambda: len(site.seen) > before)
    assert {(body["event"], body["job"]) for body in site.bodies} == {("completed", job["id"])}

    # What has been taken is not told once more: the next that comes is the next job's.
    node.stop()
    node.start()
    other = node.api.wait_ended(node.api.add(node.project())["id"])
    eventually(lambda: len(site.seen) > before + 1)
    assert [body["job"] for body in site.bodies[before:]] == [job["id"], other["id"]]
