"""A watched folder on a whole node: what is put into it is rendered by itself."""

import pytest

from tests.fakes.engine import write_project
from tests.fakes.nodes import eventually


@pytest.fixture(scope="module")
def hot(make_node, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hot")
    node = make_node(timescale=0.05)
    assert node.api.send("PATCH", "/api/settings", json={"watch_folders": {str(folder): ""}}).status == 200
    eventually(lambda: str(folder) in node.zordon._farm.loops.watching._known)
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
    known = node.zordon._farm.loops.watching._known[str(folder)]
    eventually(lambda: "again.fake" in known)
    (folder / "again.fake").rename(folder.parent / "again.fake")
    eventually(lambda: "again.fake" not in known)
    (folder.parent / "again.fake").rename(folder / "again.fake")
    eventually(lambda: "again.fake" in known)

    assert [job["name"] for job in node.api.get("/api/jobs").json["jobs"]].count("again") == 1


@pytest.mark.parametrize("folders", [{"renders": ""}, {"/hot": 7}, ["/hot"], {"/hot": ""}, {__file__: ""}])
def test_what_is_no_folder_is_refused(hot, folders):
    node, _ = hot
    node.api.send("PATCH", "/api/settings", json={"watch_folders": folders}).refused(400)


def test_a_preset_that_there_is_not_is_refused_and_a_drive_that_is_away_keeps_nobody_from_other_changes(hot, tmp_path):
    node, folder = hot
    api = node.api
    refused = api.send("PATCH", "/api/settings", json={"watch_folders": {str(folder): "", str(tmp_path): "none"}})
    assert "no preset 'none'" in refused.refused(400)
    usb = tmp_path / "usb"
    usb.mkdir()
    watched = {str(folder): "", str(usb): ""}
    assert api.send("PATCH", "/api/settings", json={"watch_folders": watched}).status == 200
    usb.rmdir()
    assert api.send("PATCH", "/api/settings", json={"watch_folders": {**watched, str(tmp_path): ""}}).status == 200
    assert api.send("PATCH", "/api/settings", json={"watch_folders": {str(folder): ""}}).status == 200
