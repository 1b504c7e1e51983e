"""GET /api/jobs, one job, jobs by status, and the long poll."""

import threading
import time

import pytest

from tests.fakes.api import wait_until
from tests.fakes.engine import FakeEngine
from tests.fakes.patience import HANG_SECONDS

UNKNOWN = "00000000-0000-4000-8000-000000000000"
FIELDS = set(
    "id name engine renderer engine_version status reason progress units start_frame end_frame frames args priority "
    "order parent child_jobs created_at started_at ended_at eta_seconds errors warnings output_path file_count node "
    "rev".split()
)
"""DESIGN.md: a job's JSON has at least these."""


def test_the_list_has_each_job_and_a_token(node, api):
    job = node.paused()
    listed = api.get("/api/jobs").json
    assert set(listed) == {"jobs", "token"}
    assert [entry for entry in listed["jobs"] if entry["id"] == job["id"]] == [job]


def test_a_job_has_every_field_of_the_design(node):
    assert node.paused().keys() >= FIELDS


def test_times_are_iso_8601_in_utc(node):
    job = node.finished()
    for name in ("created_at", "started_at", "ended_at"):
        assert job[name].endswith("Z"), job[name]
    assert job["created_at"] <= job["started_at"] <= job["ended_at"]


def test_one_job_is_the_same_as_in_the_list(node, api):
    job = node.paused()
    assert api.get(f"/api/jobs/{job['id']}").json == job


def test_a_finished_job_says_so_in_every_field(node):
    job = node.finished()
    assert job["progress"] == 1.0
    assert job["units"] == {"waiting": 0, "leased": 0, "done": 4, "failed": 0, "skipped": 0}
    assert job["file_count"] == 4
    assert job["errors"] == []


def test_a_failed_job_groups_its_errors(node):
    job = node.failed()
    assert "there is no file" in job["reason"]
    assert [(group["units"], group["count"]) for group in job["errors"]] == [("3", 1)]


def test_jobs_of_one_status_come_as_a_list(node, api):
    paused = node.paused()
    found = api.get("/api/jobs/status/paused").json
    assert paused["id"] in [job["id"] for job in found]
    assert {job["status"] for job in found} == {"paused"}


def test_a_status_without_jobs_is_a_400(api):
    assert "scheduled" in api.get("/api/jobs/status/scheduled").refused(400)


def test_an_unknown_status_is_a_400_that_names_those_there_are(api):
    assert "waiting_for_subjobs" in api.get("/api/jobs/status/sleeping").refused(400)


@pytest.mark.parametrize("job_id", [UNKNOWN, "nonsense", "..", "%00", "a" * 3000, "1; DROP TABLE jobs"])
def test_an_unknown_job_is_a_400(api, job_id):
    assert api.get(f"/api/jobs/{job_id}").status in {400, 404}
    assert api.get(f"/api/jobs/{UNKNOWN}").refused(400)


@pytest.mark.parametrize("rest", ["logs", "files", "download?filename=a", "download_all", "thumbnail", "units"])
def test_every_reading_route_of_an_unknown_job_is_a_400(api, rest):
    assert UNKNOWN in api.get(f"/api/jobs/{UNKNOWN}/{rest}").refused(400)


@pytest.mark.parametrize(
    "action",
    ["cancel", "delete", "pause", "resume", "retry", "skip", "rerender", "move", "priority", "subjob_update"],
)
def test_every_acting_route_of_an_unknown_job_is_a_400(api, action):
    body = {"skip": {"frames": "1"}, "move": {"where": "top"}, "priority": {"priority": 1}, "subjob_update": {}}
    answer = api.post(f"/api/jobs/{UNKNOWN}/{action}", body.get(action), confirm=1)
    assert UNKNOWN in answer.refused(400)


def test_a_long_poll_without_a_token_answers_at_once(api):
    assert api.get("/api/jobs/long_poll").json.keys() == {"jobs", "token"}


def test_a_long_poll_with_an_old_token_answers_at_once(node, api):
    token = api.get("/api/jobs").json["token"]
    job = node.paused()
    listed = api.get("/api/jobs/long_poll", token=token, timeout=20).json
    assert listed["token"] != token
    assert job["id"] in [entry["id"] for entry in listed["jobs"]]


