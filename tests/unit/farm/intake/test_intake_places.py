"""Paths and raw arguments in requests from other machines: none that is new."""

from types import SimpleNamespace

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.wall_engine import WallEngine
from tests.unit.farm.conftest import make_intake, make_job
from zordon_app.domain.callers import Caller, Role
from zordon_app.domain.messages import JobRequest
from zordon_app.engines.base import Argument, ArgumentKind
from zordon_app.errors import Forbidden

RAW = Argument(name="raw", kind=ArgumentKind.TEXT, label="Raw", local_only=True)
BROWSER = Caller(local=False, address="10.0.0.2", role=Role.CONTROL)


@pytest.fixture
def edit(tmp_path, monkeypatch):
    """Replace a job, from a browser elsewhere; the new job."""
    monkeypatch.setattr(WallEngine, "arguments", (RAW,))
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


@pytest.mark.parametrize("is_edit", [True, False])
def test_raw_arguments_that_a_job_has_stay_as_they_are(edit, is_edit):
    edit.old.args = {"raw": "--own"}
    replaces = edit.old.id if is_edit else None
    assert edit.make(replaces=replaces, args={"raw": "--own"}).args["raw"] == "--own"


def test_raw_arguments_are_changed_on_this_machine_alone(edit):
    edit.old.args = {"raw": "--own"}
    with pytest.raises(Forbidden, match="raw"):
        edit.make(replaces=edit.old.id, args={"raw": "--another"})
