"""Cancel, delete, pause, resume, retry, skip, rerender, move, priority and what a child job tells."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.api import wait_until
from zordon_app.domain.ids import new_job_id


def act(api, job, what, value=None, **query):
    return api.post(f"/api/jobs/{job['id']}/{what}", value, **query)


@pytest.fixture
def running(node, api):
    job = node.running()
    yield job
    act(api, job, "cancel", confirm=1)


@pytest.mark.parametrize("query", [{}, {"confirm": ""}, {"confirm": "0"}, {"confirm": "no"}, {"confirm": "false"}])
@pytest.mark.parametrize("what", ["cancel", "delete"])
def test_without_confirmation_nothing_happens(node, api, what, query):
    job = node.paused()
    assert "confirm" in act(api, job, what, **query).refused(400)
    assert api.job(job["id"])["status"] == "paused"


@pytest.mark.parametrize("confirm", ["1", "true", "True", "yes", "on"])
def test_a_job_is_cancelled_with_any_word_for_yes(node, api, confirm):
    assert act(api, node.paused(), "cancel", confirm=confirm).json["status"] == "cancelled"


def test_confirmation_may_come_in_the_body(node, api):
    assert act(api, node.paused(), "cancel", {"confirm": True}).json["status"] == "cancelled"


def test_cancel_with_redirect_leads_to_the_index_page(node, api):
    answer = act(api, node.paused(), "cancel", confirm=1, redirect=1)
    assert answer.status in {302, 303}
    assert answer.headers["Location"].endswith("/")


def test_cancelling_ends_the_engine(api, running):
    assert act(api, running, "cancel", confirm=1).json["reason"]
    wait_until(lambda: api.get("/api/nodes").json[0]["units_running"] == 0)
    assert api.job(running["id"])["units"]["leased"] == 0


def test_cancelling_twice_changes_nothing(node, api):
    job = node.paused()
    act(api, job, "cancel", confirm=1)
    assert act(api, job, "cancel", confirm=1).json["status"] == "cancelled"


def test_a_completed_job_cannot_be_cancelled(node, api):
    act(api, node.finished(), "cancel", confirm=1).refused(400)


def test_a_cancelled_job_keeps_its_frames_and_goes_on_with_retry(node, api):
    job = api.add(node.project((1, 8), seconds=0.3))
    api.wait_for(job["id"], lambda job: job["units"]["done"] >= 2)
    act(api, job, "cancel", confirm=1)
    first = api.units(job["id"])[1]
    act(api, job, "retry")
    assert api.wait_ended(job["id"])["status"] == "completed"
    assert api.units(job["id"])[1] == first


def test_deleting_a_running_job_stops_it_and_removes_what_it_owns(node, api, running):
    output = Path(running["output_path"])
    assert output.is_dir()
    assert act(api, running, "delete", confirm=1).status == 200
    assert not output.exists()
    assert not (node.zordon.paths.jobs / running["id"]).exists()
    api.get(f"/api/jobs/{running['id']}").refused(400)


def test_deleting_removes_the_previews(node, api):
    job = node.finished()
    api.get(f"/api/jobs/{job['id']}/thumbnail")
    assert (node.zordon.paths.previews / job["id"]).exists()
    act(api, job, "delete", confirm=1)
    assert not (node.zordon.paths.previews / job["id"]).exists()


def test_deleting_never_removes_a_project_that_was_not_uploaded(node, api):
    project = node.project()
    job = api.wait_ended(api.add(project)["id"])
    act(api, job, "delete", confirm=1)
    assert project.exists()


@pytest.mark.parametrize("where", ["query", "body"])
def test_a_job_is_deleted_and_its_files_stay(node, api, where):
    job = node.finished()
    output = Path(job["output_path"])
    made = {path.name: path.read_bytes() for path in output.glob("*.png")}
    if where == "query":
        act(api, job, "delete", confirm=1, keep_output=1)
    else:
        act(api, job, "delete", {"confirm": True, "keep_output": True})
    api.get(f"/api/jobs/{job['id']}").refused(400)
    assert not (node.zordon.paths.jobs / job["id"]).exists()
    # Nothing of Zordon's own is left in the folder, and it is nobody's now: the next job of that name gets another.
    assert {path.name: path.read_bytes() for path in output.iterdir()} == made
    again = api.add(Path(job["project"]), name=job["name"], paused=True)
    assert again["output_path"] != str(output)


def test_an_empty_output_folder_is_not_kept(node, api):
    job = node.paused()
    assert Path(job["output_path"]).is_dir()
    act(api, job, "delete", confirm=1, keep_output=1)
    assert not Path(job["output_path"]).exists()


def test_the_size_of_an_output_is_that_of_its_files(node, api):
    job = node.finished()
    folder = Path(job["output_path"])
    (folder / "notes.txt").write_text("mine")
    wanted = {"path": str(folder), "owned": True, "files": 5}
    size = sum(path.stat().st_size for path in folder.iterdir() if not path.name.startswith("."))
    assert api.get(f"/api/jobs/{job['id']}/output").json == {**wanted, "bytes": size}


def test_in_a_folder_that_a_person_named_only_the_jobs_own_files_count(node, api, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    job = api.wait_ended(api.add(node.project(), output_path=str(tmp_path))["id"])
    found = api.get(f"/api/jobs/{job['id']}/output").json
    assert (found["owned"], found["files"]) == (False, 4)
    assert found["bytes"] == sum(path.stat().st_size for path in tmp_path.glob("*.png"))


def test_deleting_leaves_a_folder_that_is_a_link(node, api, tmp_path):
    job = node.finished()
    output = Path(job["output_path"])
    output.rename(tmp_path / "moved")
    output.symlink_to(tmp_path / "moved")
    act(api, job, "delete", confirm=1)
    assert len(list((tmp_path / "moved").glob("*.png"))) == 4


def test_pausing_gives_back_what_is_in_hand_and_resuming_goes_on(node, api):
    job = api.add(node.project((1, 6), seconds=0.3))
    api.wait_for(job["id"], lambda job: job["units"]["done"] >= 1)
    paused = act(api, job, "pause").json
    assert (paused["status"], paused["units"]["leased"]) == ("paused", 0)
    assert paused["reason"]
    act(api, job, "resume")
    job = api.wait_ended(job["id"])
    assert job["status"] == "completed"
    assert api.units(job["id"])[2]["failures"] == 0


def test_pausing_after_the_current_unit_finishes_it_first(node, api):
    job = api.add(node.project((1, 20), seconds=0.3))
    api.wait_for(job["id"], lambda job: job["units"]["done"] >= 1 and job["units"]["leased"])
    act(api, job, "pause", {"after_current": True})
    paused = api.wait_for(job["id"], lambda job: job["units"]["leased"] == 0)
    assert paused["status"] == "paused"
    assert 1 <= paused["units"]["done"] < 20
    assert max(unit["attempt"] for unit in api.units(job["id"]).values() if unit["state"] == "done") == 1
    act(api, job, "cancel", confirm=1)


@pytest.mark.parametrize("what", ["pause", "resume"])
def test_a_job_that_has_ended_can_be_neither_paused_nor_resumed(node, api, what):
    assert "completed" in act(api, node.finished(), what).refused(400)


def test_retry_gives_failed_units_fresh_attempts(node, api):
    job = api.add(node.project(faults={3: {"how": "half", "times": 1}}), max_attempts=1)
    api.wait_status(job["id"], "error")
    act(api, job, "retry")
    job = api.wait_ended(job["id"])
    assert job["status"] == "completed"
    assert api.units(job["id"])[1]["attempt"] == 1
    assert api.units(job["id"])[3]["attempt"] == 2


def test_retrying_what_has_not_failed_is_a_400(node, api):
    act(api, node.finished(), "retry").refused(400)


def test_skipping_a_failed_unit_lets_the_job_complete_without_it(node, api):
    job = node.failed()
    act(api, job, "skip", {"frames": "3"})
    act(api, job, "retry")
    job = api.wait_ended(job["id"])
    assert (job["status"], job["units"]["skipped"], job["units"]["done"]) == ("completed", 1, 3)
    assert len(api.get(f"/api/jobs/{job['id']}/files").json) == 3


def test_rerendering_replaces_the_file_under_a_new_attempt(node, api):
    job = node.finished()
    target = Path(job["output_path"]) / api.units(job["id"])[2]["file"]
    before = target.stat().st_ino
    assert act(api, job, "rerender", {"frames": "2"}).status == 200
    api.wait_status(job["id"], "completed")
    units = api.units(job["id"])
    assert {number: unit["attempt"] for number, unit in units.items()} == {1: 1, 2: 2, 3: 1, 4: 1}
    assert (target.stat().st_ino == before, target.stat().st_size) == (False, units[2]["bytes"])


def test_a_file_that_was_removed_behind_our_back_is_rendered_again_by_retry_or_rerender(node, api):
    job = node.finished()
    (Path(job["output_path"]) / api.units(job["id"])[1]["file"]).unlink()
    act(api, job, "rerender", {"frames": "2"})
    api.wait_for(job["id"], lambda job: job["status"] == "completed" and job["units"]["done"] == 4)
    assert len(api.get(f"/api/jobs/{job['id']}/files").json) == 4


@pytest.mark.parametrize("what", ["retry", "skip", "rerender"])
@pytest.mark.parametrize("frames", ["9-3", "none", "99", "", 5, ["1"], "1-9999999"])
def test_wrong_frames_are_a_400(node, api, what, frames):
    act(api, node.paused(), what, {"frames": frames}).refused(400)


def test_skip_needs_frames(node, api):
    assert "frames" in act(api, node.paused(), "skip", {}).refused(400)


def order_of(api, jobs):
    ids = [job["id"] for job in api.get("/api/jobs").json["jobs"]]
    return sorted(range(len(jobs)), key=lambda index: ids.index(jobs[index]["id"]))


@pytest.mark.parametrize(
    ("index", "where", "other", "order"),
    [
        (2, "top", None, [2, 0, 1]),
        (0, "bottom", None, [1, 2, 0]),
        (2, "up", None, [0, 2, 1]),
        (0, "down", None, [1, 0, 2]),
        (2, "before", 0, [2, 0, 1]),
        (0, "after", 1, [1, 0, 2]),
    ],
)
def test_jobs_are_moved_in_the_queue(make_node, index, where, other, order):
    node = make_node()
    jobs = [node.paused() for _ in range(3)]
    body = {"where": where} | ({"other": jobs[other]["id"]} if other is not None else {})
    assert act(node.api, jobs[index], "move", body).status == 200
    assert order_of(node.api, jobs) == order


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"where": "left"},
        {"where": "before"},
        {"where": "after", "other": "00000000-0000-4000-8000-000000000000"},
        {"where": 1},
    ],
)
def test_a_wrong_move_is_a_400(node, api, body):
    act(api, node.paused(), "move", body).refused(400)


def test_priority_decides_who_goes_first(make_node):
    node = make_node()
    jobs = [node.paused(), node.paused()]
    assert act(node.api, jobs[1], "priority", {"priority": 90}).json["priority"] == 90
    assert order_of(node.api, jobs) == [1, 0]


@pytest.mark.parametrize("priority", [-1, 101, "high", None, 1.5, [1]])
def test_a_wrong_priority_is_a_400(node, api, priority):
    assert "priority" in act(api, node.paused(), "priority", {"priority": priority}).refused(400)


def test_the_machines_of_a_job_are_chosen_afterwards(node, api):
    job = node.paused()
    this = api.get("/api/nodes").json[0]["id"]
    changed = act(api, job, "nodes", {"nodes": ["this"], "enable_split_jobs": False}).json
    assert (changed["nodes"], changed["enable_split_jobs"]) == ([this], False)
    changed = act(api, job, "nodes", {"nodes": []}).json
    assert (changed["nodes"], changed["enable_split_jobs"]) == ([], False)


@pytest.mark.parametrize(
    "body", [{}, {"nodes": "this"}, {"nodes": ["nobody"]}, {"nodes": [5]}, {"nodes": [], "only": True}, [1]]
)
def test_machines_that_there_are_not_are_a_400_and_change_nothing(node, api, body):
    job = node.paused()
    act(api, job, "nodes", body).refused(400)
    assert api.job(job["id"])["nodes"] == []


@pytest.mark.parametrize("value", [{"after_current": "perhaps"}, {"now": True}, [1], "text"])
def test_a_wrong_body_for_pause_is_a_400_or_means_no(node, api, value):
    answer = act(api, node.paused(), "pause", value)
    assert answer.status in {200, 400}
    assert answer.status == 200 or answer.refused(400)


def test_what_a_child_job_tells_is_remembered_with_its_parent(node, api):
    job, child = node.paused(), new_job_id()
    for status in ("running", "completed"):
        assert act(api, job, "subjob_update", {"id": child, "status": status}).status == 200
    found = [entry for entry in api.job(job["id"])["child_jobs"] if entry["id"] == child]
    assert [entry["status"] for entry in found] == ["completed"]


@pytest.mark.parametrize("value", [{}, {"id": 5}, {"id": "../.."}, [1]])
def test_a_child_that_does_not_name_itself_is_a_400(node, api, value):
    act(api, node.paused(), "subjob_update", value).refused(400)


def test_jobs_start_after_the_jobs_they_wait_for(node, api):
    first = node.paused()
    second = api.add(node.project(), after=[first["id"]])
    assert second["status"] == "scheduled"
    act(api, first, "resume")
    ended = api.wait_status(second["id"], "completed")
    assert ended["started_at"] >= api.job(first["id"])["ended_at"]


def test_a_job_starts_by_itself_when_its_time_has_come(node, api):
    due = datetime.now(UTC) + timedelta(seconds=1)
    job = api.add(node.project(), start_at=due.isoformat())
    assert job["status"] == "scheduled"
    ended = api.wait_status(job["id"], "completed")
    assert datetime.fromisoformat(ended["started_at"]) >= due.replace(microsecond=0)


def test_a_job_that_is_added_as_paused_waits_for_the_other_when_it_is_resumed(node, api):
    first = node.paused()
    second = api.add(node.project(), after=[first["id"]], paused=True)
    act(api, second, "resume")
    waiting = api.wait_for(second["id"], lambda job: "Starts after" in job["reason"])
    assert waiting["status"] == "scheduled"
    act(api, first, "resume")
    api.wait_status(second["id"], "completed")


def test_a_job_with_a_start_time_waits_for_it_and_says_so(node, api):
    job = api.add(node.project(), start_at="2126-01-31T22:00:00Z")
    assert job["status"] == "scheduled"
    assert "2126" in api.wait_for(job["id"], lambda job: "2126" in job["reason"])["reason"]