@pytest.mark.parametrize("token", ["nonsense", "another-boot.3", "", "x.y.z", "0" * 5000])
def test_a_long_poll_with_a_token_of_nobody_answers_at_once_and_in_full(api, token):
    assert api.get("/api/jobs/long_poll", token=token, delta=1, timeout=20).json["full"]


def quiet_token(api):
    """The token when nothing goes on any more."""
    token = api.get("/api/jobs").json["token"]
    while (answer := api.get("/api/jobs/long_poll", token=token, timeout=0.5)).status == 200:
        token = answer.json["token"]
    return token


def test_a_long_poll_ends_empty_with_204_when_nothing_changes(make_node):
    api = make_node(timescale=0.02).api
    token = quiet_token(api)
    began = time.monotonic()
    answer = api.get("/api/jobs/long_poll", token=token)
    assert (answer.status, answer.body) == (204, b"")
    assert time.monotonic() - began > 0.4, "30 s scaled by 0.02"


def test_a_long_poll_wakes_when_a_job_is_added(make_node):
    node = make_node()
    token = quiet_token(node.api)
    project = node.project()
    later = threading.Timer(0.3, node.api.add, (project,), {"paused": True})
    later.start()
    answer = node.api.get("/api/jobs/long_poll", token=token, timeout=20)
    later.join()
    assert answer.status == 200
    assert [job["name"] for job in answer.json["jobs"]] == ["shot1"]


def test_a_delta_has_only_what_changed(node, api):
    node.paused()
    token = quiet_token(api)
    job = node.paused()
    delta = api.get("/api/jobs/long_poll", token=token, delta=1, timeout=20).json
    assert set(delta) >= {"token", "full", "jobs", "removed", "nodes", "engines", "time"}
    assert not delta["full"]
    assert [entry["id"] for entry in delta["jobs"]] == [job["id"]]


class Slow(FakeEngine):
    """Its programs do not say what they are before they may."""

    def __init__(self, may: threading.Event) -> None:
        super().__init__()
        self._may = may

    def find_builds(self, folders):
        self._may.wait(HANG_SECONDS)
        return super().find_builds(folders)


def test_the_first_delta_waits_for_no_program_and_the_builds_follow(make_node):
    may = threading.Event()
    api = make_node(engines=[Slow(may)]).api
    try:
        first = api.get("/api/jobs/long_poll", delta=1).json
        assert (first["full"], first["engines"]) == (True, [])
    finally:
        may.set()

    def follows() -> bool:
        told = api.get("/api/jobs/long_poll", token=first["token"], delta=1, timeout=20).json
        return [engine["name"] for engine in told["engines"] if engine["versions"]] == ["fake"]

    wait_until(follows)


def test_a_delta_tells_which_jobs_are_gone(node, api):
    job = node.paused()
    token = quiet_token(api)
    api.post(f"/api/jobs/{job['id']}/delete", confirm=1)
    seen = {job["id"]}
    for _ in range(3):
        delta = api.get("/api/jobs/long_poll", token=token, delta=1, timeout=5).json
        token = delta["token"]
        if seen <= set(delta["removed"]):
            return
    raise AssertionError("the deleted job was not among the removed")


@pytest.mark.parametrize("timeout", ["soon", "-1", "nan", "inf"])
def test_a_poll_with_a_wrong_timeout_is_a_400(api, timeout):
    assert "timeout" in api.get("/api/jobs/long_poll", timeout=timeout).refused(400)


def test_too_many_pollers_get_503_and_retry_after(make_node):
    """In one process, so that the limit is reached within a second."""
    node = make_node()
    token = quiet_token(node.api)
    feed = node.zordon._peers.feed
    waiting = [threading.Thread(target=feed.wait, args=(token, 20)) for _ in range(feed._max_waiting)]
    for thread in waiting:
        thread.start()
    while feed._waiting < feed._max_waiting:
        pass
    answer = node.api.get("/api/jobs/long_poll", token=token)
    node.paused()
    for thread in waiting:
        thread.join()
    assert answer.refused(503)
    assert int(answer.headers["Retry-After"]) > 0


def test_units_are_the_ledger(node, api):
    units = api.units(node.finished()["id"])
    assert list(units) == [1, 2, 3, 4]
    for number, unit in units.items():
        assert unit["state"] == "done"
        assert unit["file"].endswith(f"_{number:04d}.png")
        assert len(unit["sha256"]) == 64
        assert unit["bytes"] > 0
        assert unit["attempt"] == 1
