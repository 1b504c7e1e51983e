"""A watched folder on a whole node: what is put into it is rendered by itself."""

import pytest

from tests.fakes.engine import write_project
from tests.fakes.nodes import eventually


@pytest.fixture(scope="module")
def hot(make_node, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hot")
    node = make_node(timescale=0.05)
    assert node.api.send("PATCH", "/api/settings", json={"watch_folders": {str(folder): ""}}).status == 200
    eventually(lambda: str(folder) in node.zordon._farm.watching._known)
    return node, folder


def test_a_file_that_is_put_there_is_rendered_by_itself(hot):
    node, folder = hot
    write_project(folder / "dropped.fake", (1, 4))

    [job] = eventually(lambda: node.api.get("/api/jobs").json["jobs"])
    assert job["name"] == "dropped"
    assert node.api.wait_ended(job["id"])["status"] == "completed"
    assert len(node.api.get("/api/jobs").json["jobs"]) == 1


def test_a_drive_that_was_away_brings_no_second_job(hot):
    node, folder = hot
    write_project(folder / "again.fake", (1, 4))
    known = node.zordon._farm.watching._known[str(folder)]
    eventually(lambda: "again.fake" in known)
    (folder / "again.fake").rename(folder.parent / "again.fake")
    eventually(lambda: "again.fake" not in known)
    (folder.parent / "again.fake").rename(folder / "again.fake")
    eventually(lambda: "again.fake" in known)

    assert [job["name"] for job in node.api.get("/api/jobs").json["jobs"]].count("again") == 1


@pytest.mark.parametrize("folders", [{"renders": ""}, {"/hot": 7}, ["/hot"]])
def test_what_is_no_folder_is_refused(hot, folders):
    node, _ = hot
    node.api.send("PATCH", "/api/settings", json={"watch_folders": folders}).refused(400)
