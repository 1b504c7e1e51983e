"""Names of files that no file system, no JSON or no other machine takes."""

import pytest

from tests.unit.farm.conftest import make_intake
from zordon_app.domain.callers import Caller, Role, Upload
from zordon_app.domain.messages import JobRequest
from zordon_app.errors import BadRequest

LOCAL = Caller(local=True, address="127.0.0.1", role=Role.CONTROL)


def test_a_path_that_is_no_utf8_is_refused(tmp_path):
    intake, _project = make_intake(tmp_path, {})
    request = JobRequest(local_path=str(tmp_path / "b\udce9.wall"), start_frame=1, end_frame=2)
    with pytest.raises(BadRequest, match="is not written in UTF-8"):
        intake.prepare(request, caller=LOCAL, upload=None, find={}.get)


@pytest.mark.parametrize("name", ["映画" * 60 + ".wall", "wall." + "映" * 100])
def test_an_upload_of_any_name_is_kept(tmp_path, name):
    intake, project = make_intake(tmp_path, {})
    request = JobRequest(engine="wall", start_frame=1, end_frame=2)
    job, _units = intake.prepare(request, caller=LOCAL, upload=Upload(path=project, filename=name), find={}.get)
    assert job.owns_project
