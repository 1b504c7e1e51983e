"""Paths in requests from other machines: none that is new."""

from types import SimpleNamespace

import pytest

from tests.fakes.clock import FakeClock
from tests.unit.farm.conftest import make_intake, make_job
from zordon_app.domain.callers import Caller, Role
from zordon_app.domain.messages import JobRequest
from zordon_app.errors import Forbidden

BROWSER = Caller(local=False, address="10.0.0.2", role=Role.CONTROL)


@pytest.fixture
def edit(tmp_path):
    """Replace a job, from a browser elsewhere; the new job."""
    intake, project = make_intake(tmp_path, {})
    old = make_job(FakeClock(), tmp_path / "renders", project=str(project))

    def make(**fields):
        request = JobRequest(project_of=old.id, start_frame=1, end_frame=2, **fields)
        find = {old.id: old}.get
        return intake.prepare(request, caller=BROWSER, upload=None, find=find)[0]

    return SimpleNamespace(make=make, old=old)


def test_an_edited_job_keeps_the_folder_that_it_has(edit):
    job = edit.make(replaces=edit.old.id, output_path=edit.old.output_path)
    assert (job.output_path, job.owns_output) == (edit.old.output_path, False)


@pytest.mark.parametrize("replaces", [True, False])
def test_any_other_folder_is_forbidden(edit, tmp_path, replaces):
    other = str(tmp_path / "elsewhere") if replaces else edit.old.output_path
    with pytest.raises(Forbidden):
        edit.make(replaces=edit.old.id if replaces else None, output_path=other)
    assert not (tmp_path / "elsewhere").exists()
