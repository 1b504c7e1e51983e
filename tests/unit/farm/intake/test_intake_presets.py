"""What a preset says beside arguments: about files that are there, and about help from other machines."""

import pytest

from tests.unit.farm.conftest import make_intake
from zordon_app.domain.callers import Caller, Role
from zordon_app.domain.jobs import Existing
from zordon_app.domain.messages import JobRequest
from zordon_app.domain.statuses import JobStatus

PRESETS = {
    "plain": {"engine": "wall"},
    "again": {"engine": "wall", "output": {"existing": "skip"}, "split": {"enabled": False}},
}
PERSON = Caller(local=True, address="127.0.0.1", role=Role.LOCAL)


@pytest.fixture
def prepare(tmp_path):
    intake, project = make_intake(tmp_path, PRESETS)

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
