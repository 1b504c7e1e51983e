"""Machines whose Zordon or whose engine is of another version: no work for them, and both sides say why (F23)."""

from collections.abc import Callable

import pytest

from tests.farm.farm import Machine, eventually
from tests.faults.conftest import Trial
from zordon_app.domain.peering import PROTOCOL_MAX as NOW

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("namespaces")]


@pytest.mark.fault(23, "a machine has an older or a newer Zordon")
def test_f23_the_protocol_before_ours_works_and_one_of_years_to_come_does_not(trial: Trial) -> None:
    """The child knows one version more than its parent, which is to it what the last version will be to the next."""
    with (
        trial.changed(trial.child, protocol=[NOW, NOW + 1]),
        trial.changed(trial.third, protocol=[NOW + 5, NOW + 5], joins=False),
    ):
        parent, third = trial.parent.id(), trial.third.id()
        for machine, other in ((trial.parent, third), (trial.third, parent)):
            _says(lambda machine=machine, other=other: _reason(machine, other), "another version of Zordon")
        trial.submit()
        job = trial.nothing_lost()
    assert trial.made_by(trial.child) > 0
    assert trial.made_by(trial.third) == 0
    assert third not in {child["node"] for child in job["child_jobs"]}


@pytest.mark.fault(23, "a machine has another version of the engine")
def test_f23_a_machine_with_another_build_gets_no_work_of_a_job_bound_to_its_own(trial: Trial) -> None:
    with trial.changed(trial.third, version="2.0"):
        third = trial.third.id()
        # Alone at first, so that the job cannot be over before it was asked.
        trial.submit(engine_version="1.0", nodes=[third])
        _says(lambda: "".join(job["reason"] for job in trial.third.children()), "Needs Wall 1.0")
        _says(lambda: _asked(trial, third), "Needs Wall 1.0")
        trial.parent.post(f"/api/jobs/{trial.job_id}/nodes", {"nodes": []})
        trial.nothing_lost()
    assert trial.made_by(trial.child) > 0
    assert trial.made_by(trial.third) == 0


def _says(reason: Callable[[], str], words: str) -> None:
    eventually(lambda: words in reason(), f"it is said: {words}")


def _reason(machine: Machine, other: str) -> str:
    """Why another one gets no work, as a machine shows it."""
    return next(str(view["reason"]) for view in machine.get("/api/nodes") if view["id"] == other)


def _asked(trial: Trial, node: str) -> str:
    """How a machine that was asked to help stands, as the job's own machine shows it."""
    job = trial.parent.job(trial.job_id)
    return "".join(child["reason"] for child in job["child_jobs"] if child["node"] == node)
