"""What a preset says beside arguments: about files that are there, and about help from other machines."""

import json
from types import SimpleNamespace

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.wall_engine import WallEngine
from zordon_app.domain.callers import Caller, Role
from zordon_app.domain.jobs import Existing
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.statuses import JobStatus
from zordon_app.engines.registry import EngineRegistry
from zordon_app.farm.intake import Intake
from zordon_app.storage.outputs import OutputFolders

PRESETS = {
    "plain": {"engine": "wall"},
    "again": {"engine": "wall", "output": {"existing": "skip"}, "split": {"enabled": False}},
}
PERSON = Caller(local=True, address="127.0.0.1", role=Role.LOCAL)


@pytest.fixture
def prepare(tmp_path):
    engine = WallEngine("one")
    intake = Intake(
        registry=EngineRegistry([engine]),
        builds=SimpleNamespace(of=lambda _engine: engine.find_builds([])),
        outputs=OutputFolders(),
        presets=lambda: PRESETS,
        unpack=lambda _archive, _folder: None,
        clock=FakeClock(),
        jobs_folder=tmp_path / "jobs",
        output_root=lambda: tmp_path / "output",
    )
    project = tmp_path / "shot.wall"
    project.write_text(json.dumps({"seconds": 0.1}))

    def make(**fields):
        request = JobRequest(local_path=str(project), start_frame=1, end_frame=2, **fields)
        return intake.prepare(request, caller=PERSON, upload=None, find=lambda _job: None)[0]

    return make


def test_what_the_request_leaves_open_the_preset_decides(prepare):
    job = prepare(preset="again")

    assert job.existing == Existing.SKIP
    assert job.status == JobStatus.CONFIGURING
    assert not job.enable_split_jobs


def test_what_the_request_says_goes_before_the_preset(prepare):
    job = prepare(preset="again", existing=Existing.OVERWRITE, enable_split_jobs=True)

    assert job.existing == Existing.OVERWRITE
    assert job.status == JobStatus.NOT_STARTED
    assert job.enable_split_jobs


@pytest.mark.parametrize("preset", [None, "plain"])
def test_where_nobody_says_anything_files_are_replaced_and_others_may_help(prepare, preset):
    job = prepare(preset=preset)

    assert job.existing == Existing.OVERWRITE
    assert job.enable_split_jobs
