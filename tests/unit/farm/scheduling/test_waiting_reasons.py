"""What a job says that a person limited to machines of which none can begin."""

import pytest

from tests.fakes.clock import FakeClock
from tests.unit.farm.conftest import make_job
from zordon_app.domain.views import NEEDS_UPDATE, NodeView
from zordon_app.farm.scheduling.waiting_reasons import waiting_reason

HAS = {"fake": {"1.0": "installed"}}


def said(tmp_path, *nodes, failed=(), **fields):
    job = make_job(FakeClock(), tmp_path, **({"nodes": [node.id for node in nodes]} | fields))
    known = {node.id: node for node in nodes}
    return waiting_reason(job, known, this_node="atlas", label="Fake", is_left_out=lambda node: node in failed)


def machine(name, state="ready", builds=HAS):
    return NodeView(id=name, name=name, state=state, builds=builds)


@pytest.mark.parametrize(
    ("nodes", "sentence"),
    [
        ([machine("rigel", "offline")], "Waits for rigel (offline)."),
        ([machine("rigel", "offline"), machine("vega", "paused")], "Waits for rigel (offline) and vega (paused)."),
        ([machine("atlas", "full"), machine("vega", "offline")], "Waits for atlas (disk full) and vega (offline)."),
        ([machine("rigel", builds={"fake": {"2.0": "installed"}})], "Waits for rigel (without Fake 1.0)."),
        ([machine("rigel", builds={"other": {}})], "Waits for rigel (without Fake 1.0)."),
        ([machine("rigel", builds={"fake": {"1.0": "downloading"}})], "Waits for rigel (fetches Fake 1.0)."),
        (
            [machine(name, "offline") for name in "abcdef"],
            "Waits for a (offline), b (offline), c (offline) and 3 more.",
        ),
    ],
)
def test_the_machines_are_named_and_why_none_of_them_begins(tmp_path, nodes, sentence):
    assert said(tmp_path, *nodes) == sentence


@pytest.mark.parametrize("able", [machine("vega"), machine("vega", "rendering"), machine("vega", builds={})])
def test_one_that_can_begin_is_enough(tmp_path, able):
    assert said(tmp_path, machine("rigel", "offline"), able) == ""


def test_one_that_failed_too_much_and_one_that_left_the_farm_are_told_apart(tmp_path):
    assert (
        said(tmp_path, machine("rigel"), failed={"rigel", "vega"}, nodes=["rigel", "gone"])
        == "Waits for rigel (left out after failures) and machine gone (no longer in the farm)."
    )


def test_a_job_that_is_not_split_waits_only_for_the_machine_that_has_it(tmp_path):
    nodes = machine("rigel"), machine("atlas", "paused")
    assert said(tmp_path, *nodes, enable_split_jobs=False) == "Waits for atlas (paused)."


def test_a_job_for_all_machines_waits_for_any_of_them(tmp_path):
    assert said(tmp_path, machine("atlas", "paused"), machine("rigel", "offline"), nodes=[]) == (
        "Waits for atlas (paused) and rigel (offline)."
    )
    assert said(tmp_path, machine("atlas", "paused"), machine("rigel"), nodes=[]) == ""


def test_a_machine_with_another_version_of_zordon_is_not_called_offline(tmp_path):
    old = NodeView(id="rigel", name="rigel", state="offline", reason=NEEDS_UPDATE, builds=HAS)
    assert said(tmp_path, old) == "Waits for rigel (other version of Zordon)."


@pytest.mark.parametrize("status", ["refused", "error"])
def test_a_machine_that_said_no_is_told_with_its_reason(tmp_path, status):
    child = {"node": "rigel", "status": status, "reason": "Its project could not be copied."}
    assert said(tmp_path, machine("rigel"), child_jobs=[child]) == (
        "Waits for rigel (cannot help: Its project could not be copied)."
    )
