"""What jobs say of the machines that they wait for, round by round."""

from types import SimpleNamespace

import pytest

from tests.fakes.wall_engine import WallEngine
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.domain.views import NodeView
from zordon_app.engines.registry import EngineRegistry
from zordon_app.farm.scheduling.blocklist import Blocklist
from zordon_app.farm.scheduling.reconciler import Reconciler


@pytest.fixture
def reconciler(bench):
    atlas = NodeView(id="atlas", name="atlas", state="paused")
    return Reconciler(
        bench.state,
        bench.lifecycle,
        SimpleNamespace(take_back_expired=lambda: None),
        registry=EngineRegistry([WallEngine("atlas")]),
        builds=SimpleNamespace(find=lambda _build: None),
        disk=SimpleNamespace(shortage=lambda _folder: ""),
        clock=bench.clock,
        jobs_folder=bench.folder / "jobs",
        blocklist=Blocklist(),
        nodes=lambda: [atlas],
    )


def add_running(bench, state, reason, **fields):
    """A job that goes on, all of whose units are in ``state``."""
    job_id = bench.add(engine="wall", status=JobStatus.RUNNING, reason=reason, **fields)
    with bench.state.change() as change:
        for number in bench.states(job_id):
            change.unit(job_id, number).state = state
    return job_id


def test_a_running_job_with_frames_that_nobody_can_begin_says_for_whom_it_waits(bench, reconciler):
    job_id = add_running(bench, UnitState.WAITING, "Rendering on atlas.")
    reconciler.run_once()
    assert bench.state.job(job_id).reason == "Waits for atlas (paused)."


def test_a_job_whose_parts_are_joined_waits_for_nobody(bench, reconciler):
    job_id = add_running(bench, UnitState.DONE, "Joining the parts. (40%)")
    reconciler.run_once()
    assert bench.state.job(job_id).reason == "Joining the parts. (40%)"


@pytest.mark.parametrize("state", [UnitState.DONE, UnitState.LEASED])
def test_a_job_that_goes_on_after_all_no_longer_says_that_it_waits(bench, reconciler, state):
    job_id = add_running(bench, state, "Waits for atlas (paused).")
    reconciler.run_once()
    assert bench.state.job(job_id).reason == "Rendering."
